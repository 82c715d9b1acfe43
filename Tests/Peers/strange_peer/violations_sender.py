"""What is played against a sender, and what docs/wire.md demands of it.

Each row: a name; the sections that demand it; what is sent behind the handshake (or instead of it);
what has to come back. A sender runs once for each row, with files of the sizes that `objects` names;
`exit` and `books` are its status and members of its summary.
"""

import struct
import zlib

import cbor
import frames
from cbor import Raw
from frames import (ACK, CLOSE, CREDIT, HELLO, NACK, PING, PONG, READY, REJECT, WELCOME)
from script import (ABSENT, CLOSED, CLOSE_SEEN, FINE, HALF_CLOSE, HELLO_SEEN, PREFACE, READY_SEEN,
                    ROUND_TRIP, Bytes, Do, Either, Ends, Frame, Greeting, Rejects, Together,
                    Until, ack, begun, cancel, case, close, credit, data, entry, hello, nack, ping,
                    pong, ready, reject, welcome, whole)
from sides import PATIENCE, Ended
from violations_receiver import OTHER_KINDS, abrupt, in_place, indefinite, last_byte, nested, with_pair

PROTOCOL, LIMIT = Rejects("protocol", behind_close=True), Rejects("limit", behind_close=True)
"""A sender of a few small files has often said CLOSE before it reads what is wrong."""

RECEIVED, PROCESSED = 1, 2
LARGE = 48 << 20
"""An object that is not all written before somebody reads it."""


def fatal(name, section, *script, exit=76, books=None, objects=(5,), reaction=PROTOCOL, **more):
    """An error that ends the sender: nothing was acknowledged, unless the row says so."""
    if books is None:
        books = {"acknowledged": 0, "refused": 0}
    return case(name, section, script, reaction, exit=exit, books=books, objects=objects, **more)


def fine(name, section, *script, **more):
    return case(name, section, script, FINE, **more)


# The handshake, where the sender dials


def welcomed(name, changes, reaction=PROTOCOL, section="4, 13", exit=76):
    return case(name, section, [PREFACE, HELLO_SEEN, Greeting(WELCOME, changes)], reaction, greets=False,
                exit=exit)


def mapped(name, spoil):
    return case(name, "4, 13, 16", [PREFACE, HELLO_SEEN, Greeting(WELCOME, spoil_map=spoil)], PROTOCOL,
                greets=False, exit=76)


def instead(name, section, *script, reaction=PROTOCOL, exit=76, **more):
    return case(name, section, [PREFACE, HELLO_SEEN, *script], reaction, greets=False, exit=exit, **more)


KEYS = ("version", "role", "id", "nonce", "software", "frame", "object", "heartbeat", "window")
OF_WRONG_TYPE = {
    "version": ("an array", [0, 0]), "role": ("bytes", b"receiver"), "id": ("an array", [0] * 16),
    "nonce": ("text", "0123456789abcdef"), "software": ("an integer", 1), "frame": ("a float", 16384.0),
    "object": ("text", "0"), "heartbeat": ("negative", -1), "window": ("an array", [1024, 1 << 20]),
}

