"""Loads of senders whose objects are small to send and large, deep or dear to read."""

import struct
import time

from crowd import Counts, crowd, kind_of, one_of
from peers import frames
from session import Ended, Session, data
from wires import BROKEN

MIB = 1 << 20
CBOR, JSON, PICKLE = 1, 2, 3


def repeated(head, item, count):
    """An array or map head for `count`, and the item so often."""
    return bytes([head | 26]) + struct.pack(">I", count) + item * count


CBOR_BOMBS = {
    "nulls": repeated(0x80, b"\xf6", 8 * MIB - 5),
    "arrays of one": repeated(0x80, b"\x81\x00", 4 * MIB - 3),
    "500 deep": b"\x81" * 500 + b"\x00",
    "a million deep": b"\x81" * MIB + b"\x00",
    "tags in tags": b"\xc1" * MIB + b"\x00",
    "a map of one key": repeated(0xa0, b"\x00\x00", MIB),
    "a count that lies": b"\x9b" + b"\xff" * 8,
    "a string that lies": b"\x7b" + b"\x7f" * 8 + b"x",
    "a number of a mebibyte": b"\xc2\x5a" + struct.pack(">I", MIB) + b"\x7f" * MIB,
    "text of control characters": b"\x7a" + struct.pack(">I", 4 * MIB) + b"\x01" * (4 * MIB),
    "pieces of nothing": b"\x7f" + b"\x60" * (4 * MIB) + b"\xff",
    "empty maps": repeated(0x80, b"\xa0", 8 * MIB - 5),
}  # fmt: skip


def doubled(times):
    """A pickle of a tuple of two of a tuple of two of … a string."""
    steps = b"".join(
        b"h" + bytes([step]) + b"h" + bytes([step]) + b"\x86q" + bytes([step + 1]) + b"0"
        for step in range(times))
    return b"\x80\x02X\x04\x00\x00\x00ohnoq\x000" + steps + b"h" + bytes([times]) + b"."


PICKLE_BOMBS = {
    "doubled 60 times": doubled(60),
    "doubled 22 times": doubled(22),
    "10,000 of one mebibyte": b"\x80\x02X" + struct.pack("<I", MIB) + b"x" * MIB + b"q\x000("
    + b"h\x00" * 10_000 + b"l.",
    "100,000 deep": b"\x80\x02" + b"]" * 100_000 + b"a" * 99_999 + b".",
    "a million marks": b"\x80\x02" + b"(" * MIB + b"l.",
    "a length that lies": b"\x80\x04\x8e" + b"\xff" * 7 + b"\x7f" + b"x",
    "a number of a mebibyte": b"\x80\x02\x8b" + struct.pack("<I", MIB) + b"\x7f" * MIB + b".",
    "a call of a program": b"cos\nsystem\n(S'echo no'\ntR.",
    "itself": b"\x80\x02]q\x00h\x00a.",
    "4 million nothings": b"\x80\x02(" + b"N" * (4 * MIB) + b"l.",
    "a memo far away": b"\x80\x02Nr\xff\xff\xff\x7f.",
}  # fmt: skip


def bombs(target, seconds, choices, format):
    """Four senders, each with an object a second, and one more as soon as that was answered."""
    counts, names = Counts(), list(choices)
    senders = [None] * 4
    end, turn = time.monotonic() + seconds, 0
    while (now := time.monotonic()) < end:
        for place in range(len(senders)):
            name = names[turn % len(names)]
            turn += 1
            try:
                if senders[place] is None:
                    senders[place] = [Session(target), 0]
                    counts["connections"] += 1
                one = senders[place]
                one[1] += 1
                one[0].send(data(one[1], choices[name], format))
                counts["objects"] += 1
                counts["bytes"] += len(choices[name])
                while taken := one[0].next(time.monotonic() + 0.01):
                    counts[frames.kind_name(taken[0].kind)] += 1
            except (Ended, *BROKEN) as reason:
                counts[kind_of(reason)] += 1
                if senders[place] is not None:
                    senders[place][0].close()
                senders[place] = None
        time.sleep(max(0.0, now + 1 - time.monotonic()))
    for one in senders:
        if one is not None:
            one[0].close()
    return counts


def cbor_bombs(target, seconds):
    return bombs(target, seconds, CBOR_BOMBS, CBOR)


def pickle_bombs(target, seconds):
    return bombs(target, seconds, PICKLE_BOMBS, PICKLE)


# The framing length10


def framed(payload):
    return b"%-10d" % len(payload) + payload


def large_headers(target, seconds):
    """Lengths above every limit, and what is none, on 300 connections a second."""
    wrong = one_of(b"9999999999", b"9999999999" + bytes(1000), b"-1        ", b"1_0       ",
                   b"          ", b"0x10      ", b"+5        hello", b"268435457 " + bytes(1000))
    return crowd(target, seconds, 300, wrong, age=1.0)


def framed_pickle_bombs(target, seconds):
    """Pickles that unfold, with the framing length10: four a second."""
    counts = Counts()
    names, end, turn = list(PICKLE_BOMBS), time.monotonic() + seconds, 0
    while (now := time.monotonic()) < end:
        payload = framed(PICKLE_BOMBS[names[turn % len(names)]])
        turn += 1
        try:
            with target.dial() as stream:
                stream.sendall(payload)
                counts["connections"] += 1
                counts["bytes"] += len(payload)
        except BROKEN as reason:
            counts[kind_of(reason)] += 1
        time.sleep(max(0.0, now + 0.25 - time.monotonic()))
    return counts
