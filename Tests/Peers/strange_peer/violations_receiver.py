"""What is played against a receiver, and what docs/wire.md demands of it.

Each row: a name; the sections that demand it; what is sent behind the handshake (or instead of it);
what has to come back. `right=True` marks what the page allows; all others are violations.
"""

import struct
import zlib

import cbor
import frames
from cbor import Raw
from frames import (ACK, CANCEL, CLOSE, CREDIT, DATA, HELLO, NACK, PING, PONG, READY, REJECT, WELCOME)
from script import (ABSENT, CLOSED, CLOSE_SEEN, FINE, HALF_CLOSE, HELLO_SEEN, LIMIT, PREFACE, PROTOCOL, READY_SEEN,
                    ROUND_TRIP, Bytes, Do, Either, Ends, Frame, GoesOn, Greeting, Rejects, Together,
                    ack, acknowledged, cancel, case, chunk, close, credit, data, entry, hello, nack,
                    ping, pong, ready, refused, reject, round_trip, with_attributes)

GOOD = data(1, entry())


# The handshake


def greeted(name, changes, reaction, section="4, 13", **more):
    """A HELLO with these changes."""
    return case(name, section, [PREFACE, Greeting(HELLO, changes)], reaction, greets=False, **more)


def mapped(name, spoil, reaction, section="4, 13, 16"):
    """A HELLO whose map has been spoilt, under a checksum that is right."""
    return case(name, section, [PREFACE, Greeting(HELLO, spoil_map=spoil)], reaction, greets=False)


def with_pair(key, value):
    """One more pair, behind the others of a map of fewer than 23."""
    return lambda data: bytes([data[0] + 1]) + data[1:] + cbor.encode(key) + cbor.encode(value)


def indefinite(data):
    return b"\xbf" + data[1:] + b"\xff"


def nested(levels):
    return Raw(b"\x81" * levels + b"\x01")


def to_size(size):
    """A HELLO of so many bytes, with a long value for grease."""
    def spoil(data):
        room = size - 4 - len(data) - len(cbor.encode("grease-long")) - 3
        return with_pair("grease-long", bytes(room))(data)
    return spoil


RIGHT_KEYS = ("version", "role", "id", "nonce", "software", "frame", "object", "heartbeat", "session",
              "pipeline", "acknowledge", "formats")
OF_WRONG_TYPE = {
    "version": ("an integer", 0), "role": ("an integer", 1), "id": ("text", "0123456789abcdef"),
    "nonce": ("an array", [0] * 16), "software": ("bytes", b"x"), "frame": ("text", "16384"),
    "object": ("a float", 1.0), "heartbeat": ("negative", -1), "session": ("text", "x" * 16),
    "pipeline": ("a map", {}), "acknowledge": ("an integer", 2), "formats": ("text", "raw"),
}
OTHER_KINDS = (WELCOME, READY, DATA, ACK, NACK, CREDIT, PING, PONG, CANCEL, CLOSE)