HANDSHAKE = [
    *[case(f"preface: {name}", "1, 9, 13", [Bytes(text)], CLOSED, greets=False, exit=76)
      for name, text in (("HTTP", b"HTTP/1.1 400 Bad Request\r\n\r\n"), ("SSH", b"SSH-2.0-OpenSSH_9.6\r\n"),
                         ("TLS", bytes.fromhex("15030100020228")),
                         ("major version 2", frames.PREFACE[:6] + b"\2\0"),
                         ("a wrong byte", frames.PREFACE[:5] + b"h\1\0"))],
    case("preface: a higher minor version", "1", [
        Bytes(frames.PREFACE[:7] + b"\x05"), HELLO_SEEN, welcome(), READY_SEEN], FINE, greets=False,
        right=True),
    case("WELCOME one byte at a time", "1", [
        PREFACE, HELLO_SEEN, Do(lambda side: byte_by_byte(side)), READY_SEEN], FINE, greets=False,
        right=True),
    # The kind that is due
    *[instead(f"{frames.kind_name(kind)} instead of WELCOME", "1, 13",
              Greeting(WELCOME, header={"kind": kind}))
      for kind in (HELLO,) + tuple(kind for kind in OTHER_KINDS if kind != WELCOME) + (77,)],
    instead("an ignorable kind instead of WELCOME", "1, 13", Frame(77, b"x", flags=2), Greeting(WELCOME)),
    instead("WELCOME of 8,193 bytes", "1, 13, 15", Bytes(frames.Header(8193, WELCOME).encode()),
            reaction=LIMIT),
    fine("WELCOME of 8,192 bytes", "15", right=True, hello={"grease-long": bytes(8192 - 4 - 282)}),
    *[instead(f"WELCOME with {name}", "4, 13", Greeting(WELCOME, header={key: value}))
      for name, key, value in (
          ("the flag 0x01", "flags", 1), ("IGNORABLE", "flags", 2), ("a stage", "stages", 1),
          ("a first id", "first", 1), ("a count", "count", 1), ("a reserved byte", "reserved", 1),
          ("a wrong checksum of the header", "damage", 1))],
    instead("WELCOME with a wrong checksum of the body", "4, 13", Greeting(WELCOME, spoil=last_byte)),
    instead("WELCOME without a body", "4, 13", Frame(WELCOME, stages=0)),
    *[instead(f"REJECT {code} instead of WELCOME", "4, 13", reject(code), reaction=CLOSED, exit=None)
      for code in ("busy", "closing", "pipeline", "format", "unheard-of")],
    instead("REJECT without a text instead of WELCOME", "4, 13", Frame(
        REJECT, frames.seal_map(REJECT, cbor.encode({"code": "busy"})), stages=0), reaction=CLOSED,
        exit=None),
    instead("the stream ends instead of WELCOME", "12, 13", HALF_CLOSE, reaction=CLOSED, exit=69),
    case("the stream ends in the preface", "12, 13", [Bytes(frames.PREFACE[:3]), HALF_CLOSE], CLOSED,
         greets=False, exit=76),
    # The keys
    *[welcomed(f"WELCOME without {key}", {key: ABSENT}) for key in KEYS],
    *[welcomed(f"WELCOME: {key} is {OF_WRONG_TYPE[key][0]}", {key: OF_WRONG_TYPE[key][1]}) for key in KEYS],
    *[welcomed(f"WELCOME: {key} is null", {key: None}, section="4, 16") for key in KEYS + ("received",)],
    welcomed("WELCOME: a version that was not offered", {"version": 1}, Rejects("version")),
    welcomed("WELCOME: the same role", {"role": "sender"}, Rejects("role")),
    welcomed("WELCOME: a role that is none", {"role": "broker"}, Rejects("role")),
    welcomed("WELCOME: frame 8191", {"frame": 8191}, Rejects("limit")),
    welcomed("WELCOME: frame 16777217", {"frame": 16777217}, Rejects("limit")),
    welcomed("WELCOME: id of 15 bytes", {"id": bytes(15)}),
    welcomed("WELCOME: nonce of 32 bytes", {"nonce": bytes(32)}),
    welcomed("WELCOME: window without objects", {"window": {"bytes": 1}}),
    welcomed("WELCOME: window without bytes", {"window": {"objects": 1}}),
    welcomed("WELCOME: window of text", {"window": {"objects": "1", "bytes": "1"}}),
    welcomed("WELCOME: window with a negative number", {"window": {"objects": -1, "bytes": 1}}),
    welcomed("WELCOME: window with an integer key", {"window": {"objects": 1, "bytes": 1, 1: 1}}),
    welcomed("WELCOME: window with the same key twice",
             {"window": Raw(cbor.encode_pairs([("objects", 1), ("bytes", 1), ("bytes", 1)]))}),
    welcomed("WELCOME: received 1 in a new session", {"received": 1}, section="4, 13"),
    welcomed("WELCOME: received of 64 bits", {"received": (1 << 64) - 1}, section="4, 13"),
    welcomed("WELCOME: received is text", {"received": "0"}),
    fine("WELCOME: no received", "4", hello={"received": ABSENT}, right=True),
    fine("WELCOME: window with an unknown key", "4, 16", right=True,
         hello={"window": {"objects": 9, "bytes": 9000, "x": 1}}),
    fine("WELCOME: keys that are not a receiver's", "4",
         hello={"pipeline": "x", "session": 1, "acknowledge": None, "formats": {}}),
    fine("WELCOME: frame 8192", "4, 15", hello={"frame": 8192}, objects=(9000, 5), right=True),
    mapped("WELCOME: no map", lambda data: b"\x80"),
    mapped("WELCOME: nothing", lambda data: b""),
    mapped("WELCOME: a byte behind the map", lambda data: data + b"\0"),
    mapped("WELCOME: a map that is cut", lambda data: data[:-1]),
    mapped("WELCOME: a known key twice", with_pair("frame", 16384)),
    mapped("WELCOME: an unknown key twice", lambda data: with_pair("x", 2)(with_pair("x", 1)(data))),
    mapped("WELCOME: an integer key", with_pair(1, 1)),
    mapped("WELCOME: text that is no UTF-8", with_pair("x", Raw(b"\x61\xff"))),
    mapped("WELCOME: nine levels", with_pair("x", nested(8))),
    fine("WELCOME: eight levels", "15, 16", hello={"x": nested(7)}, right=True),
    case("WELCOME: indefinite lengths", "16", [
        PREFACE, HELLO_SEEN, Greeting(WELCOME, {"window": Raw(b"\xbf\x67objects\x18\x09\x65bytes\x19\xff\xff\xff")},
                                      spoil_map=indefinite), READY_SEEN], FINE, greets=False, right=True),
]


def byte_by_byte(side):
    body = frames.seal_map(WELCOME, cbor.encode(side.greeting(WELCOME, {})))
    for byte in frames.Header(len(body), WELCOME).encode() + body:
        side.write(bytes([byte]))
    side.seal_from_now()


# The handshake, where the sender listens


def listened(name, section, *script, reaction=Rejects("protocol"), **more):
    return case(name, section, [PREFACE, *script], reaction, greets=False, listens=True, **more)


