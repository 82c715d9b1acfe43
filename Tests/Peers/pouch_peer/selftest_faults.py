"""Misbehaviour of one end, and what the other makes of it."""

from __future__ import annotations

import os
from typing import List, Tuple

from .selftest_support import Side, Workshop, contains, equal, exchange, exchange_at, test

SMALL = ["--generate", "1x5"]


def _refused_by_receiver(send: List[str], code: int, text: str, receive: Tuple[str, ...] = ()) -> Side:
    """The receiver ends with that exit code and text, and the sender ends too."""
    output = Workshop.shared().directory()
    sender, receiver = exchange(send, ["--output", output, *receive])
    equal(receiver.exit_code, code, f"exit code, {receiver.error!r}")
    contains(str(receiver.error), text)
    leftovers = [name for name in os.listdir(output) if name.startswith(".incoming")]
    equal(leftovers, [], "temporary files")
    return sender


@test("a flipped bit in any byte of a frame is seen by an integrity stage")
def _() -> None:
    workshop = Workshop.shared()
    key = ["--hmac-key", workshop.key]
    for pipeline in ("crc32c", "sha-256", "hmac-sha-256", "deflate:1,crc32c"):
        for byte in range(24 + 4 + 2 + 18 + 100):
            output = workshop.directory()
            send = ["--generate", "1x100", "--pipeline", pipeline, "--flip", f"data+{byte}.{byte % 8}", *key]
            sender, receiver = exchange(send, ["--output", output, *key])
            # a flipped length may make a frame longer than the stream: then it is a cut
            assert receiver.exit_code in (65, 69, 76), f"{pipeline}, byte {byte}: {receiver.events}"
            assert sender.exit_code in (65, 69, 76), f"{pipeline}, byte {byte}: {sender.error!r}"
            equal((os.listdir(output), receiver.all("object")), ([], []), f"{pipeline}, byte {byte}")
            os.rmdir(output)


@test("a flipped bit in any byte of the handshake is seen")
def _() -> None:
    for byte in range(0, 8 + 24 + 250, 3):
        _sender, receiver = exchange([*SMALL, "--flip", f"{byte}.{byte % 8}"], [])
        if byte == 7:
            continue  # a higher minor version is welcome
        assert receiver.exit_code in (65, 69, 76), f"byte {byte}: {receiver.events}, {receiver.error!r}"


@test("a cut at any byte is a truncation, and nothing is kept")
def _() -> None:
    workshop = Workshop.shared()
    for transport in ("tcp", "tls"):
        for position in [*range(0, 60, 7), *(f"data+{byte}" for byte in range(0, 1400, 97))]:
            output = workshop.directory()
            send = ["--generate", "1x1300", "--chunk", "500", "--cut-after", str(position)]
            _sender, receiver = exchange(send, ["--output", output], transport)
            assert receiver.exit_code in (69, 77), f"{transport}, {position}: {receiver.error!r}"
            equal(os.listdir(output), [], f"{transport}, {position}")
            if transport == "tls" and receiver.exit_code == 69:
                reasons = ("without close_notify", "connection reset")
                assert any(reason in str(receiver.error) for reason in reasons), repr(receiver.error)


@test("a cut and a flip below TLS are seen by TLS")
def _() -> None:
    for position in (0, 3, 100, 1500, 2500):
        for fault in ("--cut-after", "--flip"):
            send = ["--generate", "1x3000", fault, f"wire+{position}", "--handshake-timeout", "1"]
            _sender, receiver = exchange(send, ["--handshake-timeout", "1"], "tls")
            # 75: a changed length of a record leaves TLS waiting for the rest
            assert receiver.exit_code in (69, 75, 77), f"{fault} {position}: {receiver.error!r}"
            equal(receiver.all("object"), [], f"{fault} {position}")


@test("another protocol is named, and gets no answer")
def _() -> None:
    names = {"http": "HTTP", "text": "text", "tls": "TLS", "length10": "length10", "ssh": "SSH"}
    for preface, name in {**names, "major": "version 2", "binary": "unknown"}.items():
        for dials in (True, False):
            sender, receiver = exchange([*SMALL, "--wrong-preface", preface], [], "tcp", dials)
            equal(receiver.exit_code, 76)
            contains(str(receiver.error), name)
            equal(sender.one("misbehaved")["reject"], None)
    sender, receiver = exchange([*SMALL, "--wrong-preface", "minor"], ["--wrong-preface", "minor"])
    equal((sender.code, receiver.code), (0, 0))