HANDSHAKE = [
    # The preface
    *[case(f"preface: byte {at} is wrong", "1, 13",
           [Bytes(frames.PREFACE[:at] + bytes([frames.PREFACE[at] ^ 0x20]) + frames.PREFACE[at + 1:])],
           CLOSED, greets=False) for at in range(6)],
    case("preface: major version 2", "1, 13", [Bytes(frames.PREFACE[:6] + b"\2\0")], CLOSED,
         greets=False),
    case("preface: major version 0", "1, 13", [Bytes(frames.PREFACE[:6] + b"\0\0")], CLOSED,
         greets=False),
    case("preface: a higher minor version", "1",
         [Bytes(frames.PREFACE[:7] + b"\x09"), hello(version=[0, 9]), HELLO_SEEN, ready(), GOOD], FINE,
         greets=False, right=True),
    *[case(f"preface: {name} instead", "1, 9", [Bytes(text)], CLOSED, greets=False) for name, text in (
        ("HTTP", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), ("SSH", b"SSH-2.0-OpenSSH_9.6\r\n"),
        ("TLS", bytes.fromhex("160301020001000200")), ("length10", b"33        \x80\x03}q\0."))],
    case("preface: one byte at a time", "1", [
        *[Bytes(frames.PREFACE[at:at + 1]) for at in range(8)], hello(), HELLO_SEEN, ready(), GOOD],
        FINE, greets=False, right=True),
    case("the stream ends in the preface", "1, 13", [Bytes(frames.PREFACE[:5]), HALF_CLOSE], CLOSED,
         greets=False),
    case("the stream ends behind the preface", "12, 13", [PREFACE, HALF_CLOSE], CLOSED, greets=False),
    case("the stream ends in HELLO", "12, 13",
         [PREFACE, Bytes(frames.Header(100, HELLO).encode() + b"\xa1"), HALF_CLOSE], CLOSED,
         greets=False),
    case("the stream ends behind HELLO", "12, 13", [PREFACE, hello(), HELLO_SEEN, HALF_CLOSE], CLOSED,
         greets=False),
    # The kind that is due
    *[case(f"{frames.kind_name(kind)} instead of HELLO", "1, 13",
           [PREFACE, Greeting(HELLO, header={"kind": kind})], PROTOCOL, greets=False)
      for kind in OTHER_KINDS],
    case("an unknown kind instead of HELLO", "1, 13",
         [PREFACE, Greeting(HELLO, header={"kind": 77})], PROTOCOL, greets=False),
    case("an ignorable kind instead of HELLO", "1, 13",
         [PREFACE, Frame(77, b"x", flags=2), hello()], PROTOCOL, greets=False),
    *[case(f"{frames.kind_name(kind)} instead of READY", "1, 13",
           [PREFACE, hello(), HELLO_SEEN, Greeting(READY, header={"kind": kind})], PROTOCOL,
           greets=False) for kind in (HELLO, WELCOME, DATA, PING, CLOSE)],
    case("an ignorable kind instead of READY", "1, 13",
         [PREFACE, hello(), HELLO_SEEN, Frame(200, flags=2), ready()], PROTOCOL, greets=False),
    case("a second HELLO", "1, 13", [PREFACE, hello(), hello()], PROTOCOL, greets=False),
    case("REJECT instead of HELLO", "4, 13", [PREFACE, reject()], CLOSED, greets=False),
    case("REJECT instead of READY", "4, 13", [PREFACE, hello(), HELLO_SEEN, reject("busy")], CLOSED,
         greets=False),
    case("REJECT without a body instead of HELLO", "4, 13", [PREFACE, Frame(REJECT, stages=0)], CLOSED,
         greets=False),
    # Header and checksum
    *[case(f"HELLO with {name}", "4, 13", [PREFACE, Greeting(HELLO, header={key: value})], PROTOCOL,
           greets=False) for name, key, value in (
               ("the flag 0x01", "flags", 1), ("IGNORABLE", "flags", 2), ("the flag 0x80", "flags", 128),
               ("a stage", "stages", 1), ("a first id", "first", 1), ("a count", "count", 1),
               ("a wrong checksum of the header", "damage", 1), ("a reserved byte", "reserved", 1))],
    *[case(f"READY with {name}", "4, 13",
           [PREFACE, hello(), HELLO_SEEN, Greeting(READY, header={key: value})], PROTOCOL, greets=False)
      for name, key, value in (
          ("a flag", "flags", 1), ("a stage", "stages", 1), ("a first id", "first", 1),
          ("a count", "count", 1))],
    case("HELLO with a wrong checksum of the body", "4, 13",
         [PREFACE, Greeting(HELLO, spoil=lambda body: body[:-1] + bytes([body[-1] ^ 1]))], PROTOCOL,
         greets=False),
    case("READY with a wrong checksum of the body", "4, 13",
         [PREFACE, hello(), HELLO_SEEN,
          Greeting(READY, spoil=lambda body: body[:-1] + bytes([body[-1] ^ 1]))], PROTOCOL,
         greets=False),
    case("HELLO with the checksum of a WELCOME", "4, 13",
         [PREFACE, Greeting(HELLO, spoil=lambda body: frames.seal_map(WELCOME, body[:-4]))], PROTOCOL,
         greets=False),
    case("HELLO of three bytes", "4, 13", [PREFACE, Frame(HELLO, b"\xa0\0\0", stages=0)], PROTOCOL,
         greets=False),
    case("HELLO without a body", "4, 13", [PREFACE, Frame(HELLO, stages=0)], PROTOCOL, greets=False),
    case("HELLO of 8,192 bytes", "15", [GOOD], FINE, right=True, hello={
        "grease-long": bytes(8192 - 4 - 333)}),
    case("HELLO of 8,193 bytes", "1, 13, 15",
         [PREFACE, Bytes(frames.Header(8193, HELLO).encode())], LIMIT, greets=False),
    case("READY of 8,193 bytes", "1, 13, 15",
         [PREFACE, hello(), HELLO_SEEN, Bytes(frames.Header(8193, READY).encode())], LIMIT,
         greets=False),
    case("DATA of 8,193 bytes instead of READY", "1, 13, 15",
         [PREFACE, hello(), HELLO_SEEN, Bytes(frames.Header(8193, DATA, 0, 0, 1, 1).encode())],
         Either(LIMIT, PROTOCOL), greets=False),
    # The keys
    *[greeted(f"HELLO without {key}", {key: ABSENT}, PROTOCOL) for key in RIGHT_KEYS],
    *[greeted(f"HELLO: {key} is {OF_WRONG_TYPE[key][0]}", {key: OF_WRONG_TYPE[key][1]}, PROTOCOL)
      for key in RIGHT_KEYS],
    *[greeted(f"HELLO: {key} is null", {key: None}, PROTOCOL, "4, 16") for key in RIGHT_KEYS],
    greeted("HELLO: id of 15 bytes", {"id": bytes(15)}, PROTOCOL),
    greeted("HELLO: nonce of 17 bytes", {"nonce": bytes(17)}, PROTOCOL),
    greeted("HELLO: session of no bytes", {"session": b""}, PROTOCOL),
    greeted("HELLO: version of one", {"version": [0]}, PROTOCOL),
    greeted("HELLO: version of three", {"version": [0, 0, 0]}, PROTOCOL),
    greeted("HELLO: version with text", {"version": [0, "1"]}, PROTOCOL),
    greeted("HELLO: only minor versions to come", {"version": [1, 9]}, Rejects("version")),
    greeted("HELLO: a lowest version above the highest", {"version": [1, 0]}, Rejects("version")),
    greeted("HELLO: the same role", {"role": "receiver"}, Rejects("role")),
    greeted("HELLO: a role that is none", {"role": "broker"}, Rejects("role")),
    greeted("HELLO: frame 8191", {"frame": 8191}, LIMIT),
    greeted("HELLO: frame 0", {"frame": 0}, LIMIT),
    greeted("HELLO: frame 16777217", {"frame": (16 << 20) + 1}, LIMIT),
    case("HELLO: frame 8192", "4, 15", [GOOD], FINE, right=True, hello={"frame": 8192}),
    case("HELLO: object at 64 bits", "4, 16", [GOOD], FINE, right=True,
         hello={"object": (1 << 64) - 1, "heartbeat": 0}),
    greeted("HELLO: an integer of more than 64 bits", {"object": Raw(b"\xc2\x49" + b"\1" * 9)},
            PROTOCOL, "4, 16"),
    greeted("HELLO: a tag before an integer", {"object": Raw(b"\xd8\x64\x00")}, PROTOCOL, "4, 16"),
    greeted("HELLO: a tag before text", {"role": Raw(b"\xd8\x64" + cbor.encode("sender"))}, PROTOCOL,
            "4, 16"),
    greeted("HELLO: an unknown acknowledge", {"acknowledge": "later"}, PROTOCOL),
    greeted("HELLO: no formats", {"formats": []}, Rejects("format")),
    greeted("HELLO: formats of integers", {"formats": [1]}, PROTOCOL),
    greeted("HELLO: formats of text and an integer", {"formats": ["raw", 1]}, PROTOCOL),
    greeted("HELLO: only unknown formats", {"formats": ["yaml"]}, Rejects("format")),
    greeted("HELLO: only a format that is not taken", {"formats": ["pickle"]}, Rejects("format")),
    case("HELLO: an unknown format beside a known one", "4", [GOOD], FINE, right=True,
         hello={"formats": ["yaml", "raw"]}),
    case("HELLO: keys that are not a sender's HELLO's", "4", [GOOD], FINE,
         hello={"window": "none", "received": -1}),
    case("READY: keys that are not a sender's READY's", "4", [GOOD], FINE,
         ready={"version": "x", "role": 7, "window": [], "session": None}),
    case("READY: an empty map", "4", [PREFACE, hello(), HELLO_SEEN,
                                      Greeting(READY, spoil_map=lambda data: b"\xa0"), GOOD], FINE,
         greets=False),
    case("READY: no map", "4, 13", [PREFACE, hello(), HELLO_SEEN,
                                    Greeting(READY, spoil_map=lambda data: b"\x80")], PROTOCOL,
         greets=False),
    case("READY: no CBOR", "4, 13", [PREFACE, hello(), HELLO_SEEN,
                                     Greeting(READY, spoil_map=lambda data: b"")], PROTOCOL,
         greets=False),
    case("READY: the same key twice", "4, 13, 16", [
        PREFACE, hello(), HELLO_SEEN,
        Greeting(READY, spoil_map=lambda data: b"\xa2\x61x\1\x61x\2")], PROTOCOL, greets=False),
    # The pipeline
    greeted("HELLO: an unknown stage", {"pipeline": [["zstd", {}]]}, Rejects("pipeline")),
    greeted("HELLO: nine stages", {"pipeline": [["crc32c", {}]] * 9}, Rejects("pipeline")),
    greeted("HELLO: a stage twice", {"pipeline": [["crc32c", {}], ["crc32c", {}]]},
            Rejects("pipeline")),
    greeted("HELLO: an unknown parameter", {"pipeline": [["deflate", {"window": 9}]]},
            Rejects("pipeline")),
    greeted("HELLO: a parameter for a stage without", {"pipeline": [["crc32c", {"level": 1}]]},
            Rejects("pipeline")),
    greeted("HELLO: level 0", {"pipeline": [["deflate", {"level": 0}]]}, Rejects("pipeline")),
    greeted("HELLO: level 10", {"pipeline": [["deflate", {"level": 10}]]}, Rejects("pipeline")),
    greeted("HELLO: a level that is text", {"pipeline": [["deflate", {"level": "6"}]]},
            Rejects("pipeline")),
    greeted("HELLO: a stage that this receiver has no key for", {"pipeline": [["hmac-sha-256", {}]]},
            Rejects("pipeline")),
    greeted("HELLO: a stage without parameters", {"pipeline": [["crc32c"]]}, PROTOCOL),
    greeted("HELLO: a stage of three", {"pipeline": [["crc32c", {}, 1]]}, PROTOCOL),
    greeted("HELLO: a stage that is text", {"pipeline": ["crc32c"]}, PROTOCOL),
    greeted("HELLO: a stage whose name is an integer", {"pipeline": [[1, {}]]}, PROTOCOL),
    greeted("HELLO: parameters that are an array", {"pipeline": [["crc32c", []]]}, PROTOCOL),
    greeted("HELLO: a parameter whose key is an integer", {"pipeline": [["deflate", {1: 6}]]},
            PROTOCOL, "4, 16"),
    # The profile of CBOR
    mapped("HELLO: an array instead of a map", lambda data: b"\x80", PROTOCOL),
    mapped("HELLO: an empty map", lambda data: b"\xa0", PROTOCOL),
    mapped("HELLO: nothing instead of a map", lambda data: b"", PROTOCOL),
    mapped("HELLO: a byte behind the map", lambda data: data + b"\0", PROTOCOL),
    mapped("HELLO: a map that is cut", lambda data: data[:-1], PROTOCOL),
    mapped("HELLO: a known key twice", with_pair("frame", 16384), PROTOCOL),
    mapped("HELLO: an unknown key twice",
           lambda data: with_pair("x", 2)(with_pair("x", 1)(data)), PROTOCOL),
    mapped("HELLO: an integer key", with_pair(1, 1), PROTOCOL),
    mapped("HELLO: a key of bytes", with_pair(b"x", 1), PROTOCOL),
    mapped("HELLO: a key of null", with_pair(None, 1), PROTOCOL),
    mapped("HELLO: a known key as indefinite text, twice",
           lambda data: with_pair(Raw(b"\x7f\x65frame\xff"), 16384)(data), PROTOCOL),
    mapped("HELLO: text that is no UTF-8", with_pair("x", Raw(b"\x61\xff")), PROTOCOL),
    mapped("HELLO: a reserved head", with_pair("x", Raw(b"\x1c")), PROTOCOL),
    mapped("HELLO: a break without a beginning", with_pair("x", Raw(b"\xff")), PROTOCOL),
    mapped("HELLO: an integer of indefinite length", with_pair("x", Raw(b"\x1f")), PROTOCOL),
    mapped("HELLO: a simple value in two bytes that has one", with_pair("x", Raw(b"\xf8\x14")),
           PROTOCOL),
    mapped("HELLO: indefinite text in pieces of bytes", with_pair("x", Raw(b"\x7f\x41a\xff")),
           PROTOCOL),
    mapped("HELLO: an array that says more than there is", with_pair("x", Raw(b"\x9a\xff\xff\xff\xff")),
           PROTOCOL),
    mapped("HELLO: nine levels", with_pair("x", nested(8)), PROTOCOL),
    mapped("HELLO: a thousand levels", with_pair("x", nested(1000)), PROTOCOL),
    mapped("HELLO: nine levels of tags", with_pair("x", Raw(b"\xc1" * 8 + b"\1")), PROTOCOL),
    case("HELLO: eight levels", "15, 16", [GOOD], FINE, right=True, hello={"grease-x": nested(7)}),
    case("HELLO: eight levels of tags", "15, 16", [GOOD], FINE, right=True,
         hello={"grease-x": Raw(b"\xc1" * 7 + b"\1")}),
    case("HELLO: unknown keys with any value", "16", [GOOD], FINE, right=True, hello={
        "a": 1.5, "b": None, "c": [True, {"x": b"", "y": -5}], "d": Raw(b"\xf7"),
        "e": Raw(b"\xd9\xd9\xf7\x80"), "f": Raw(b"\xf8\xff"), "g": Raw(b"\xf9\x7e\x00")}),
    case("HELLO: indefinite lengths", "16", [
        PREFACE, Greeting(HELLO, {"role": Raw(b"\x7f\x63sen\x63der\xff"),
                                  "id": Raw(b"\x5f\x48" + bytes(8) + b"\x48" + bytes(8) + b"\xff"),
                                  "formats": Raw(b"\x9f\x63raw\xff")}, spoil_map=indefinite),
        HELLO_SEEN, ready(), GOOD], FINE, greets=False, right=True),
    case("HELLO: integers wider than they need to be", "16", [GOOD], FINE, right=True, hello={
        "object": Raw(b"\x1b" + bytes(8)), "heartbeat": Raw(b"\x19\x00\x05"),
        "version": Raw(b"\x98\x02\x18\x00\x00")}),
]