LISTENS = [
    case("objects", "1, 12", [], FINE, listens=True, right=True, objects=(5, 5)),
    case("nothing before READY", "12", [
        PREFACE, hello(), HELLO_SEEN, Do(lambda side: nothing_comes(side)), ready()], FINE, greets=False,
        listens=True, right=True),
    *[listened(f"{frames.kind_name(kind)} instead of HELLO", "1, 13", Greeting(HELLO, header={"kind": kind}))
      for kind in (WELCOME, READY, ACK, PING, CLOSE, 77)],
    *[listened(f"{frames.kind_name(kind)} instead of READY", "1, 13", hello(), HELLO_SEEN,
               Greeting(READY, header={"kind": kind})) for kind in (HELLO, WELCOME, ACK, CREDIT, PING, CLOSE)],
    *[listened(f"HELLO without {key}", "4, 13", hello(**{key: ABSENT})) for key in KEYS if key != "window"],
    *[listened(f"HELLO: {key} is null", "4, 16", hello(**{key: None})) for key in KEYS if key != "window"],
    listened("HELLO: only minor versions to come", "4, 13", hello(version=[2, 3]), reaction=Rejects("version")),
    listened("HELLO: the same role", "4, 13", hello(role="sender"), reaction=Rejects("role")),
    listened("HELLO: frame 8191", "4, 13", hello(frame=8191), reaction=Rejects("limit")),
    listened("HELLO: frame 16777217", "4, 13", hello(frame=16777217), reaction=Rejects("limit")),
    listened("READY without window", "4, 13", hello(), HELLO_SEEN, ready(window=ABSENT)),
    listened("READY: window is null", "4, 13", hello(), HELLO_SEEN, ready(window=None)),
    listened("READY: window without bytes", "4, 13", hello(), HELLO_SEEN, ready(window={"objects": 1})),
    listened("READY: received 1 in a new session", "4, 13", hello(), HELLO_SEEN, ready(received=1)),
    listened("READY: received is negative", "4, 13", hello(), HELLO_SEEN, ready(received=-1)),
    listened("READY with a wrong checksum", "4, 13", hello(), HELLO_SEEN, Greeting(READY, spoil=last_byte)),
    listened("READY with a first id", "4, 13", hello(), HELLO_SEEN, Greeting(READY, header={"first": 1})),
    listened("READY: an empty map", "4, 13", hello(), HELLO_SEEN,
             Greeting(READY, spoil_map=lambda data: b"\xa0")),
    listened("READY of 8,193 bytes", "1, 13, 15", hello(), HELLO_SEEN,
             Bytes(frames.Header(8193, READY).encode()), reaction=Rejects("limit")),
    listened("REJECT instead of READY", "4, 13", hello(), HELLO_SEEN, reject("pipeline"), reaction=CLOSED),
    listened("the stream ends instead of READY", "12, 13", hello(), HELLO_SEEN, HALF_CLOSE, reaction=CLOSED),
    case("a window and keys that READY does not have", "4", [], FINE, listens=True,
         hello={"window": 7, "pipeline": 1}, ready={"role": 1, "version": "x", "frame": None}),
]


def nothing_comes(side):
    """A sender that listens waits for READY: nothing behind WELCOME so far."""
    from sides import Ended
    try:
        side.wait(lambda side: len(side.log) > 1, 0.2)
        side.fault = "a frame before READY"
    except Ended:
        side.end = None


# Frames


FRAMES = [
    fatal("a wrong checksum of a header", "2, 13", ping(damage=1)),
    fatal("a reserved byte", "2, 13", ping(reserved=1)),
    fatal("an unknown flag", "2, 13", ping(flags=4)),
    fatal("the highest flag", "2, 13", ping(flags=128)),
    fatal("a stage's bit without a pipeline", "2, 7, 13", ping(stages=1)),
    fine("the flags 0x01 and IGNORABLE", "2", ping(flags=3), ROUND_TRIP),
    fine("an ignorable kind", "2", Frame(99, b"abc", 3, 4, flags=2), right=True),
    fine("an ignorable kind of 16 KiB", "2, 15", Frame(99, bytes(16384), flags=2), right=True),
    fatal("an ignorable kind of 16 KiB and a byte", "2, 13, 15", Bytes(frames.Header(16385, 99, 2).encode()),
          reaction=LIMIT),
    fatal("kind 0", "2, 13", Frame(0)),
    fatal("kind 13", "2, 13", Frame(13, flags=1)),
    fatal("DATA from a receiver", "3, 13", data(1, entry())),
    fatal("CANCEL from a receiver", "3, 13", cancel(1)),
    *[fatal(f"{frames.kind_name(kind)} behind the handshake", "3, 13",
            Frame(kind, frames.seal_map(kind, cbor.encode({"grease-": 1}))))
      for kind in (HELLO, WELCOME, READY)],
    *[fatal(f"{frames.kind_name(kind)} of 16 KiB and a byte", "2, 13, 15",
            Bytes(frames.Header(16385, kind, 0, 0, first).encode()), reaction=LIMIT)
      for kind, first in ((ACK, 0), (NACK, 1), (CREDIT, 0), (PING, 0), (PONG, 0), (CLOSE, 0))],
    *[fatal(f"PING of {size} bytes", "3, 13", ping(bytes(size))) for size in (0, 7, 9)],
    *[fatal(f"PONG of {size} bytes", "3, 13", pong(bytes(size))) for size in (0, 7, 9)],
    fatal("PING with a first id", "3, 13", ping(first=1)),
    fatal("PONG with a count", "3, 13", pong(count=1)),
    fine("a PONG that nobody asked for", "3", pong()),
    fine("a hundred PINGs", "3", Together(tuple(ping(struct.pack(">Q", n)) for n in range(100))),
         Until(lambda side: len(side.pongs) == 100), right=True),
    *[fatal(f"REJECT {code}", "4, 13", reject(code), reaction=Either(CLOSED, Ends()), exit=None)
      for code in ("protocol", "limit", "busy", "unheard-of")],
    fatal("REJECT with a wrong checksum", "4, 13", reject(spoil=last_byte), reaction=Either(CLOSED, Ends())),
    fatal("REJECT with a count", "4, 13", reject(count=1), reaction=Either(CLOSED, Ends())),
    fatal("REJECT without a body", "4, 13", Frame(REJECT, stages=0), reaction=Either(CLOSED, Ends())),
    fatal("the stream ends", "1, 13", whole(1), HALF_CLOSE, reaction=Either(CLOSED, Ends()), exit=69),
    fatal("the stream ends in a frame", "1, 13", whole(1), Bytes(bytes(9)), HALF_CLOSE,
          reaction=Either(CLOSED, Ends()), exit=69),
    fatal("the stream ends while an object is incomplete", "1, 13", begun(1), HALF_CLOSE, reaction=CLOSED,
          exit=69, objects=(LARGE,)),
]


