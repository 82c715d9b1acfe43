"""Loads of those whose handshake is in order: sessions that come to nothing, floods, slowness."""

import collections
import contextlib
import random
import secrets
import time

from crowd import Counts, crowd, kind_of, visits
from pace import TURN, steadily
from peers import frames
from session import WINDOW, Ended, Session, close, control, data, frame, hello, ready
from wires import BROKEN, WOULD_BLOCK, reset_on_close

MIB = 1 << 20
WIDE = {"objects": 1 << 20, "bytes": 1 << 30}


@contextlib.contextmanager
def held(counts, target, number, role="sender", window=WINDOW):
    """That many sessions, which are closed at the end."""
    open_ones = []
    try:
        for _ in range(number):
            open_ones.append(Session(target, role, window))
            counts["connections"] += 1
        yield open_ones
    finally:
        for session in open_ones:
            session.close()


# Sessions that come to nothing


def sessions(target, seconds, role="sender"):
    """A handshake, and then the end: in order, cut, reset, or not at all for a while."""
    if target.is_tls:
        return sessions_one_by_one(target, seconds, role)
    counts = Counts()
    # All that a handshake needs can be said at once.
    endings = {"in order": close(0), "cut": b"", "in a frame": frame(frames.PING, bytes(8))[:20],
               "left": frame(frames.PING, bytes(8))}
    open_ones = collections.deque()
    for due in steadily(300, seconds):
        for _ in range(due):
            stream = target.connect()
            if stream is None:
                counts["not taken"] += 1
                continue
            how = random.choice(tuple(endings))
            counts["sessions"] += 1
            try:
                stream.send(hello(role) + ready(role) + endings[how])
            except (*WOULD_BLOCK, *BROKEN):
                counts["closed early"] += 1
            if how == "cut":
                reset_on_close(stream)
            open_ones.append((time.monotonic(), stream))
        while open_ones and time.monotonic() - open_ones[0][0] > 0.5:
            open_ones.popleft()[1].close()
    for _, stream in open_ones:
        stream.close()
    return counts


def sessions_one_by_one(target, seconds, role):
    def visit(counts):
        session = Session(target, role)
        counts["sessions"] += 1
        if random.random() < 0.5:
            session.send(close(0))
        session.close()
    return visits(target, seconds, 60, visit)


def sessions_of_receivers(target, seconds):
    return sessions(target, seconds, "receiver")


def full_table(target, seconds):
    """900 receivers stay, and take nothing but what comes at first; 30 more a second come and go."""
    counts = Counts()
    with held(counts, target, 900, "receiver", {"objects": 1, "bytes": 1}):
        counts += sessions_one_by_one(target, seconds / 2, "receiver")
    return counts


# Floods