# Frames behind the handshake


def spoilt(name, frame, reaction=PROTOCOL, section="2, 3, 13", **more):
    return case(name, section, [frame], reaction, **more)


FRAMES = [
    spoilt("a wrong checksum of a header", ping(damage=1), section="2, 13"),
    spoilt("a reserved byte", ping(reserved=1), section="2, 13"),
    *[spoilt(f"the flag {flag:#04x}", ping(flags=flag), section="2, 13")
      for flag in (4, 8, 16, 32, 64, 128)],
    case("the flag 0x01", "2", [ping(flags=1), data(1, entry(), flags=1)], FINE),
    case("IGNORABLE on known kinds", "2", [ping(flags=2), data(1, entry(), flags=3)], FINE),
    spoilt("a stage's bit without a pipeline", ping(stages=1), section="2, 7, 13"),
    spoilt("the highest stage's bit", data(1, entry(), stages=128), section="2, 7, 13"),
    # Kinds
    *[spoilt(f"{frames.kind_name(kind)} from a sender", Frame(kind, body, first))
      for kind, body, first in ((ACK, ack(2, 0).body, 0), (NACK, nack(1).body, 1),
                                (CREDIT, credit(1, 1).body, 0))],
    *[spoilt(f"{frames.kind_name(kind)} behind the handshake", Frame(
        kind, frames.seal_map(kind, cbor.encode({"grease-": 1})))) for kind in (HELLO, WELCOME, READY)],
    case("a whole HELLO behind the handshake", "3, 13", [hello()], PROTOCOL),
    spoilt("kind 0", Frame(0)),
    spoilt("kind 13", Frame(13)),
    spoilt("kind 255", Frame(255, b"x", flags=1)),
    case("an ignorable kind", "2", [Frame(13, b"abc", flags=2), GOOD], FINE, right=True),
    case("an ignorable kind 0", "2", [Frame(0, b"abc", flags=2), GOOD], FINE),
    case("an ignorable kind with a first id and a count", "2",
         [Frame(99, b"abc", 7, 9, flags=3), GOOD], FINE, right=True),
    case("an ignorable kind of 16 KiB", "2, 15", [Frame(99, bytes(16384), flags=2), GOOD], FINE,
         right=True),
    case("an ignorable kind of 16 KiB and a byte", "2, 13, 15",
         [Bytes(frames.Header(16385, 99, 2).encode())], LIMIT),
    case("an ignorable kind with unknown flags", "2, 13", [Frame(99, b"", flags=6)], PROTOCOL),
    case("an ignorable kind with a stage's bit", "2, 7, 13", [Frame(99, b"", flags=2, stages=1)],
         PROTOCOL),
    # Lengths
    *[case(f"{frames.kind_name(kind)} of 16 KiB and a byte", "2, 13, 15",
           [Bytes(frames.Header(16385, kind, 0, 0, first).encode())], LIMIT)
      for kind, first in ((PING, 0), (PONG, 0), (CLOSE, 0), (CANCEL, 1))],
    case("an unknown kind of 16 KiB and a byte", "2, 13, 15",
         [Bytes(frames.Header(16385, 77).encode())], Either(LIMIT, PROTOCOL)),
    case("DATA of 16 MiB and a byte", "2, 13, 15",
         [Bytes(frames.Header((16 << 20) + 1, DATA, 0, 0, 1, 1).encode())], LIMIT),
    case("DATA of 4 GiB", "2, 13, 15",
         [Bytes(frames.Header((1 << 32) - 1, DATA, 0, 0, 1, 1).encode())], LIMIT),
    case("DATA of 16 MiB", "2, 15", [data(1, entry(bytes((16 << 20) - 14),
                                                   attributes={"name": "a"}))], FINE, right=True),
    # PING and PONG
    *[spoilt(f"PING of {size} bytes", ping(bytes(size)), section="3, 13") for size in (0, 7, 9)],
    *[spoilt(f"PONG of {size} bytes", pong(bytes(size)), section="3, 13") for size in (0, 7, 9)],
    spoilt("PING with a first id", ping(first=1)),
    spoilt("PING with a count", ping(count=1)),
    spoilt("PONG with a first id", pong(first=1)),
    spoilt("PONG with a count", pong(count=1)),
    case("a PONG that nobody asked for", "3", [pong(), pong(b"\xff" * 8), GOOD], FINE),
    case("a hundred PINGs", "3", [
        Together(tuple(ping(struct.pack(">Q", n)) for n in range(100))),
        Do(lambda side: side.wait(lambda side: len(side.pongs) == 100))], FINE, right=True,
        after=lambda side: None if side.pongs == [struct.pack(">Q", n) for n in range(100)]
        else "other bytes in the PONGs"),
    # REJECT
    *[case(f"REJECT {code}", "4, 13", [reject(code)], CLOSED)
      for code in ("protocol", "busy", "closing", "unheard-of")],
    case("REJECT without a text", "4, 13",
         [Frame(REJECT, frames.seal_map(REJECT, cbor.encode({"code": "busy"})), stages=0)], CLOSED),
    case("REJECT with a wrong checksum", "4, 13",
         [reject(spoil=lambda body: body[:-1] + bytes([body[-1] ^ 1]))], CLOSED),
    case("REJECT with a first id", "4, 13", [reject(first=1)], CLOSED),
    case("REJECT with a stage's bit", "4, 13", [reject(stages=1)], CLOSED),
    case("REJECT without a body", "4, 13", [Frame(REJECT, stages=0)], CLOSED),
    case("REJECT with a text of 2,000 bytes", "4, 13, 15", [reject(text="x" * 2000)], CLOSED),
    # The end of the stream
    case("the stream ends without CLOSE", "1, 13", [HALF_CLOSE], CLOSED),
    case("the stream ends in a header", "1, 13", [Bytes(b"\0" * 11), HALF_CLOSE], CLOSED),
    case("the stream ends in a body", "1, 13",
         [Bytes(frames.Header(100, DATA, 0, 0, 1, 1).encode() + b"abc"), HALF_CLOSE], CLOSED),
    case("the stream ends behind a chunk", "1, 13", [chunk(1, b"abc"), HALF_CLOSE], CLOSED),
    case("the stream ends behind an object", "1, 13", [GOOD, acknowledged(1), HALF_CLOSE], CLOSED,
         stored=(1,)),
]


# CLOSE

BEHIND = Either(PROTOCOL, Rejects("protocol", behind_close=True), Ends())
"""What comes too late for a receiver that has answered already."""