# ACK, NACK


def refusal(name, changes=None, body=None, **frame):
    return fatal(f"NACK: {name}", "6, 13", whole(1), nack(1, changes, body, **frame))


def held(number):
    """One object in flight, of several: the sender waits for the window and says no CLOSE."""
    return {"hello": {"window": {"objects": 1, "bytes": 1 << 20}}, "objects": (5,) * number}


ANSWERS = [
    fine("ACK: again and again", "6", whole(2), ack(2, 1), ack(2, 1), ack(2, 2), objects=(5, 5), right=True),
    fine("ACK: takes nothing back", "6", whole(2), ack(2, 2), ack(2, 0), objects=(5, 5), right=True),
    fine("ACK: a range first, then up to", "6", whole(3), ack(2, 0, (2, 3)), ack(2, 3), objects=(5,) * 3,
         right=True),
    fine("ACK: ranges that touch", "6", whole(3), ack(2, 1, (2, 2), (3, 3)), objects=(5,) * 3, right=True),
    fine("ACK: a range is not said again", "6", whole(3), ack(2, 0, (2, 3)), ack(2, 0), ack(2, 1),
         objects=(5,) * 3, right=True),
    fine("ACK: 256 ranges", "6, 15", whole(520), ack(2, 0, *[(2 * n, 2 * n) for n in range(1, 257)]),
         objects=520, right=True),
    *[fatal(f"ACK: {name}", "6, 13", whole(3), frame, objects=(5,) * 3) for name, frame in (
        ("no body", Frame(ACK)), ("eight bytes", Frame(ACK, bytes(8))),
        ("half a range", Frame(ACK, ack(2, 0, (2, 2)).body[:-8])),
        ("a byte too many", Frame(ACK, ack(2, 0).body + b"\0")),
        ("level 0", ack(0, 0)), ("level 3", ack(3, 0)), ("the level received", ack(1, 0)),
        ("a range at up to", ack(2, 2, (2, 3))), ("a range below up to", ack(2, 2, (1, 1))),
        ("a range that ends before it begins", ack(2, 0, (3, 2))),
        ("ranges out of order", ack(2, 0, (3, 3), (2, 2))),
        ("ranges that overlap", ack(2, 0, (2, 3), (3, 3))),
        ("a first id", ack(2, 0, first=1)), ("a count", ack(2, 0, count=1)),
        ("up to an object that was not sent", ack(2, 4)), ("a range that was not sent", ack(2, 0, (2, 4))),
        ("up to of 64 bits", ack(2, (1 << 64) - 1)),
        ("257 ranges", ack(2, 0, *[(2 * n, 2 * n) for n in range(1, 258)])))],
    fatal("ACK: of an object that waits for the window", "6, 13", whole(1), ack(2, 2), **held(3)),
    fatal("ACK: 257 ranges, all sent", "6, 13, 15", whole(520),
          ack(2, 0, *[(2 * n, 2 * n) for n in range(1, 258)]), objects=520),
    fatal("ACK: of an incomplete object", "6, 12, 13", begun(1), ack(2, 1), objects=(LARGE,)),
    fatal("ACK: the level processed, where received was announced", "6, 13", whole(1), ack(2, 1),
          options=("--acknowledge", "received")),
    fine("ACK: the level received", "6", whole(1), ack(1, 1), options=("--acknowledge", "received"),
         right=True),
    fatal("ACK with the level none", "6, 13", whole(1), ack(1, 1), options=("--acknowledge", "none"),
          books={}),
    fatal("ACK of nothing with the level none", "6, 13", ack(2, 0), options=("--acknowledge", "none"),
          books={}),
    fatal("NACK with the level none", "6, 13", whole(1), nack(1), options=("--acknowledge", "none"), books={}),
    # NACK
    *[fine(f"NACK {code}", "6", whole(1), nack(1, {"code": code}), exit=2,
           books={"acknowledged": 0, "refused": 1}, right=code != "unheard-of")
      for code in ("processing", "format", "too-large", "storage", "refused", "incomplete", "unheard-of")],
    fine("NACK of one of three", "6", whole(3), nack(2, {"retryable": True}), exit=2, objects=(5,) * 3,
         books={"acknowledged": 2, "refused": 1}, right=True),
    fine("NACK with a text of 2,000 bytes", "6, 15", whole(1), nack(1, {"text": "x" * 2000}), exit=2,
         books={"refused": 1}),
    fine("NACK with an unknown key", "6, 16", whole(1), nack(1, {"x": {"y": 1}}), exit=2,
         books={"refused": 1}, right=True),
    fine("NACK of an object that is acknowledged", "6", whole(1), ack(2, 1), nack(1), exit=0,
         books={"acknowledged": 1, "refused": 0}),
    fine("NACK twice", "6", whole(1), nack(1), nack(1, {"code": "storage"}), exit=2,
         books={"refused": 1, "acknowledged": 0}),
    refusal("no code", {"code": ABSENT}), refusal("no retryable", {"retryable": ABSENT}),
    refusal("no text", {"text": ABSENT}), refusal("code is bytes", {"code": b"refused"}),
    refusal("retryable is an integer", {"retryable": 0}), refusal("retryable is null", {"retryable": None}),
    refusal("text is an integer", {"text": 1}), refusal("text is null", {"text": None}),
    refusal("no body", body=b""), refusal("no map", body=b"\x80"),
    refusal("an integer key", {1: 1}), refusal("nine levels", {"x": nested(8)}),
    refusal("bytes behind the map", body=nack(1).body + b"\0"),
    refusal("the same key twice", body=cbor.encode_pairs(
        [("code", "refused"), ("retryable", False), ("text", "a"), ("text", "b")])),
    fine("NACK: eight levels", "15, 16", whole(1), nack(1, {"x": nested(7)}), exit=2, right=True),
    fine("NACK: indefinite lengths", "16", whole(1), nack(1, body=(
        b"\xbf\x64code\x7f\x63ref\x64used\xff\x69retryable\xf4\x64text\x60\xff")), exit=2, right=True),
    refusal("with a count", count=1),
    fatal("NACK of the object 0", "3, 13", whole(1), nack(0)),
    fatal("NACK of an object that was not sent", "6, 13", whole(1), nack(2)),
    fatal("NACK of an object that waits for the window", "6, 13", whole(1), nack(2), **held(3)),
    fatal("NACK of the highest id of all", "6, 13", whole(1), nack((1 << 64) - 1)),
    fine("NACK of an incomplete object: CANCEL comes in the place of the rest", "5, 6, 12", begun(1), nack(1),
         Until(lambda side: side.objects[1].is_cancelled), objects=(LARGE, 5), exit=2,
         books={"acknowledged": 1, "refused": 1}, right=True),
    fine("NACK twice of an incomplete object", "5, 6, 12", begun(1), Together((nack(1), nack(1))),
         Until(lambda side: side.objects[1].is_cancelled), objects=(LARGE, 5), exit=2,
         books={"acknowledged": 1, "refused": 1}),
    fine("NACK of an object in chunks that is whole", "6, 12", whole(1), nack(1), exit=2, objects=(20000,),
         hello={"frame": 8192}, books={"refused": 1}, right=True),
    fine("received: objects", "6", options=("--acknowledge", "received"), objects=(5, 5), right=True),
    fine("none: objects", "6", options=("--acknowledge", "none"), objects=(5, 5), right=True),
]