def flood(target, seconds, role, message, connections=8, rate=4 * MIB):
    """Writes `message` on some connections at once, `rate` bytes a second together, and reads nothing.
    One that takes no more stays for two seconds, and is made again then."""
    counts = Counts()
    block = memoryview(message * max(1, (64 << 10) // len(message)))
    open_ones = []
    budget, last = 0.0, time.monotonic()
    end = last + seconds
    while (now := time.monotonic()) < end:
        budget, last = min(budget + (now - last) * rate, rate / 10), now
        while len(open_ones) < connections:
            try:
                open_ones.append([Session(target, role, WIDE), 0, now])
                counts["connections"] += 1
            except (Ended, *BROKEN) as reason:
                counts[kind_of(reason)] += 1
                break
        for one in list(open_ones):
            session, at, moved = one
            while budget > 0:
                try:
                    count = session.stream.send(block[at:])
                except WOULD_BLOCK:
                    if now - moved > 2:
                        counts["took no more"] += 1
                        open_ones.remove(one)
                        session.close()
                    break
                except BROKEN:
                    counts["ended by it"] += 1
                    open_ones.remove(one)
                    session.close()
                    break
                at = (at + count) % len(block)
                one[1:] = at, now
                counts["bytes"] += count
                budget -= count
        time.sleep(TURN)
    for session, _, _ in open_ones:
        session.close()
    return counts


def pings(target, seconds):
    return flood(target, seconds, "sender", frame(frames.PING, bytes(8)))


def pings_of_receivers(target, seconds):
    return flood(target, seconds, "receiver", frame(frames.PING, bytes(8)))


def cancels(target, seconds):
    """An object is begun, and cancelled again and again; that is allowed."""
    piece = frame(frames.CANCEL, first=1) * 2000

    def visit(counts):
        session = Session(target)
        session.send(data(1, b"x", more=True))
        for _ in range(10):
            session.send(piece)
            counts["bytes"] += len(piece)
        counts["connections"] += 1
        session.close()
    return visits(target, seconds, 5, visit)


def answers_to_nothing(target, seconds):
    """ACK and NACK of what was never sent, on 50 connections a second."""
    wrong = (
        frame(frames.ACK, frames.Acknowledgement(2, 1 << 40).encode()),
        frame(frames.ACK, frames.Acknowledgement(1, 0).encode()),
        control(frames.NACK, {"code": "refused", "retryable": True, "text": "x" * 900}, 1 << 40),
        frame(frames.CREDIT, bytes(16)) * 100,
    )

    def visit(counts):
        session = Session(target, "receiver")
        session.send(random.choice(wrong))
        counts["connections"] += 1
        session.close()
    return visits(target, seconds, 50, visit)


def refusals(target, seconds):
    """The first object is refused a hundred times over, with long texts."""
    refusal = control(
        frames.NACK, {"code": "refused", "retryable": False, "text": "x" * 900}, 1)

    def visit(counts):
        session = Session(target, "receiver", {"objects": 1, "bytes": MIB})
        session.due(frames.DATA, time.monotonic() + 5)
        session.send(refusal * 100)
        counts["connections"] += 1
        session.close()
    return visits(target, seconds, 20, visit)


# Slowness


def slow_writers(target, seconds):
    """Says one byte a second: of the preface, of a hello, of a frame's header, of its body."""
    counts, open_ones = Counts(), []

    def begin(number):
        if number % 4 == 0 and not target.is_tls:
            return target.connect(), hello("sender")
        if number % 4 == 1 and not target.is_tls:
            stream = target.connect()
            if stream is not None:
                stream.send(frames.PREFACE)
            return stream, hello("sender")[8:]
        session = Session(target)
        return session.stream, data(1, bytes(1000))[(24 if number % 4 == 2 else 0):]

    for second in range(int(seconds)):
        began = time.monotonic()
        while len(open_ones) < 100:
            try:
                stream, words = begin(counts["connections"])
            except (Ended, *BROKEN) as reason:
                counts[kind_of(reason)] += 1
                break
            if stream is None:
                break
            counts["connections"] += 1
            open_ones.append([stream, words, 0])
        for one in list(open_ones):
            stream, words, at = one
            try:
                stream.send(words[at:at + 1])
                one[2] += 1
                counts["bytes"] += 1
            except WOULD_BLOCK:
                pass
            except BROKEN:
                counts["ended by it"] += 1
                open_ones.remove(one)
                stream.close()
        time.sleep(max(0.0, began + 1 - time.monotonic()))
    for stream, _, _ in open_ones:
        stream.close()
    return counts


def slow_readers(target, seconds):
    """50 senders send 20 objects a second each, and read no acknowledgement."""
    counts, open_ones = Counts(), []
    payload = frames.cbor.encode(["nothing"] * 8)
    for _ in range(50):
        open_ones.append([Session(target), 0])
        counts["connections"] += 1
    for due in steadily(1000, seconds):
        for _ in range(due):
            one = random.choice(open_ones)
            one[1] += 1
            try:
                one[0].stream.send(data(one[1], payload, format=1))
                counts["objects"] += 1
            except WOULD_BLOCK:
                one[1] -= 1
            except BROKEN:
                counts["ended by it"] += 1
                one[:] = Session(target), 0
    for session, _ in open_ones:
        session.close()
    return counts


def receivers_that_stop(target, seconds):
    """50 receivers ask for all that there is, and read none of it."""
    counts = Counts()
    with held(counts, target, 50, "receiver", WIDE):
        time.sleep(seconds)
    return counts


def receivers_that_dribble(target, seconds):
    """50 receivers read one byte a second."""
    counts = Counts()
    with held(counts, target, 50, "receiver", WIDE) as open_ones:
        for _ in range(int(seconds)):
            for session in open_ones:
                try:
                    counts["bytes"] += len(session.stream.recv(1))
                except WOULD_BLOCK:
                    pass
                except BROKEN:
                    counts["ended by it"] += 1
            time.sleep(1)
    return counts


def idle_senders(target, seconds):
    """100 senders begin an object, and from then on answer PING alone."""
    counts = Counts()
    with held(counts, target, 100) as open_ones:
        for session in open_ones:
            session.send(data(1, b"[1,", 2, {"name": "never"}, more=True))
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for session in list(open_ones):
                try:
                    # What it reads it answers.
                    while taken := session.next(0):
                        counts[frames.kind_name(taken[0].kind)] += 1
                except (Ended, *BROKEN):
                    counts["ended by it"] += 1
                    open_ones.remove(session)
                    session.close()
            time.sleep(0.5)
    return counts


def incomplete_files(target, seconds):
    """16 senders begin 64 files each, all that one may, and go on with one piece a second each."""
    counts, open_ones = Counts(), []
    for number in range(16):
        session = Session(target)
        for file in range(64):
            name = {"name": f"hostile-{number}-{file}"}
            session.send(data(file + 1, b"x" * 100, attributes=name, more=True))
            counts["files"] += 1
        open_ones.append([session, 100])
        counts["connections"] += 1
    for second in range(int(seconds)):
        for one in list(open_ones):
            session, at = one
            try:
                for file in range(64):
                    piece = data(file + 1, b"x", attributes={"offset": at}, more=True)
                    session.send(piece)
                one[1] += 1
            except (Ended, *BROKEN):
                counts["ended by it"] += 1
                open_ones.remove(one)
        time.sleep(1)
    for session, _ in open_ones:
        session.close()
    return counts


def forged_tags(target, seconds):
    """Frames with hmac-sha-256, from one who does not have the key, on 100 connections a second."""
    def opening():
        body = frames.Entry(b"forged").encode() + secrets.token_bytes(32)
        forged = frame(frames.DATA, body, first=1, count=1, stages=1)
        return hello("sender", [("hmac-sha-256", {})]) + ready("sender") + forged
    return crowd(target, seconds, 100, opening, age=1.0)