CLOSING = [
    case("CLOSE, and nothing else", "8, 12", [close(0)], FINE, right=True),
    case("CLOSE with a text", "8", [GOOD, close(1, {"text": "good bye"})], FINE, right=True),
    case("CLOSE with an unknown code", "8", [GOOD, close(1, {"code": "unheard-of"})], FINE),
    case("CLOSE with an unknown key", "8, 16", [GOOD, close(1, {"grease": [1]})], FINE, right=True),
    case("CLOSE with a text of 1,024 bytes", "8, 15", [close(0, {"text": "x" * 1024})], FINE, right=True),
    case("CLOSE with a text of 1,025 bytes", "8, 15", [close(0, {"text": "x" * 1025})], FINE),
    case("CLOSE: last too high", "8, 13", [GOOD, close(2)], PROTOCOL, stored=(1,)),
    case("CLOSE: last too low", "8, 13", [GOOD, close(0)], PROTOCOL, stored=(1,)),
    case("CLOSE: last of 64 bits", "8, 13", [close((1 << 64) - 1)], PROTOCOL),
    case("CLOSE while an object is incomplete", "8, 13", [chunk(1, b"abc"), close(1)], PROTOCOL),
    case("CLOSE while one of two is incomplete", "8, 13",
         [chunk(1, b"abc"), data(2, entry()), close(2)], PROTOCOL, stored=(2,)),
    case("CLOSE behind a CANCEL", "8, 12", [chunk(1, b"abc"), cancel(1), close(1)], FINE, right=True),
    *[case(f"CLOSE: {name}", "8, 13", [close(0, body=body)], PROTOCOL) for name, body in (
        ("no body", b""), ("no map", b"\x80"), ("no last", cbor.encode({"code": "done"})),
        ("no code", cbor.encode({"last": 0})), ("last is null", cbor.encode({"last": None, "code": "done"})),
        ("last is text", cbor.encode({"last": "0", "code": "done"})),
        ("last is negative", cbor.encode({"last": -1, "code": "done"})),
        ("last is a float", cbor.encode({"last": 0.0, "code": "done"})),
        ("code is an integer", cbor.encode({"last": 0, "code": 0})),
        ("text is bytes", cbor.encode({"last": 0, "code": "done", "text": b"x"})),
        ("text is null", cbor.encode({"last": 0, "code": "done", "text": None})),
        ("an integer key", cbor.encode({"last": 0, "code": "done", 1: 1})),
        ("the same key twice", cbor.encode_pairs([("last", 0), ("last", 0), ("code", "done")])),
        ("bytes behind the map", cbor.encode({"last": 0, "code": "done"}) + b"\0"),
        ("nine levels", cbor.encode({"last": 0, "code": "done", "x": nested(8)})))],
    case("CLOSE: eight levels", "15, 16", [close(0, {"x": nested(7)})], FINE, right=True),
    case("CLOSE: indefinite lengths", "16",
         [close(0, body=b"\xbf\x64last\x18\0\x7f\x62co\x62de\xff\x64done\xff")], FINE, right=True),
    case("CLOSE with a first id", "3, 13", [close(0, first=1)], PROTOCOL),
    case("CLOSE with a count", "3, 13", [close(0, count=1)], PROTOCOL),
    # What is sent in one write may be read before the answer is on its way, or behind it.
    case("a second CLOSE", "8, 13", [Together((GOOD, close(1), close(1)))], BEHIND, stored=(1,)),
    case("DATA behind CLOSE", "8, 13", [Together((GOOD, close(1), data(2, entry())))], BEHIND,
         stored=(1,)),
    case("CANCEL behind CLOSE", "8, 13",
         [Together((GOOD, close(1), cancel(1)))], BEHIND, stored=(1,)),
    case("READY behind CLOSE", "8, 13",
         [Together((GOOD, close(1), Frame(READY, frames.seal_map(READY, b"\xa0")))), ], BEHIND,
         stored=(1,)),
    case("PING behind CLOSE", "8, 12", [Together((GOOD, close(1), ping(), pong()))], FINE, right=True),
    case("REJECT behind CLOSE", "8, 13", [Together((GOOD, close(1), reject()))],
         Either(CLOSED, Ends()), stored=(1,)),
]


# Objects


def bad(name, section, *script, **more):
    return case(name, section, script, PROTOCOL, **more)


LONG_KEYS = cbor.encode({"headers": {"k": "x" * 65519}})
ATTRIBUTE_FAULTS = (
    ("name is bytes of UTF-8", {"name": b"a"}), ("name is null", {"name": None}), ("type is an integer", {"type": 1}),
    ("size is text", {"size": "5"}), ("size is negative", {"size": -5}), ("size is a float", {"size": 5.0}),
    ("size is null", {"size": None}), ("size has a tag", {"size": Raw(b"\xc1\x05")}),
    ("headers are an array", {"headers": []}), ("headers have an integer", {"headers": {"a": 1}}),
    ("headers have an integer key", {"headers": {1: "a"}}),
    ("headers have the same key twice", {"headers": Raw(b"\xa2\x61a\x61b\x61a\x61c")}),
    ("deadline is text", {"deadline": "soon"}), ("deadline is negative", {"deadline": -1}),
    ("trace is bytes", {"trace": b"00"}), ("digest is text", {"digest": "x" * 32}),
    ("digest of 31 bytes", {"digest": bytes(31)}), ("digest of 33 bytes", {"digest": bytes(33)}),
    ("attachments are an integer", {"attachments": 5}), ("attachments are a map", {"attachments": {}}),
    ("attachments have text", {"attachments": ["5"]}), ("attachments are negative", {"attachments": [-1]}),
    ("attachments have null", {"attachments": [5, None]}),
    ("an unknown key twice", Raw(b"\xa2\x61x\1\x61x\2")), ("name twice", Raw(b"\xa2\x64name\x61a\x64name\x61b")),
    ("an integer key", {1: 1}), ("a key of bytes", {b"name": "a"}), ("an array", Raw(b"\x80")),
    ("null", Raw(b"\xf6")), ("nothing", Raw(b"")), ("bytes behind the map", Raw(b"\xa0\0")),
    ("a map that is cut", Raw(b"\xa1\x64name")), ("text that is no UTF-8", Raw(b"\xa1\x64name\x61\xff")),
    ("nine levels", {"x": nested(8)}),
)


def raw_entry(attributes, payload=b"hello"):
    return data(1, entry(payload, attributes=cbor.encode(attributes)))