# The window


def window(objects, size=1 << 20):
    return {"window": {"objects": objects, "bytes": size}}


def exactly(number):
    """So many objects come, and no more before the sender answers a PING."""
    def act(side):
        side.wait(lambda side: len(side.objects) >= number)
        before = len(side.pongs)
        side.send(PING, b"sync\0\0\0\0")
        side.wait(lambda side: len(side.pongs) > before)
        if len(side.objects) != number:
            side.fault = f"{len(side.objects)} objects came, where the window has room for {number}"
    return Do(act)


def flow(name, section, *script, **more):
    return case(name, section, script, FINE, right=True, **{"objects": (10,) * 6, **more})


NONE = ("--acknowledge", "none")

WINDOW = [
    flow("window: two objects", "6", exactly(2), hello=window(2)),
    flow("window: 25 bytes", "6", exactly(2), hello=window(9, 25)),
    flow("window: 20 bytes", "6", exactly(2), hello=window(9, 20)),
    flow("window: no objects", "6", exactly(1), hello=window(0)),
    flow("window: no bytes", "6", exactly(1), hello=window(9, 0)),
    flow("window: an object that is larger than it", "6", exactly(1), hello=window(9, 5)),
    flow("window: 64 bits", "6", hello=window((1 << 64) - 1, (1 << 64) - 1)),
    flow("window: an ACK makes room", "6", exactly(2), ack(2, 1), exactly(3), hello=window(2)),
    flow("window: a range makes room", "6", exactly(2), ack(2, 0, (2, 2)), exactly(3), hello=window(2)),
    flow("window: a NACK makes room", "6", exactly(2), nack(1), exactly(3), hello=window(2), exit=2),
    flow("CREDIT: raises the objects", "6", exactly(2), credit(4, 1 << 20), exactly(4), hello=window(2)),
    flow("CREDIT: raises the bytes", "6", exactly(2), credit(9, 45), exactly(4), hello=window(9, 25)),
    flow("CREDIT: raises beyond the first window, twice", "6", exactly(1), credit(2, 1 << 20), exactly(2),
         credit(5, 1 << 20), exactly(5), hello=window(1)),
    flow("CREDIT: lowers the objects", "6", exactly(4), credit(2, 1 << 20), ack(2, 1), exactly(4), ack(2, 2),
         exactly(4), ack(2, 3), exactly(5), hello=window(4)),
    flow("CREDIT: lowers the bytes", "6", exactly(4), credit(9, 15), ack(2, 3), exactly(4), ack(2, 4),
         exactly(5), hello=window(9, 45)),
    flow("CREDIT: lowers to nothing", "6", exactly(4), credit(0, 0), ack(2, 3), exactly(4), ack(2, 4),
         exactly(5), hello=window(4)),
    flow("CREDIT: 64 bits", "6", exactly(1), credit((1 << 64) - 1, (1 << 64) - 1), exactly(6),
         hello=window(1)),
    flow("CREDIT: the same again", "6", exactly(2), credit(2, 1 << 20), credit(2, 1 << 20), exactly(2),
         hello=window(2)),
    flow("CREDIT: where the sender listens", "6", exactly(2), credit(4, 1 << 20), exactly(4), listens=True,
         ready=window(2)),
    *[fatal(f"CREDIT of {size} bytes", "3, 13", whole(1), Frame(CREDIT, bytes(size)))
      for size in (0, 8, 15, 17, 32)],
    fatal("CREDIT with a first id", "3, 13", whole(1), credit(9, 9, first=1)),
    fatal("CREDIT with a count", "3, 13", whole(1), credit(9, 9, count=1)),
    fine("CREDIT with the level none", "6", credit(0, 0), options=NONE, objects=(10,) * 3),
    fine("none: the window is no matter", "6", whole(6), options=NONE, objects=(10,) * 6, hello=window(1, 1),
         right=True),
    fine("chunks are no matter of the window's bytes", "6", whole(1), objects=(LARGE >> 4,),
         hello={"frame": 65536, **window(9, 10)}, right=True),
]


