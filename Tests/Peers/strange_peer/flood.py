"""One kind of frame, again and again, by a peer that reads nothing.

What the other side does of its own accord is not waited for; what it has to say is read at the end.
"""

import json
import sys
import time

import cbor
import frames
from frames import HELLO, PING, READY, WELCOME
from programs import Wires
from script import (HELLO_SEEN, PREFACE, READY_SEEN, Frame, Greeting, ack, cancel, chunk, credit, data,
                    entry, nack, ping, pong)
from sides import Ended, Side

BLOCK = 1 << 16


def same(frame):
    """A block of one frame, over and over; the stages leave it alone."""
    def blocks(side):
        block = frame.bytes(side)
        block *= max(1, BLOCK // len(block))
        while True:
            yield block
    return blocks


def numbered(make, first=1):
    """Blocks of frames that differ by the id of their object."""
    def blocks(side):
        number = first
        while True:
            parts, size = [], 0
            while size < BLOCK:
                parts.append(make(number).bytes(side))
                size += len(parts[-1])
                number += 1
            yield b"".join(parts)
    return blocks


# What is sent before, and then without end; for a receiver's kinds the object 1 has come by then.
SENDERS = {
    "cancel": ([chunk(1, b"x"), cancel(1)], same(cancel(1))),
    "tiny": ([], numbered(lambda n: data(n, entry(b"x")))),
    "refused": ([], numbered(lambda n: data(n, entry(b"N.", frames.PICKLE)))),
    "refused-chunks": ([], numbered(lambda n: data(n, entry(b"N", frames.PICKLE, more=True)))),
    "duplicate": ([data(1, entry(b"x"))], same(data(1, entry(b"x")))),
    "duplicate-chunks": ([data(1, entry(b"x"))], same(data(1, entry(b"x", more=True)))),
    "begun-and-cancelled": ([], numbered(lambda n: Pair(chunk(n, b"x"), cancel(n)))),
}
RECEIVERS = {
    "ack": ([], same(ack(2, 0))),
    "nack": ([], same(nack(1))),
    "credit": ([], same(credit(1, 1))),
}
EITHER = {
    "ping": ([], same(ping())),
    "pong": ([], same(pong())),
    "ignorable": ([], same(Frame(99, b"x", 1, 2, flags=2))),
    "ignorable-large": ([], same(Frame(99, bytes(16384), flags=2))),
}
HANDSHAKE = {
    "garbage": lambda side: same(Raw(bytes(BLOCK)))(side),
    "preface": lambda side: same(Raw(frames.PREFACE))(side),
    "hello": lambda side: same(Raw(greeting_bytes(side)))(side),
    "early-ping": lambda side: same(Frame(PING, bytes(8), stages=0))(side),
    "early-ignorable": lambda side: same(Frame(99, bytes(4096), flags=2, stages=0))(side),
}
KINDS = {**SENDERS, **RECEIVERS, **EITHER}


class Pair:
    def __init__(self, *frames):
        self.frames = frames

    def bytes(self, side):
        return b"".join(frame.bytes(side) for frame in self.frames)


class Raw:
    def __init__(self, data):
        self.data = data

    def bytes(self, side):
        return self.data


def greeting_bytes(side):
    body = frames.seal_map(HELLO, cbor.encode(side.greeting(HELLO, {})))
    return frames.Header(len(body), HELLO).encode() + body


def run(options):
    wires = Wires(options.trust, options.certificate, options.key)
    if options.to:
        stream = wires.dial(options.to)
    else:
        listener, endpoint = wires.listen(options.listen)
        print(f"listening on {endpoint}", flush=True)
        listener.settimeout(None)
        stream = wires.take(listener)
    role = "receiver" if options.flood in RECEIVERS else options.role
    side = Side(stream, role, bool(options.to), level=options.level)
    side.answers = False
    sent, end, started = 0, "all sent", time.monotonic()
    try:
        blocks = prepare(options, side)
        stream.settimeout(options.patience)
        while sent < options.bytes:
            block = next(blocks)[:options.bytes - sent] if options.bytes - sent < BLOCK else next(blocks)
            taken = push(stream, block)
            sent += taken
            if taken < len(block):
                end = "stalled"
                break
    except Ended:
        end = "ended in the handshake"
    except OSError as error:
        end = f"ended: {error}"
    report = {"kind": options.flood, "sent": sent, "end": end,
              "seconds": round(time.monotonic() - started, 3)}
    print(json.dumps(report), flush=True)
    if options.hold:
        # Whoever watches the other side's memory ends this by closing stdin.
        sys.stdin.read()
    side.drain(options.patience)
    kinds = {}
    for header, _ in side.log:
        name = frames.kind_name(header.kind)
        kinds[name] = kinds.get(name, 0) + 1
    print(json.dumps({"read": kinds, "saw": side.seen()}), flush=True)
    stream.close()
    return 0


def prepare(options, side):
    """The handshake, and what comes before the flood."""
    PREFACE.play(side)
    if options.flood in HANDSHAKE:
        return HANDSHAKE[options.flood](side)
    if side.is_initiator:
        steps = [Greeting(HELLO), HELLO_SEEN, Greeting(READY)]
    else:
        steps = [HELLO_SEEN, Greeting(WELCOME), READY_SEEN]
    before, blocks = KINDS[options.flood]
    if side.role == "receiver":
        # The object that they are about.
        side.level = side.level or "processed"
    for step in steps + before:
        step.play(side)
    if options.flood == "nack":
        side.wait(lambda side: side.objects)
    return blocks(side)


def push(stream, block):
    """How many bytes the other side's system took, before it took none for a while."""
    view, taken = memoryview(block), 0
    while taken < len(view):
        try:
            taken += stream.send(view[taken:])
        except TimeoutError:
            break
    return taken