OBJECTS = [
    # Entries
    bad("DATA without an entry", "3, 5, 13", data(1)),
    bad("DATA with a count of 0", "3, 5, 13", data(1, entry(), count=0)),
    bad("DATA with the first id 0", "3, 13", data(0, entry(), first=0)),
    # What stands before the error may have been handed over.
    bad("DATA with a count above its entries", "5, 13", data(1, entry(), count=2), stored=(1,)),
    bad("DATA with a count below its entries", "5, 13", data(1, entry(), entry(), count=1), stored=(1,)),
    bad("DATA with a count of 32 bits", "5, 13", data(1, entry(), count=(1 << 32) - 1), stored=(1,)),
    bad("DATA: an entry cut in its head", "5, 13", data(1, b"\0\0\5")),
    bad("DATA: an entry cut in its payload", "5, 13", data(1, b"\0\0\5\0hell")),
    bad("DATA: an entry cut in the length of its attributes", "5, 13", data(1, b"\0\0\0\x10\0")),
    bad("DATA: attributes that say more than there is", "5, 13", data(1, b"\0\0\0\x10\xff\xff\xa0")),
    bad("DATA: a byte behind the last entry", "5, 13", data(1, entry(), b"\0", count=1), stored=(1,)),
    *[bad(f"DATA: the bit {bit:#04x}", "5, 13", data(1, entry(bits=bit)))
      for bit in (0x04, 0x08, 0x40, 0x80)],
    bad("DATA: a bit in the second entry", "5, 13", data(1, entry(), entry(bits=0x40)), stored=(1,)),
    case("DATA: an empty object", "5", [data(1, entry(b""))], FINE, right=True),
    case("DATA: a thousand objects", "5", [data(1, *[entry(b"x")] * 1000)], FINE, right=True),
    case("DATA: every format that is taken", "5",
         [data(1, entry(), entry(b"\x01", frames.CBOR), entry(b"[1]", frames.JSON))], FINE, right=True),
    # Attributes
    *[bad(f"attributes: {name}", "5, 13, 16", raw_entry(value)) for name, value in ATTRIBUTE_FAULTS],
    case("attributes: all that are right", "5", [data(1, entry(b"hello", attributes={
        "name": "a", "type": "text/plain", "size": 5, "headers": {"a": "b"}, "deadline": 4102444800000,
        "trace": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "attachments": [2, 0]}))], FINE, right=True),
    case("attributes: an unknown key", "5, 16", [raw_entry({"x": [1, {"y": None}]})], FINE, right=True),
    case("attributes: eight levels", "15, 16", [raw_entry({"x": nested(7)})], FINE, right=True),
    case("attributes: 65,535 bytes", "5, 15", [data(1, entry(attributes=LONG_KEYS))], FINE, right=True),
    case("attributes: an empty map", "5", [raw_entry({})], FINE, right=True),
    case("attributes: indefinite lengths", "16", [raw_entry(Raw(b"\xbf\x64size\x18\x05\xff"))], FINE,
         right=True),
    # Ids
    bad("a gap at the beginning", "5, 13", data(2, entry())),
    bad("a gap behind an object", "5, 13", data(1, entry()), data(3, entry()), stored=(1,)),
    bad("the highest id of all", "5, 13", data((1 << 64) - 1, entry())),
    bad("ids that would pass 64 bits", "5, 13", data((1 << 64) - 1, entry(), entry())),
    case("an object twice", "5", [GOOD, acknowledged(1), GOOD], FINE),
    case("an object twice, with other bytes", "5", [GOOD, acknowledged(1), data(1, entry(b"other"))], FINE),
    case("two objects, then the second and a third", "5",
         [data(1, entry(), entry()), data(2, entry(), entry())], FINE),
    case("an object and its duplicate in one write", "5", [Together((GOOD, GOOD))], FINE),
    bad("a duplicate whose entry is cut", "5, 13", GOOD, acknowledged(1), data(1, b"\0\0\5\0"),
        stored=(1,)),
    # Chunks
    case("chunks: three, the last empty", "5",
         [chunk(1, b"abc", size=6), chunk(1, b"def", 3), chunk(1, b"", 6, more=False)], FINE, right=True),
    case("chunks: empty ones between", "5",
         [chunk(1, b"abc"), chunk(1, b"", 3), chunk(1, b"d", 3, more=False)], FINE, right=True),
    case("chunks: a first one without bytes", "5",
         [chunk(1, b""), data(1, entry(b"abc", attributes={"offset": 0}))], FINE, right=True),
    case("chunks: of two objects, with a third between", "5, 12",
         [chunk(1, b"abc"), chunk(2, b"x"), data(3, entry()), ping(), chunk(2, b"y", 1, more=False),
          chunk(1, b"d", 3, more=False)], FINE, right=True),
    bad("chunks: no offset on the second", "5, 13", chunk(1, b"abc"), data(1, entry(b"d"))),
    bad("chunks: no offset, with other attributes", "5, 13", chunk(1, b"abc"),
        data(1, entry(b"d", attributes={"name": "a"}))),
    bad("chunks: no offset, with MORE", "5, 13", chunk(1, b"abc"), data(1, entry(b"d", more=True))),
    bad("chunks: an offset too low", "5, 13", chunk(1, b"abc"), chunk(1, b"d", 2)),
    bad("chunks: an offset too high", "5, 13", chunk(1, b"abc"), chunk(1, b"d", 4)),
    bad("chunks: offset 0 on the second", "5, 13", chunk(1, b"abc"),
        data(1, entry(b"d", attributes={"offset": 0}))),
    bad("chunks: an offset of 64 bits", "5, 13", chunk(1, b"abc"), chunk(1, b"d", (1 << 64) - 1)),
    bad("chunks: an offset that is text", "5, 13", chunk(1, b"abc"),
        data(1, entry(b"d", attributes={"offset": "3"}))),
    bad("chunks: another format on the second", "5, 13", chunk(1, b"abc"),
        data(1, entry(b"d", frames.JSON, {"offset": 3}))),
    bad("chunks: another attribute beside offset", "5, 13", chunk(1, b"abc"),
        chunk(1, b"d", 3, name="a")),
    bad("chunks: size beside offset", "5, 13", chunk(1, b"abc"), chunk(1, b"d", 3, more=False, size=4)),
    case("chunks: an unknown attribute beside offset", "5, 16",
         [chunk(1, b"abc"), chunk(1, b"d", 3, more=False, x=1)], FINE, right=True),
    bad("offset 0 on a new object", "5, 13", data(1, entry(attributes={"offset": 0}))),
    bad("offset 5 on a new object", "5, 13", data(1, entry(attributes={"offset": 5}))),
    bad("offset 0 on a new object in chunks", "5, 13",
        data(1, entry(attributes={"offset": 0}, more=True))),
    bad("MORE in a frame of two", "5, 13", data(1, entry(more=True), entry())),
    bad("MORE at the end of a frame of two", "5, 13", data(1, entry(), entry(more=True)), stored=(1,)),
    bad("offset in a frame of two", "5, 13", data(1, entry(), entry(attributes={"offset": 0})),
        stored=(1,)),
    bad("an incomplete object in a frame of two", "5, 13", chunk(1, b"abc"),
        data(1, entry(b"d", attributes={"offset": 3}), entry()), stored=(2,)),
    bad("an incomplete object behind a duplicate", "5, 13", GOOD, chunk(2, b"abc"),
        data(1, entry(), entry(b"d", attributes={"offset": 3})), stored=(1,)),
    bad("chunks past size", "5, 13", chunk(1, b"abc", size=4), chunk(1, b"de", 3)),
    bad("a first chunk past size", "5, 13", chunk(1, b"abc", size=2)),
    bad("a last chunk past size", "5, 13", chunk(1, b"abc", size=4), chunk(1, b"de", 3, more=False)),
    bad("chunks that end short of size", "5, 13", chunk(1, b"abc", size=6),
        chunk(1, b"de", 3, more=False)),
    bad("size above an unchunked object", "5, 13", with_attributes({"size": 6})),
    bad("size below an unchunked object", "5, 13", with_attributes({"size": 4})),
    bad("a size that is wrong in the second of two", "5, 13",
        data(1, entry(), entry(attributes={"size": 4})), stored=(1,)),
    case("64 incomplete objects", "5, 15",
         [*[chunk(n, b"a") for n in range(1, 65)], ROUND_TRIP,
          *[chunk(n, b"b", 1, more=False) for n in range(1, 65)]], FINE, right=True),
    case("65 incomplete objects", "5, 13, 15", [chunk(n, b"a") for n in range(1, 66)], LIMIT),
    case("a whole object beside 64 incomplete ones", "5, 15",
         [*[chunk(n, b"a") for n in range(1, 65)], data(65, entry()),
          *[chunk(n, b"b", 1, more=False) for n in range(1, 65)]], FINE, right=True),
    case("incomplete again and again, never 65 at once", "5, 15",
         [step for n in range(1, 131) for step in (chunk(n, b"a"), cancel(n))], FINE, right=True),
    # CANCEL
    case("CANCEL", "5, 12", [chunk(1, b"abc"), cancel(1), acknowledged(1), data(2, entry())], FINE,
         right=True),
    case("CANCEL twice", "5", [chunk(1, b"abc"), cancel(1), cancel(1), GOOD.but(first=2)], FINE),
    case("CANCEL of an object that is settled", "5", [GOOD, acknowledged(1), cancel(1)], FINE, stores=(1,)),
    case("CANCEL of an object in chunks that is settled", "5",
         [chunk(1, b"abc"), chunk(1, b"d", 3, more=False), acknowledged(1), cancel(1)], FINE, stores=(1,)),
    case("a chunk behind CANCEL", "5, 12", [chunk(1, b"abc"), cancel(1), chunk(1, b"d", 3, more=False)],
         FINE),
    bad("CANCEL of an object that never began", "5, 13", cancel(1)),
    bad("CANCEL of the next object", "5, 13", GOOD, cancel(2), stored=(1,)),
    bad("CANCEL of the object 0", "3, 13", chunk(1, b"abc"), cancel(0)),
    bad("CANCEL with a body", "3, 13", chunk(1, b"abc"), cancel(1, b"\0")),
    bad("CANCEL with a count", "3, 13", chunk(1, b"abc"), cancel(1, count=1)),
    # Attachments
    case("attachments: as long as the object", "5",
         [raw_entry({"attachments": [2, 0, 3]})], FINE, right=True),
    case("attachments: none", "5", [raw_entry({"attachments": []})], FINE, right=True),
    case("attachments: 1,024", "5, 15", [raw_entry({"attachments": [0] * 1024})], FINE, right=True),
    case("attachments: 1,025", "5, 13, 15",
         [raw_entry({"attachments": [0] * 1025}), data(2, entry())], GoesOn({1: "format"})),
    case("attachments: more than there is", "5, 13", [raw_entry({"attachments": [6]}), data(2, entry())],
         GoesOn({1: "format"})),
    case("attachments: together more than there is", "5, 13", [raw_entry({"attachments": [3, 3]})],
         GoesOn({1: "format"})),
    case("attachments: a sum beyond 64 bits", "5, 13",
         [raw_entry({"attachments": [(1 << 64) - 1, 6]})], GoesOn({1: "format"})),
    case("attachments: a sum that comes round to 5", "5, 13",
         [raw_entry({"attachments": [1 << 63, 1 << 63, 5]})], GoesOn({1: "format"})),
    case("attachments: in chunks without size", "5, 13",
         [chunk(1, b"abc", attachments=[1]), refused(1), chunk(1, b"d", 3, more=False)],
         GoesOn({1: "format"})),
    case("attachments: in chunks with size", "5",
         [chunk(1, b"abc", attachments=[1], size=4), chunk(1, b"d", 3, more=False)], FINE, right=True),
    case("attachments: in chunks, more than size", "5, 13",
         [chunk(1, b"abc", attachments=[5], size=4), refused(1), cancel(1)], GoesOn({1: "format"})),
    # A format that is not taken
    case("a pickle that nobody asked for", "6, 13", [data(1, entry(b"N.", frames.PICKLE)), data(2, entry())],
         GoesOn({1: "format"})),
    case("a pickle in chunks", "6, 12, 13", [
        data(1, entry(b"N", frames.PICKLE, more=True)), refused(1),
        data(1, entry(b".", frames.PICKLE, {"offset": 1})), data(2, entry())], GoesOn({1: "format"})),
    case("a pickle in chunks, cancelled behind the NACK", "5, 6, 12", [
        data(1, entry(b"N", frames.PICKLE, more=True)), refused(1), cancel(1), data(2, entry())],
        GoesOn({1: "format"})),
    case("a pickle in chunks, cancelled before the NACK", "5, 6, 12", [
        Together((data(1, entry(b"N", frames.PICKLE, more=True)), cancel(1))), data(2, entry())],
        Either(GoesOn({1: "format"}), FINE), stores=(2,)),
    case("an object that JSON is not", "5", [data(1, entry(b"{", frames.JSON))],
         Either(FINE, GoesOn({1: "format"})), stores=None),
    case("a digest that is another", "5", [raw_entry({"digest": bytes(32)})],
         Either(FINE, GoesOn({1: "incomplete"}))),
    # Levels
    case("received: objects, chunks, a CANCEL", "6, 12", [
        data(1, entry(), entry()), chunk(3, b"abc"), chunk(4, b"x"), cancel(4),
        chunk(3, b"d", 3, more=False)], FINE, right=True, level="received"),
    case("received: a pickle", "6, 13", [data(1, entry(b"N.", frames.PICKLE))], GoesOn({1: "format"}),
         level="received"),
    case("none: objects, chunks, a CANCEL", "6, 12", [
        data(1, entry(), entry()), chunk(3, b"abc"), chunk(4, b"x"), cancel(4),
        chunk(3, b"d", 3, more=False)], FINE, right=True, level="none"),
    case("none: a pickle is refused without a NACK", "6, 13",
         [data(1, entry(), entry(b"N.", frames.PICKLE), entry())], FINE, level="none", stores=(1, 3)),
    bad("none: a gap", "5, 13", data(2, entry()), level="none"),
    case("none: a duplicate", "5", [GOOD, ROUND_TRIP, GOOD], FINE, level="none", stores=(1,)),
    bad("received: CLOSE with a wrong last", "8, 13", GOOD, close(7), level="received", stored=(1,)),
    bad("none: CLOSE with a wrong last", "8, 13", GOOD, close(7), level="none", stored=(1,)),
]