# Stages

CRC, SHA, HMAC = ("--integrity", "crc32c"), ("--integrity", "sha-256"), (
    "--integrity", "hmac-sha-256", "--hmac-key", "{key}")
DEFLATE = ("--set", "pipeline=[{compress: {algorithm: deflate, level: 6, minimum: 0 B}}]")
SEALED = (("crc32c", CRC), ("sha-256", SHA), ("hmac-sha-256", HMAC))

STAGES = [
    *[fine(f"{name}: objects", "7", ping(), whole(2), objects=(5, 70_000), options=options, right=True,
           hello={"frame": 65536}) for name, options in SEALED + (("deflate", DEFLATE),)],
    fine("hmac-sha-256: objects, where the sender listens", "7", ping(), objects=(5, 70_000), options=HMAC,
         listens=True, hello={"frame": 65536}, right=True),
    *[fatal(f"{name}: a wrong sum of an ACK", "7, 13", whole(1), ack(2, 1, spoil=last_byte), options=options)
      for name, options in SEALED],
    *[fatal(f"{name}: a bit of an ACK", "7, 13", whole(1), ack(
        2, 1, spoil=lambda body: bytes([body[0] ^ 1]) + body[1:]), options=options)
      for name, options in SEALED],
    *[fatal(f"{name}: left out of an ACK", "7, 13", whole(1), ack(2, 1, stages=0), options=options)
      for name, options in SEALED],
    *[fatal(f"{name}: a NACK of another object", "7, 13", whole(2), Do(
        lambda side: in_place(side, nack(2), first=1)), options=options, objects=(5, 5))
      for name, options in SEALED],
    *[fatal(f"{name}: a body that is too short for it", "7, 13", Frame(PING, b"abc", stages=1),
            options=options) for name, options in SEALED],
    fatal("hmac-sha-256: a frame twice", "7, 13", Do(lambda side: side.write(ping().bytes(side) * 2)),
          options=HMAC),
    fatal("hmac-sha-256: the key of the other direction", "7, 13", Do(
        lambda side: setattr(side, "outgoing", side.pipeline(side.is_initiator))), ping(), options=HMAC),
    fatal("hmac-sha-256: another key", "7, 13", Do(
        lambda side: (setattr(side, "key", b"another"), side.seal_from_now())), ping(), options=HMAC),
    fatal("hmac-sha-256: REJECT is not sealed", "4, 7", reject(), options=HMAC,
          reaction=Either(CLOSED, Ends()), exit=None),
    fine("hmac-sha-256: an ignorable kind", "2, 7", Frame(99, b"abc", 5, 6, flags=2), ping(), options=HMAC,
         right=True),
    fatal("hmac-sha-256: an ignorable kind that is not sealed", "2, 7, 13",
          Frame(99, b"abc", flags=2, stages=0), options=HMAC),
    fatal("deflate: no zlib stream", "7, 13", Frame(PING, b"\xff\xff", stages=1), options=DEFLATE),
    fatal("deflate: a byte behind the stream", "7, 13",
          Frame(PING, zlib.compress(b"12345678") + b"\0", stages=1), options=DEFLATE),
    fatal("deflate: PING that unfolds to 16 KiB and a byte", "7, 13, 15",
          Frame(PING, zlib.compress(bytes(16385), 9), stages=1), options=DEFLATE, reaction=LIMIT),
    fatal("deflate: ACK that unfolds to 16 KiB and a byte", "7, 13, 15",
          Frame(ACK, zlib.compress(bytes(16385), 9), stages=1), options=DEFLATE, reaction=LIMIT),
    fatal("deflate: a bit beyond the pipeline", "2, 7, 13", ping(stages=2), options=DEFLATE),
]


# CLOSE

SHUTDOWN = {"code": "shutdown"}


def stopped(name, section, *script, reaction=None, **more):
    """The receiver takes no more; the sender answers, and ends with what it had until then."""
    more = {"exit": 2, **more}
    return case(name, section, script, reaction or Ends(), **more)