@test("TLS against plain, both ways round")
def _() -> None:
    send, receive = [*Workshop.shared().tls(), *SMALL], Workshop.shared().tls()
    for listening, dialling, code in (("tls", "tcp", 69), ("tcp", "tls", 76)):
        for dials in (True, False):
            sides = exchange_at(f"{listening}://localhost:0", send, receive, dials, dialling)
            dial, listen = sides if dials else reversed(sides)
            equal((listen.exit_code, dial.exit_code), (76, code), f"{listen.error!r}, {dial.error!r}")
            contains(str(listen.error), "TLS")


@test("TLS: another CA, another name, no certificate, another ALPN")
def _() -> None:
    tls, other = Workshop.shared().tls(), Workshop()
    try:
        strange = other.tls()
        for options in (
            strange,
            strange[:2] + tls[2:],
            tls[:2] + strange[2:],
            tls[:2],
            [*tls, "--alpn", ""],
            [*tls, "--alpn", "h2"],
            [*tls, "--server-name", "example.org"],
        ):
            sender, receiver = exchange_at("tls://localhost:0", [*options, *SMALL], tls)
            equal(sender.exit_code, 77, f"{options}: {sender.error!r}")
            equal(receiver.exit_code, 77, f"{options}: {receiver.error!r}")
    finally:
        other.remove()


@test("limits: HELLO, a frame, a bomb")
def _() -> None:
    for fault, text in (("--oversize-hello", "8193 bytes"), ("--oversize-frame", "1048577 bytes")):
        sender = _refused_by_receiver([*SMALL, fault], 76, text)
        equal(sender.one("misbehaved")["reject"]["code"], "limit")
    for size in (2 << 20, 17 << 20):
        sender = _refused_by_receiver([*SMALL, "--pipeline", "deflate:9", "--bomb", str(size)], 76, "unfold")
        equal(sender.one("misbehaved")["reject"]["code"], "protocol")


@test("the handshake: roles, keys, stages, a second HELLO")
def _() -> None:
    for fault, code, text in (
        ("--same-role", "role", "both ends are"),
        ("--duplicate-key", "protocol", "'software' twice"),
        ("--unknown-stage", "pipeline", "'zstandard' is not known"),
        ("--second-hello", "protocol", "HELLO in the place of READY"),
    ):
        sender = _refused_by_receiver([*SMALL, fault], 76, text)
        equal(sender.exit_code, 76)
        contains(str(sender.error), f"({code})")


@test("a pipeline that the receiver does not accept")
def _() -> None:
    sender = _refused_by_receiver([*SMALL, "--pipeline", "crc32c"], 76, "wants", ("--pipeline", "sha-256"))
    contains(str(sender.error), "(pipeline)")
    for pipeline in ("deflate:1", "crc32c"):
        send = [*SMALL, "--pipeline", pipeline, "--unknown-parameter", "salt"]
        contains(str(_refused_by_receiver(send, 76, "unknown ['salt']").error), "(pipeline)")
    key = ["--hmac-key", Workshop.shared().key]
    sender = _refused_by_receiver([*SMALL, "--pipeline", "hmac-sha-256", *key], 76, "has no key")
    contains(str(sender.error), "(pipeline)")
    other = ("--hmac-key", Workshop.shared().file("other.key", b"other"))
    _refused_by_receiver([*SMALL, "--pipeline", "hmac-sha-256", *key], 65, "hmac-sha-256", other)