# Limits that this receiver announces

SMALL = ("--set", "limits.frame=8KiB", "--set", "limits.object=20000B", "--set", "limits.stream=20000B")


def announced(key, value):
    return lambda side: None if side.hello[key] == value else \
        f"{key} {side.hello[key]} announced instead of {value}"


LIMITS = [
    case("DATA as long as frame", "2, 15", [data(1, entry(bytes(8188)))], FINE, right=True, options=SMALL,
         after=announced("frame", 8192)),
    case("DATA a byte longer than frame", "2, 13, 15",
         [Bytes(frames.Header(8193, DATA, 0, 0, 1, 1).encode())], LIMIT, options=SMALL),
    case("an object as large as object", "5, 15", [
        chunk(1, bytes(8000), size=20000), chunk(1, bytes(8000), 8000),
        chunk(1, bytes(4000), 16000, more=False)], FINE, right=True, options=SMALL,
        after=announced("object", 20000)),
    case("an object that says that it is a byte larger", "5, 13, 15", [chunk(1, b"abc", size=20001)], LIMIT,
         options=SMALL),
    case("an object that shows that it is a byte larger", "5, 13, 15", [
        chunk(1, bytes(8000)), chunk(1, bytes(8000), 8000), chunk(1, bytes(4001), 16000)], LIMIT,
        options=SMALL),
    case("an object whose last chunk is a byte too much", "5, 13, 15", [
        chunk(1, bytes(8000)), chunk(1, bytes(8000), 8000), chunk(1, bytes(4001), 16000, more=False)],
        LIMIT, options=SMALL),
    case("an unchunked object as large as object", "5, 15", [data(1, entry(bytes(5000)))], FINE, right=True,
         options=("--set", "limits.object=5000B", "--set", "limits.stream=5000B")),
    case("an unchunked object a byte larger than object", "5, 13, 15",
         [data(1, entry(bytes(5001)), entry())], GoesOn({1: "too-large"}),
         options=("--set", "limits.object=5000B", "--set", "limits.stream=5000B")),
    case("an unchunked object above object, with attachments", "5, 13, 15",
         [data(1, entry(bytes(5001), attributes={"attachments": [5000]}))], GoesOn({1: "too-large"}),
         options=("--set", "limits.object=5000B", "--set", "limits.stream=5000B")),
    case("an unchunked object above object, with the level none", "5, 6, 13",
         [data(1, entry(bytes(5001)), entry())], FINE, level="none", stores=(2,),
         options=("--set", "limits.object=5000B", "--set", "limits.stream=5000B")),
    case("one connection too many", "4, 13", [ROUND_TRIP, Do(lambda side: second_visitor(side))], FINE,
         options=("--set", "limits.connections=1"), alone=True),
    case("a format that this receiver does not take", "4, 13",
         [PREFACE, hello(formats=["json", "cbor"])], Rejects("format"), greets=False,
         options=("--accept", "raw")),
    case("an object in a format that this receiver does not take", "6, 13",
         [data(1, entry(b"1", frames.JSON), entry())], GoesOn({1: "format"}), options=("--accept", "raw")),
    case("a pipeline that lacks what is required", "4, 13", [PREFACE, hello()], Rejects("pipeline"),
         greets=False, options=("--require", "crc32c")),
    case("a pipeline that has what is required", "4, 7", [GOOD], FINE, right=True,
         pipeline=[("crc32c", {})], options=("--require", "crc32c")),
]


def second_visitor(side):
    """Another connection to the same receiver, which holds one only."""
    from programs import Wires
    from script import play
    from sides import Side

    endpoint = side.program.event("listening")["endpoint"]
    with Wires().dial(endpoint) as stream:
        other = Side(stream, "sender", True)
        fault = play(case("second", "4", [PREFACE, hello()], Rejects("busy"), greets=False), other)
    if fault:
        side.fault = f"the second connection: {fault}"


# Stages

DEFLATE, CRC, SHA, HMAC = ("deflate", {"level": 6}), ("crc32c", {}), ("sha-256", {}), ("hmac-sha-256", {})
KEYED = ("--hmac-key", "{key}")


def under(pipeline, name, section, script, reaction, **more):
    return case(name, section, script, reaction, pipeline=pipeline, options=KEYED, **more)


def last_byte(body):
    return body[:-1] + bytes([body[-1] ^ 1])


def in_place(side, frame, **header):
    """A frame that is sealed as it is, and travels under another header."""
    import dataclasses
    sealed = frame.bytes(side)
    made = dataclasses.replace(frames.Header.decode(sealed[:24]), **header)
    side.write(made.encode() + sealed[24:])


def compressed(kind, body, first=0, count=0):
    """A body that deflate is said to have made."""
    return Frame(kind, body, first, count, stages=1)


def zeros(size):
    """An object of so many bytes, compressed as far as deflate goes."""
    return zlib.compress(struct.pack(">I", size << 8) + bytes(size), 9)


def replayed(side):
    """The same bytes twice."""
    sealed = data(1, entry()).bytes(side)
    side.note_sent(DATA, b"", 1, 1)
    side.write(sealed + sealed)


def exchanged(side):
    """Two frames in the wrong order."""
    first, second = ping().bytes(side), data(1, entry()).bytes(side)
    side.write(second + first)


def of_other_direction(side):
    """A frame under the key of the other direction."""
    side.outgoing = side.pipeline(side.is_initiator)
    side.write(data(1, entry()).bytes(side))


SOME = b"round and " * 50


def with_dictionary():
    press = zlib.compressobj(zdict=b"round and")
    return press.compress(entry(SOME).encode()) + press.flush()