CLOSING = [
    stopped("CLOSE before everything is sent", "8, 12", whole(1), close(1, SHUTDOWN), CLOSE_SEEN, HALF_CLOSE,
            books={"acknowledged": 0}, right=True, **held(3)),
    stopped("CLOSE in the middle of an object", "8, 12", begun(1), close(0, SHUTDOWN), CLOSE_SEEN, HALF_CLOSE,
            books={"acknowledged": 0}, right=True, objects=(LARGE, 5),
            after=lambda side: "CANCEL behind a receiver's CLOSE" if side.objects[1].is_cancelled else None),
    stopped("ACK behind the receiver's CLOSE counts", "8, 12", whole(1), Together((close(1, SHUTDOWN), ack(2, 1))),
            CLOSE_SEEN, HALF_CLOSE, books={"acknowledged": 1}, right=True,
            **held(3)),
    stopped("NACK behind the receiver's CLOSE counts", "8, 12", whole(1), Together((close(1, SHUTDOWN), nack(1))),
            CLOSE_SEEN, HALF_CLOSE, books={"refused": 1}, right=True,
            **held(3)),
    stopped("ACK behind both CLOSE counts", "8, 12", whole(1), close(1, SHUTDOWN), CLOSE_SEEN, ack(2, 1),
            HALF_CLOSE, books={"acknowledged": 1}, right=True,
            **held(3)),
    stopped("PING and PONG behind both CLOSE", "8, 12", whole(1), ack(2, 1), close(1), CLOSE_SEEN, ping(), pong(),
            HALF_CLOSE, exit=0, books={"acknowledged": 1}, right=True),
    stopped("CLOSE right behind the ACK of everything", "8, 12", whole(1), Together((ack(2, 1), close(1, SHUTDOWN))),
            CLOSE_SEEN, HALF_CLOSE, exit=0, books={"acknowledged": 1}, right=True),
    stopped("CLOSE that crosses the sender's", "8, 12", CLOSE_SEEN, close(1, SHUTDOWN), HALF_CLOSE, exit=0,
            right=True, options=("--acknowledge", "none")),
    stopped("CLOSE done that settles nothing", "8, 12", whole(1), close(1), CLOSE_SEEN, HALF_CLOSE,
            books={"acknowledged": 0}),
    stopped("CLOSE with an unknown code", "8", whole(1), ack(2, 1), close(1, {"code": "unheard-of"}), CLOSE_SEEN,
            HALF_CLOSE, exit=None, books={"acknowledged": 1}),
    stopped("CLOSE with a text of 2,000 bytes", "8, 15", whole(1), ack(2, 1), close(1, {"text": "x" * 2000}),
            CLOSE_SEEN, HALF_CLOSE, exit=0, books={"acknowledged": 1}),
    stopped("CLOSE with a last below what was sent", "8", whole(3), close(1, SHUTDOWN), CLOSE_SEEN, HALF_CLOSE,
            objects=(5,) * 3, books={"acknowledged": 0}, right=True),
    stopped("CLOSE before anything was read", "8, 12", close(0, SHUTDOWN), CLOSE_SEEN, HALF_CLOSE, exit=2,
            books={"acknowledged": 0}, right=True),
    fatal("CLOSE with a last above what was sent", "8, 13", whole(1), close(2)),
    fatal("CLOSE with a last of 64 bits", "8, 13", whole(1), close((1 << 64) - 1)),
    fatal("CLOSE with a last that waits for the window", "8, 13", whole(1), close(2, SHUTDOWN), **held(3)),
    *[fatal(f"CLOSE: {name}", "8, 13", whole(1), close(0, body=body)) for name, body in (
        ("no body", b""), ("no map", b"\x80"), ("no last", cbor.encode({"code": "done"})),
        ("no code", cbor.encode({"last": 0})), ("last is null", cbor.encode({"last": None, "code": "done"})),
        ("last is text", cbor.encode({"last": "0", "code": "done"})),
        ("last is negative", cbor.encode({"last": -1, "code": "done"})),
        ("code is an integer", cbor.encode({"last": 0, "code": 0})),
        ("text is bytes", cbor.encode({"last": 0, "code": "done", "text": b"x"})),
        ("an integer key", cbor.encode({"last": 0, "code": "done", 1: 1})),
        ("the same key twice", cbor.encode_pairs([("last", 0), ("last", 0), ("code", "done")])),
        ("bytes behind the map", cbor.encode({"last": 0, "code": "done"}) + b"\0"))],
    fatal("CLOSE with a first id", "3, 13", whole(1), close(0, first=1)),
    fatal("CLOSE with a count", "3, 13", whole(1), close(0, count=1)),
    # Behind both CLOSE nothing can be said any more.
    *[fatal(f"{name} behind CLOSE", "8, 13", whole(1), Together((ack(2, 1), close(1), frame)),
            reaction=Either(Ends(), PROTOCOL), exit=None, books={"acknowledged": 1})
      for name, frame in (("a second CLOSE", close(1)), ("CREDIT", credit(1, 1)), ("DATA", data(1, entry())),
                          ("READY", Frame(READY, frames.seal_map(READY, b"\xa0"))))],
]


# Time-outs

HELLO_SOON = ("--set", "timeouts.hello=1s")
BODY_SOON = ("--set", "timeouts.body=1s")
CLOSE_SOON = ("--set", "timeouts.close=500ms")
BEATING = ("--set", "timeouts.heartbeat=400ms")
STOPPING = ("--set", "timeouts.drain=500ms", "--set", "timeouts.close=500ms")
MUTE = Do(lambda side: setattr(side, "answers", False))
STOP = Do(lambda side: side.program.ask_to_end())
LOST = Either(CLOSED, Ends())


def timed(name, *script, reaction=LOST, exit=None, options=CLOSE_SOON, **more):
    return fatal(name, "14", *script, reaction=reaction, exit=exit, options=options, **more)


