"""The good client: a held connection, or fresh ones, every 100 ms, with the time that each took.

    good_client.py held|fresh sender|receiver|length10 ENDPOINT [CERTS]

One JSON line for each try on stdout: when it began (the system's monotonic clock), and how many
milliseconds it took, or why it failed. It ends when its stdin does.

- A held sender sends an object and waits for its acknowledgement; a fresh one connects before that, and
  closes in good order after it.
- A sender of length10 has nobody to acknowledge anything: its objects say when they were sent, and
  whoever reads the receiver's stdout sees when they arrive.
- A held receiver has a window of one object: it acknowledges one, and waits for the next. A fresh one
  connects, takes one object, and closes in good order.

A try that takes 5 s has failed. A held connection that fails is made again, and that is one failure.
"""

import itertools
import json
import pickle
import sys
import threading
import time

from peers import frames
from program import GOOD
from session import Ended, Session, data
from wires import BROKEN, Target

INTERVAL = 0.1
PATIENCE = 5.0
ONE = {"objects": 1, "bytes": 8 << 20}
CBOR = 1
OBJECT = frames.cbor.encode({"celsius": 20.5, "from": "a good client"})

ending = threading.Event()
printing = threading.Lock()


def tell(began, **what):
    with printing:
        print(json.dumps({"at": began, **what}), flush=True)


def tell_time(began):
    tell(began, ms=(time.monotonic() - began) * 1000)


def acknowledgement(number):
    return frames.Header(9, frames.ACK).encode() + frames.Acknowledgement(2, number).encode()


# Held connections


def hold_sender(target):
    session = Session(target)
    due, sent = time.monotonic(), {}
    for number in itertools.count(1):
        sent[number] = time.monotonic()
        session.send(data(number, OBJECT, CBOR))
        due = max(due + INTERVAL, time.monotonic())
        while taken := session.next(due):
            header, body = taken
            if header.kind == frames.NACK:
                raise Ended(f"NACK {frames.decode_map(body, 'NACK')}")
            if header.kind == frames.ACK:
                answer = frames.Acknowledgement.decode(body)
                for known in [known for known in sent if answer.covers(known)]:
                    tell_time(sent.pop(known))
        if sent and time.monotonic() - min(sent.values()) > PATIENCE:
            raise Ended("no acknowledgement came")
        if ending.is_set():
            return session.finish(number, due + PATIENCE)


def hold_receiver(target):
    session = Session(target, "receiver", ONE)
    header, _ = session.due(frames.DATA, time.monotonic() + PATIENCE)
    due = time.monotonic()
    while not ending.is_set():
        due = max(due + INTERVAL, time.monotonic())
        while session.next(due):
            raise Ended("an object came that the window has no room for")
        began = time.monotonic()
        session.send(acknowledgement(header.first))
        header, _ = session.due(frames.DATA, began + PATIENCE)
        tell_time(began)
    session.close()


def hold_length10(target):
    with target.dial() as stream:
        due = time.monotonic()
        while not ending.wait(max(0.0, due - time.monotonic())):
            send_length10(stream, time.monotonic())
            due += INTERVAL


def send_length10(stream, began):
    payload = pickle.dumps(GOOD + repr(began))
    tell(began)
    stream.sendall(b"%-10d" % len(payload) + payload)


def hold(target, body):
    while not ending.is_set():
        began = time.monotonic()
        try:
            body(target)
        except (Ended, *BROKEN) as reason:
            tell(began if time.monotonic() - began < INTERVAL else time.monotonic(),
                 error=str(reason) or type(reason).__name__)
            time.sleep(INTERVAL)


# Fresh connections


def send_one(target, began):
    session = Session(target)
    try:
        session.send(data(1, OBJECT, CBOR))
        session.due(frames.ACK, began + PATIENCE)
        tell_time(began)
        session.finish(1, began + PATIENCE)
    finally:
        session.close()


def receive_one(target, began):
    session = Session(target, "receiver", ONE)
    try:
        header, _ = session.due(frames.DATA, began + PATIENCE)
        tell_time(began)
        session.send(acknowledgement(header.first))
        session.finish(header.first, began + PATIENCE)
    finally:
        session.close()


def send_one_length10(target, began):
    with target.dial() as stream:
        send_length10(stream, began)


def try_once(target, body):
    began = time.monotonic()
    try:
        body(target, began)
    except (Ended, *BROKEN) as reason:
        tell(began, error=str(reason) or type(reason).__name__)


def freshly(target, body):
    """Each in a thread of its own: one that takes long does not hold up the next."""
    due = time.monotonic()
    while not ending.wait(max(0.0, due - time.monotonic())):
        threading.Thread(target=try_once, args=(target, body), daemon=True).start()
        due += INTERVAL


def main(manner, role, endpoint, certs=None):
    target = Target(endpoint, certs)
    tried = {
        ("held", "sender"): (hold, hold_sender), ("held", "receiver"): (hold, hold_receiver),
        ("fresh", "sender"): (freshly, send_one), ("fresh", "receiver"): (freshly, receive_one),
        ("held", "length10"): (hold, hold_length10),
        ("fresh", "length10"): (freshly, send_one_length10),
    }[manner, role]  # fmt: skip
    threading.Thread(target=wait_for_the_end, daemon=True).start()
    tried[0](target, tried[1])
    # What was begun is told before the process ends.
    deadline = time.monotonic() + PATIENCE
    while threading.active_count() > 2 and time.monotonic() < deadline:
        time.sleep(0.01)


def wait_for_the_end():
    sys.stdin.read()
    ending.set()


if __name__ == "__main__":
    main(*sys.argv[1:])