def unshrunk(size):
    """A zlib stream of an object with a payload of so many bytes, with ten or so to one."""
    block = bytes(range(256)) * 2
    payload = (block * (size // len(block) + 1))[:size]
    press = zlib.compressobj(1, strategy=zlib.Z_HUFFMAN_ONLY)
    head = struct.pack(">I", (size & 0xFFFFFF) << 8)
    # Half of it is zeros, which Huffman codes alone make eight times smaller.
    mixed = payload[:size // 8] + bytes(size - size // 8)
    return press.compress(head + mixed) + press.flush()


def bomb():
    press = zlib.compressobj(9)
    block = bytes(1 << 20)
    return b"".join(press.compress(block) for _ in range(256)) + press.flush()


STAGES = [
    *[under(pipeline, f"{name}: objects, chunks, PING, CANCEL", "7", [
        data(1, entry(SOME), entry(b"x")), chunk(3, SOME), ping(), chunk(4, b"x"), cancel(4),
        chunk(3, b"d", len(SOME), more=False), ROUND_TRIP], FINE, right=True) for name, pipeline in (
            ("deflate", [DEFLATE]), ("crc32c", [CRC]), ("sha-256", [SHA]), ("hmac-sha-256", [HMAC]),
            ("deflate and crc32c", [DEFLATE, CRC]), ("crc32c and deflate", [CRC, DEFLATE]),
            ("all four", [DEFLATE, CRC, SHA, HMAC]))],
    under([("deflate", {})], "deflate without a level", "7", [data(1, entry(SOME))], FINE, right=True),
    *[under([stage], f"{stage[0]}: a wrong sum", "7, 13", [data(1, entry(), spoil=last_byte)], PROTOCOL)
      for stage in (CRC, SHA, HMAC)],
    *[under([stage], f"{stage[0]}: a wrong sum of a PING", "7, 13", [ping(spoil=last_byte)], PROTOCOL)
      for stage in (CRC, SHA, HMAC)],
    *[under([stage], f"{stage[0]}: a bit of the body", "7, 13", [
        data(1, entry(), spoil=lambda body: body[:4] + bytes([body[4] ^ 1]) + body[5:])], PROTOCOL)
      for stage in (CRC, SHA, HMAC)],
    *[under([stage], f"{stage[0]}: left out", "7, 13", [data(1, entry(), stages=0)], PROTOCOL)
      for stage in (CRC, SHA, HMAC)],
    *[under([stage], f"{stage[0]}: left out of CLOSE", "7, 13", [close(0, stages=0)], PROTOCOL)
      for stage in (CRC, SHA, HMAC)],
    *[under([stage], f"{stage[0]}: a body that is too short for it", "7, 13",
            [data(1, b"abc", stages=1, count=1)], PROTOCOL) for stage in (CRC, SHA, HMAC)],
    *[under([stage], f"{stage[0]}: another first id", "7, 13", [
        GOOD, Do(lambda side: in_place(side, data(2, entry()), first=1))], PROTOCOL, stored=(1,))
      for stage in (CRC, SHA, HMAC)],
    *[under([stage], f"{stage[0]}: another kind", "7, 13", [
        Do(lambda side: in_place(side, ping(), kind=PONG))], PROTOCOL) for stage in (CRC, SHA, HMAC)],
    *[under([stage], f"{stage[0]}: another flag", "7, 13", [
        Do(lambda side: in_place(side, ping(), flags=1))], PROTOCOL) for stage in (CRC, SHA, HMAC)],
    under([HMAC], "hmac-sha-256: a frame twice", "7, 13", [Do(replayed)], PROTOCOL, stored=(1,)),
    under([HMAC], "hmac-sha-256: frames in the wrong order", "7, 13", [Do(exchanged)], PROTOCOL),
    under([HMAC], "hmac-sha-256: the key of the other direction", "7, 13", [Do(of_other_direction)],
          PROTOCOL),
    under([HMAC], "hmac-sha-256: another key", "7, 13",
          [Do(lambda side: (setattr(side, "key", b"another"), side.seal_from_now())), GOOD], PROTOCOL),
    under([HMAC], "hmac-sha-256: a frame number too high", "7, 13",
          [Do(lambda side: setattr(side.outgoing.stages[0], "number", 1)), GOOD], PROTOCOL),
    under([HMAC], "hmac-sha-256: REJECT is not sealed", "4, 7", [reject()], CLOSED),
    under([HMAC], "hmac-sha-256: a REJECT that is sealed", "4, 13", [Frame(REJECT, reject().body)], CLOSED),
    under([CRC], "crc32c: a bit beyond the pipeline", "2, 7, 13", [data(1, entry(), stages=3)], PROTOCOL),
    under([DEFLATE, CRC], "deflate and crc32c: the bit of deflate, unsealed", "7, 13", [
        Do(lambda side: in_place(side, data(1, entry(b"x")), stages=3))], PROTOCOL),
    *[under([stage], f"{stage[0]}: an ignorable kind", "2, 7",
            [Frame(99, b"abc", 5, 6, flags=2), GOOD, Frame(98, SOME, flags=2), ping()], FINE, right=True)
      for stage in (DEFLATE, CRC, HMAC)],
    under([HMAC], "hmac-sha-256: an ignorable kind that is not sealed", "2, 7, 13",
          [Frame(99, b"abc", flags=2, stages=0), GOOD], PROTOCOL),
    under([DEFLATE], "deflate: no zlib stream", "7, 13",
          [compressed(DATA, b"\xff\xff\xff\xff", 1, 1)], PROTOCOL),
    under([DEFLATE], "deflate: nothing", "7, 13", [compressed(DATA, b"", 1, 1)], PROTOCOL),
    under([DEFLATE], "deflate: a stream that is cut", "7, 13",
          [compressed(DATA, zlib.compress(entry(SOME).encode())[:-1], 1, 1)], PROTOCOL),
    under([DEFLATE], "deflate: a wrong Adler-32", "7, 13",
          [compressed(DATA, last_byte(zlib.compress(entry(SOME).encode())), 1, 1)], PROTOCOL),
    under([DEFLATE], "deflate: a byte behind the stream", "7, 13",
          [compressed(DATA, zlib.compress(entry(SOME).encode()) + b"\0", 1, 1)], PROTOCOL),
    under([DEFLATE], "deflate: two streams", "7, 13",
          [compressed(DATA, zlib.compress(entry(SOME).encode()) * 2, 1, 1)], PROTOCOL),
    under([DEFLATE], "deflate: a stream with a dictionary", "7, 13", [
        compressed(DATA, with_dictionary(), 1, 1)], PROTOCOL),
    under([DEFLATE], "deflate: a raw stream, without zlib's head", "7, 13",
          [compressed(DATA, zlib.compress(entry(SOME).encode())[2:-4], 1, 1)], PROTOCOL),
    under([DEFLATE], "deflate: a body that it did not shrink", "7",
          [compressed(DATA, zlib.compress(entry(b"x").encode(), 0), 1, 1)], FINE),
    under([DEFLATE], "deflate: 1 MiB, more than a hundred times", "7, 15",
          [compressed(DATA, zeros((1 << 20) - 4), 1, 1)], FINE, right=True),
    under([DEFLATE], "deflate: 1 MiB and a byte, more than a hundred times", "7, 13, 15",
          [compressed(DATA, zeros((1 << 20) - 3), 1, 1)], LIMIT),
    under([DEFLATE], "deflate: 16 MiB and a byte", "7, 13, 15", [
        Do(lambda side: side.write(compressed(DATA, unshrunk((16 << 20) - 3), 1, 1).bytes(side)))], LIMIT),
    under([DEFLATE], "deflate: 16 MiB", "7, 15", [
        Do(lambda side: (side.note_sent(DATA, b"", 1, 1), side.write(
            compressed(DATA, unshrunk((16 << 20) - 4), 1, 1).bytes(side))))], FINE, right=True),
    under([DEFLATE], "deflate: a bomb of 4 GiB in one frame", "7, 13, 15", [
        Do(lambda side: side.write(compressed(DATA, bomb(), 1, 1).bytes(side)))], LIMIT),
    *[under([DEFLATE], f"deflate: {frames.kind_name(kind)} that unfolds to 16 KiB and a byte", "7, 13, 15",
            [compressed(kind, zlib.compress(bytes(16385), 9))], LIMIT) for kind in (PING, CLOSE)],
    under([DEFLATE], "deflate: an ignorable kind that unfolds to 16 KiB", "2, 7, 15",
          [Frame(99, zlib.compress(bytes(16384), 9), flags=2, stages=1), GOOD], FINE, right=True),
    under([DEFLATE], "deflate: a PING of 9 bytes", "3, 13", [ping(bytes(9))], PROTOCOL),
    under([DEFLATE], "deflate: an entry that is cut", "5, 13",
          [compressed(DATA, zlib.compress(entry(SOME).encode()[:-1], 9), 1, 1)], PROTOCOL),
]


# Time-outs

SOON = ("--set", "timeouts.hello=1s", "--set", "timeouts.heartbeat=400ms", "--set", "timeouts.close=500ms")
SLOW = ("--set", "timeouts.body=1s")


def pinged(side):
    side.answers = False
    side.wait(lambda side: any(header.kind == PING for header, _ in side.log))


TIMES = [
    case("nothing at all", "14", [], CLOSED, greets=False, options=SOON),
    case("a preface, then nothing", "14", [PREFACE], CLOSED, greets=False, options=SOON),
    case("half a HELLO, then nothing", "14", [PREFACE, Bytes(frames.Header(100, HELLO).encode())], CLOSED,
         greets=False, options=SOON),
    case("HELLO, then no READY", "14", [PREFACE, hello(), HELLO_SEEN], CLOSED, greets=False, options=SOON),
    case("a silence: PING, then the end", "14", [Do(pinged)], CLOSED, options=SOON),
    case("a silence behind an object", "14", [GOOD, acknowledged(1), Do(pinged)], CLOSED, options=SOON,
         stored=(1,)),
    case("a silence in an object", "14", [chunk(1, b"abc"), Do(pinged)], CLOSED, options=SOON),
    case("half a header, then nothing", "14", [Bytes(b"\0" * 9)], CLOSED, options=SLOW),
    case("half a body, then nothing", "14",
         [Bytes(frames.Header(100_000, DATA, 0, 0, 1, 1).encode() + b"abc")], CLOSED, options=SLOW),
    case("an object in chunks that does not go on, though its connection does", "14", [
        chunk(1, b"abc"), refused(1), cancel(1), data(2, entry())], GoesOn({1: "incomplete"}), options=SLOW,
         alone=True, books={"begun": 2, "stored": 1, "incomplete": 1}),
    case("PINGs that are answered hold a connection", "14", [
        Do(lambda side: side.wait(lambda side: sum(h.kind == PING for h, _ in side.log) >= 3)), GOOD], FINE,
        right=True, options=SOON),
    case("the stream does not end behind both CLOSE", "14",
         [GOOD, close(1), CLOSE_SEEN], Ends(), right=True, options=SOON, stored=(1,)),
]


# A receiver that dials


def welcomed(name, section, changes, reaction, **more):
    return case(name, section, [PREFACE, HELLO_SEEN, Greeting(WELCOME, changes)], reaction, greets=False,
                listens=False, **more)


DIALS = [
    case("objects", "1", [data(1, entry(), entry())], FINE, right=True, listens=False),
    case("WELCOME before HELLO was read", "1", [
        PREFACE, Greeting(WELCOME), HELLO_SEEN, READY_SEEN, GOOD], FINE, right=True, greets=False,
        listens=False),
    *[case(f"preface: {name}", "1, 13", [Bytes(text)], CLOSED, greets=False, listens=False)
      for name, text in (("HTTP", b"HTTP/1.1 400 Bad Request\r\n\r\n"),
                         ("major version 2", frames.PREFACE[:6] + b"\2\0"))],
    *[welcomed(f"WELCOME without {key}", "4, 13", {key: ABSENT}, PROTOCOL)
      for key in ("version", "role", "id", "nonce", "frame", "session", "pipeline", "acknowledge", "formats")],
    *[welcomed(f"WELCOME: {key} of the wrong type", "4, 13", {key: value}, PROTOCOL)
      for key, value in (("version", [0, 0]), ("session", bytes(15)), ("formats", [1]), ("object", None))],
    welcomed("WELCOME: a version that was not offered", "4, 13", {"version": 1}, Rejects("version")),
    welcomed("WELCOME: the same role", "4, 13", {"role": "receiver"}, Rejects("role")),
    welcomed("WELCOME: frame 8191", "4, 13", {"frame": 8191}, LIMIT),
    welcomed("WELCOME: frame 16777217", "4, 13", {"frame": 16777217}, LIMIT),
    welcomed("WELCOME: an unknown stage", "4, 13", {"pipeline": [["zstd", {}]]}, Rejects("pipeline")),
    welcomed("WELCOME: only unknown formats", "4, 13", {"formats": ["yaml"]}, Rejects("format")),
    welcomed("WELCOME: an unknown acknowledge", "4, 13", {"acknowledge": "later"}, PROTOCOL),
    *[case(f"{frames.kind_name(kind)} instead of WELCOME", "1, 13", [
        PREFACE, HELLO_SEEN, Greeting(WELCOME, header={"kind": kind})], PROTOCOL, greets=False, listens=False)
      for kind in (HELLO, READY, DATA, CLOSE, 77)],
    case("REJECT instead of WELCOME", "4, 13", [PREFACE, HELLO_SEEN, reject("busy")], CLOSED, greets=False,
         listens=False),
    case("WELCOME of 8,193 bytes", "1, 13, 15", [
        PREFACE, HELLO_SEEN, Bytes(frames.Header(8193, WELCOME).encode())], LIMIT, greets=False, listens=False),
    case("WELCOME with a wrong checksum", "4, 13", [
        PREFACE, HELLO_SEEN, Greeting(WELCOME, spoil=last_byte)], PROTOCOL, greets=False, listens=False),
    case("the stream ends instead of WELCOME", "12, 13", [PREFACE, HELLO_SEEN, HALF_CLOSE], CLOSED,
         greets=False, listens=False),
    case("a gap", "5, 13", [data(2, entry())], PROTOCOL, listens=False),
    case("ACK from a sender", "3, 13", [ack(2, 0)], PROTOCOL, listens=False),
    case("a second WELCOME", "3, 13", [Frame(WELCOME, frames.seal_map(WELCOME, b"\xa0"))], PROTOCOL,
         listens=False),
    case("hmac-sha-256 from an acceptor", "7", [data(1, entry(SOME)), ROUND_TRIP], FINE, right=True,
         listens=False, pipeline=[DEFLATE, HMAC], options=KEYED),
    case("hmac-sha-256 under the initiator's key", "7, 13", [Do(of_other_direction)], PROTOCOL, listens=False,
         pipeline=[HMAC], options=KEYED),
]


# A receiver that takes no more

ONE = ("--count", "1")
STOP = Do(lambda side: side.program.ask_to_end())
DRAIN = ("--set", "timeouts.drain=500ms")


def stopped(name, section, script, reaction=GoesOn(code="shutdown"), **more):
    more = {"options": ONE, "stores": (1,), "exit": 0, **more}
    return case(name, section, script, reaction, alone=True, **more)


ENDS = [
    stopped("behind the last object: CLOSE", "8, 12", [GOOD, CLOSE_SEEN], Either(
        GoesOn(code="shutdown"), GoesOn()), right=True),
    stopped("DATA behind the receiver's CLOSE is dropped", "8, 12", [
        GOOD, CLOSE_SEEN, data(2, entry(), entry())], Either(
            GoesOn(code="shutdown", unsettled=(2, 3)), GoesOn(unsettled=(2, 3))), right=True),
    stopped("chunks and a CANCEL behind the receiver's CLOSE are dropped", "8, 12", [
        GOOD, CLOSE_SEEN, chunk(2, b"abc"), cancel(2)], Either(
            GoesOn(code="shutdown", unsettled=(2,)), GoesOn(unsettled=(2,))), right=True),
    stopped("a PING behind the receiver's CLOSE is answered", "8, 12", [
        GOOD, CLOSE_SEEN, ROUND_TRIP], Either(GoesOn(code="shutdown"), GoesOn()), right=True),
    stopped("CLOSE with a last above what was seen, behind the receiver's CLOSE", "8, 12",
            [GOOD, CLOSE_SEEN, close(7)], Either(GoesOn(code="shutdown"), GoesOn()), right=True),
    stopped("CLOSE while an object is incomplete, behind the receiver's CLOSE", "8, 12", [
        Together((GOOD, chunk(2, b"abc"))), CLOSE_SEEN, close(2)], Either(
            GoesOn(code="shutdown", unsettled=(2,)), GoesOn(unsettled=(2,))), right=True),
    stopped("CLOSE with a last below what was seen, behind the receiver's CLOSE", "8, 13",
            [GOOD, CLOSE_SEEN, close(0)], Rejects("protocol", behind_close=True), exit=None),
    stopped("CLOSE that crosses the receiver's", "8, 12", [Together((GOOD, close(1)))], Either(
        GoesOn(code="shutdown"), GoesOn()), right=True),
    stopped("told to stop: CLOSE", "8, 12", [
        GOOD, acknowledged(1), STOP, CLOSE_SEEN], right=True, options=(), exit=0),
    stopped("told to stop: an incomplete object comes to its end", "8, 12", [
        chunk(1, b"abc"), ROUND_TRIP, STOP, Do(lambda side: drain_begins(side)),
        chunk(1, b"d", 3, more=False), CLOSE_SEEN], right=True, options=(), exit=0),
    stopped("told to stop: a new object is dropped", "8, 12", [
        chunk(1, b"abc"), ROUND_TRIP, STOP, Do(lambda side: drain_begins(side)), data(2, entry()),
        chunk(1, b"d", 3, more=False), CLOSE_SEEN], GoesOn(code="shutdown", unsettled=(2,)), right=True,
        options=(), exit=0),
    stopped("told to stop: an incomplete object is cancelled", "8, 12", [
        chunk(1, b"abc"), ROUND_TRIP, STOP, Do(lambda side: drain_begins(side)), cancel(1), CLOSE_SEEN],
        right=True, options=(), exit=2, stores=()),
    stopped("told to stop: time runs out", "8, 12, 14", [
        chunk(1, b"abc"), ROUND_TRIP, STOP, CLOSE_SEEN, close(1)],
        GoesOn({1: "incomplete"}, code="shutdown"), options=DRAIN, exit=143, stores=()),
    stopped("told to stop: CLOSE while an object is incomplete, before the receiver's", "8, 12, 13", [
        chunk(1, b"abc"), ROUND_TRIP, STOP, Do(lambda side: drain_begins(side)), close(1)], PROTOCOL,
        options=(), exit=None, stores=()),
    stopped("told to stop: no answer to CLOSE", "14", [
        GOOD, acknowledged(1), STOP, CLOSE_SEEN], Ends("shutdown"),
        options=("--set", "timeouts.close=500ms"), exit=0),
]


def drain_begins(side):
    """A receiver that was told to stop answers no new connection: it has taken notice."""
    import socket
    from programs import address, wait_until

    where = address(side.program.event("listening")["endpoint"])

    def is_refused():
        try:
            socket.create_connection(where, 1).close()
            return False
        except OSError:
            return True

    wait_until(is_refused)
    round_trip(side)


# TLS

def abrupt(side):
    """The end of the stream without close_notify."""
    import socket
    socket.socket.shutdown(side.stream, socket.SHUT_WR)


def over_tls(name, section, script, reaction, protocols=("pouch/1",), **more):
    return case(name, section, script, reaction, alone=True, protocols=protocols, **more)


TLS = [
    over_tls("objects", "1", [GOOD, chunk(2, b"abc"), chunk(2, b"d", 3, more=False)], FINE, right=True),
    over_tls("ALPN with others beside", "1", [GOOD], FINE, ("http/1.1", "pouch/1"), right=True),
    over_tls("no ALPN", "1, 13", [PREFACE, hello()], CLOSED, (), greets=False),
    over_tls("another ALPN", "1, 13", [PREFACE, hello()], CLOSED, ("h2",), greets=False),
    over_tls("the ALPN of length10", "1, 11, 13", [PREFACE, hello()], CLOSED, ("pouch-length10",),
             greets=False),
    over_tls("an end without close_notify", "8, 13", [GOOD, acknowledged(1), Do(abrupt)], CLOSED),
    over_tls("an end without close_notify in an object", "8, 13", [chunk(1, b"abc"), ROUND_TRIP, Do(abrupt)],
             CLOSED),
    over_tls("a gap", "5, 13", [data(2, entry())], PROTOCOL),
]


GROUPS = {
    "receiver: handshake": HANDSHAKE,
    "receiver: frames": FRAMES,
    "receiver: CLOSE": CLOSING,
    "receiver: objects": OBJECTS,
    "receiver: limits": LIMITS,
    "receiver: stages": STAGES,
    "receiver: time-outs": TIMES,
    "receiver: dials": DIALS,
    "receiver: ends": ENDS,
    "receiver: TLS": TLS,
}