TIMES = [
    case("nothing at all", "14", [], CLOSED, greets=False, options=HELLO_SOON, exit=75),
    case("a preface, then nothing", "14", [PREFACE, HELLO_SEEN], CLOSED, greets=False, options=HELLO_SOON, exit=75),
    case("half a WELCOME, then nothing", "14", [
        PREFACE, HELLO_SEEN, Bytes(frames.Header(100, WELCOME).encode())], CLOSED, greets=False,
        options=HELLO_SOON, exit=75),
    case("no READY", "14", [PREFACE, hello(), HELLO_SEEN], CLOSED, greets=False, options=HELLO_SOON,
         listens=True),
    timed("a silence: PING, then the end", MUTE, options=BEATING, exit=None, **held(3)),
    timed("half a header, then nothing", whole(1), MUTE, Bytes(bytes(9)), options=BODY_SOON),
    timed("half a body, then nothing", whole(1), MUTE, Bytes(frames.Header(5000, ACK).encode() + b"\2"),
          options=BODY_SOON),
    timed("no answer to CLOSE, when every object is settled", whole(1), ack(2, 1), exit=0, right=True,
          books={"acknowledged": 1}),
    timed("no answer to CLOSE, with the level none", CLOSE_SEEN, exit=75, books={},
          options=STOPPING + NONE),
    timed("told to stop: no object is settled", whole(1), STOP, exit=143, objects=(5, 5), options=STOPPING),
    timed("told to stop: one of two is settled", whole(2), ack(2, 1), STOP, exit=143, objects=(5, 5), options=STOPPING,
          books={"acknowledged": 1}),
    timed("the stream does not end behind both CLOSE", whole(1), ack(2, 1), close(1), exit=0, right=True,
          books={"acknowledged": 1}),
    fine("PINGs that are answered hold a connection", "14",
         Until(lambda side: sum(header.kind == PING for header, _ in side.log) >= 3), options=BEATING,
         right=True, **held(2)),
]


# Receivers that mean no good


def trickle(side):
    """A WELCOME that would come in time, if it came faster."""
    body = frames.seal_map(WELCOME, cbor.encode(side.greeting(WELCOME, {})))
    for byte in frames.Header(len(body), WELCOME).encode() + body:
        side.write(bytes([byte]))
        try:
            side.wait(lambda side: False, 0.1)
        except Ended:
            if side.end != "silence":
                raise
            side.end = None


def without_end(*steps):
    """Frames, as long as anybody takes them; nothing is read meanwhile."""
    def act(side):
        side.stream.settimeout(PATIENCE)
        many = b"".join(step.bytes(side) for step in steps) * 200
        while True:
            side.write(many)
    return Do(act)


HOSTILE = [
    case("a WELCOME that trickles", "1, 14", [PREFACE, HELLO_SEEN, Do(trickle)], CLOSED, greets=False,
         options=HELLO_SOON, exit=75),
    case("a preface that trickles", "1, 14", [
        *[step for byte in frames.PREFACE[:6] for step in (Bytes(bytes([byte])), HELLO_SEEN)]], CLOSED,
         greets=False, options=HELLO_SOON, exit=75),
    timed("a silence in the middle of an object: nothing is read", begun(1), MUTE,
          Do(lambda side: side.program.wait()), options=BEATING, objects=(LARGE,), exit=69),
    timed("PINGs without end, and nothing is read", begun(1), without_end(ping()), options=BODY_SOON,
          objects=(LARGE,), exit=76),
    fatal("ACKs without end of what was not sent", "6, 13", begun(1), without_end(ack(2, 77)),
          reaction=Either(CLOSED, Ends(), PROTOCOL), objects=(LARGE,)),
    fatal("NACKs without end of what was not sent", "6, 13", begun(1), without_end(nack(77)),
          reaction=Either(CLOSED, Ends(), PROTOCOL), objects=(LARGE,)),
    fatal("garbage without end", "2, 13", begun(1), Do(lambda side: pour(side)),
          reaction=Either(CLOSED, Ends(), PROTOCOL), objects=(LARGE,)),
    case("a window of nothing, and an object of one byte at most", "4, 6", [], Ends(), exit=65, objects=(5,),
         hello={"object": 1, "window": {"objects": 0, "bytes": 0}}, books={"accepted": 0}),
    timed("told to stop: a window of nothing, and no answer", whole(1), STOP, exit=143, options=STOPPING,
          hello={"window": {"objects": 0, "bytes": 0}}, objects=(5,) * 6),
]


def pour(side):
    side.stream.settimeout(PATIENCE)
    while True:
        side.write(bytes(range(256)) * 256)


# TLS


def over_tls(name, section, *script, protocols=("pouch/1",), **more):
    return fatal(name, section, *script, protocols=protocols, **more)


TLS = [
    case("objects", "1", [], FINE, protocols=("pouch/1",), objects=(5, 70_000), right=True),
    case("objects, where the sender listens", "1", [], FINE, protocols=("pouch/1",), objects=(5, 70_000),
         right=True, listens=True),
    over_tls("no ALPN", "1, 13", PREFACE, protocols=(), greets=False, reaction=CLOSED),
    over_tls("another ALPN", "1, 13", PREFACE, protocols=("h2",), greets=False, reaction=CLOSED),
    over_tls("an end without close_notify", "8, 13", whole(1), Do(abrupt), reaction=LOST, exit=69),
    over_tls("an ACK of an object that was not sent", "6, 13", whole(1), ack(2, 2)),
]


GROUPS = {
    "sender: handshake": HANDSHAKE,
    "sender: listens": LISTENS,
    "sender: frames": FRAMES,
    "sender: answers": ANSWERS,
    "sender: window": WINDOW,
    "sender: stages": STAGES,
    "sender: CLOSE": CLOSING,
    "sender: time-outs": TIMES,
    "sender: hostile": HOSTILE,
    "sender: TLS": TLS,
}