@test("objects: gap, wrong offset, wrong size, bytes behind the last")
def _() -> None:
    for fault, text in (
        (["--gap"], "a gap"),
        (["--chunk", "2", "--wrong-offset", "1"], "at 3, not 2"),
        (["--chunk", "2", "--wrong-size", "1"], "announced were 6"),
        (["--chunk", "2", "--wrong-size", "-1"], "announced were 4"),
        (["--trailing-bytes", "3"], "3 bytes behind"),
        (["--inject", "kind=5,first=1,count=0"], "count 0"),
        (["--inject", "kind=5,first=1,count=1,body=00000540"], "unknown bits 0x40"),
        (["--inject", "kind=5,first=1,count=2,body=0000000000000020"], "not alone"),
        (["--inject", "kind=99"], "unknown kind 99"),
        (["--inject", "kind=1"], "HELLO behind"),
        (["--inject", "kind=6"], "ACK sent to a receiver"),
        (["--inject", "kind=9,body=00"], "PING with 1 bytes"),
    ):
        sender = _refused_by_receiver([*SMALL, *fault], 76, text)
        equal(sender.exit_code, 76, repr(sender.error))


@test("an unknown kind that may be ignored is")
def _() -> None:
    key = ["--hmac-key", Workshop.shared().key]
    send = [*SMALL, "--inject", "kind=99,flags=2,body=0011", "--pipeline", "hmac-sha-256", *key]
    sender, receiver = exchange(send, key)
    equal((sender.code, receiver.code), (0, 0), repr(receiver.error))
    equal(receiver.one("ignored")["kind"], 99)


@test("more than 64 incomplete objects are refused")
def _() -> None:
    send = ["--generate", "64x5", "--chunk", "1", "--interleave", "64"]
    sender, receiver = exchange(send, [])
    equal((sender.code, receiver.code), (0, 0))
    _refused_by_receiver(["--generate", "65x5", "--chunk", "1", "--interleave", "65"], 76, "64 incomplete")


@test("a duplicate is dropped and acknowledged; a replayed frame is neither, under HMAC")
def _() -> None:
    key = ["--hmac-key", Workshop.shared().key]
    for pipeline, replay in (("", "object"), ("", "frame"), ("crc32c", "frame"), ("hmac-sha-256", "object")):
        send = [*SMALL, "--replay", replay, "--pipeline", pipeline, *key]
        sender, receiver = exchange(send, key)
        equal((sender.code, receiver.code), (0, 0))
        equal(receiver.one("closed")["duplicates"], 1)
        equal(len(receiver.all("object")), 1)
    send = [*SMALL, "--replay", "frame", "--pipeline", "hmac-sha-256", *key]
    _refused_by_receiver(send, 65, "hmac-sha-256", tuple(key))


@test("frames without their integrity stage are refused")
def _() -> None:
    for pipeline in ("crc32c", "sha-256"):
        _refused_by_receiver([*SMALL, "--pipeline", pipeline, "--no-stages"], 65, "without its")
    sender, receiver = exchange([*SMALL, "--pipeline", "deflate", "--no-stages"], [])
    equal((sender.code, receiver.code), (0, 0))


@test("a wrong digest refuses the object alone")
def _() -> None:
    sender, receiver = exchange([*SMALL, "--digest", "--wrong-digest"], [])
    equal((sender.code, receiver.code), (2, 2))
    equal(sender.one("refused")["id"], 1)


@test("a side that goes away without CLOSE is a truncation")
def _() -> None:
    for transport in ("tcp", "tls", "unix"):
        sender, receiver = exchange([*SMALL, "--no-close"], [], transport)
        equal(receiver.exit_code, 69, repr(receiver.error))
        contains(str(receiver.error), "without CLOSE")
        equal(sender.code, 0)
        sender, receiver = exchange([*SMALL], ["--no-close", "--count", "1"], transport)
        equal(sender.exit_code, 69, repr(sender.error))


@test("a side that stops in the handshake is left after the deadline")
def _() -> None:
    for stall in ("preface", "hello"):
        send = [*SMALL, "--stall", stall]
        sender, receiver = exchange(send, ["--handshake-timeout", "0.3"])
        equal(receiver.exit_code, 75, repr(receiver.error))
        equal(sender.one("misbehaved")["verdict"].split(" (")[0], "the connection ended")
    sender, _receiver = exchange([*SMALL, "--handshake-timeout", "0.3"], ["--stall", "preface"])
    equal(sender.exit_code, 75, repr(sender.error))
    sender, _receiver = exchange([*SMALL, "--timeout", "0.3"], ["--stall", "welcome"])
    equal(sender.exit_code, 75, repr(sender.error))
