"""The peer against itself, and the vectors of docs/wire.md."""

from __future__ import annotations

import itertools
import math
import os
import struct
import subprocess
import sys
import time
import traceback
import zlib
from typing import List

from . import cbor, frames
from .crc32c import crc32c
from .errors import IntegrityError, ProtocolError
from .foreign import describe
from .frames import Acknowledgement, Entry, Header
from .receiver import Ledger
from .selftest_support import TESTS, TRANSPORTS, Workshop, contains, digest_of, equal, exchange, test
from .stages import Pipeline, direction_key
from .transport import Endpoint

PIPELINES = (
    "",
    "deflate:1",
    "crc32c",
    "sha-256",
    "hmac-sha-256",
    "deflate:1,crc32c",
    "crc32c,deflate:9",
    "deflate,sha-256,hmac-sha-256,crc32c",
)
LEVELS = ("none", "received", "processed")


# Vectors


@test("CRC-32C of 123456789 is E3069283")
def _() -> None:
    equal(crc32c(b"123456789"), 0xE3069283)
    equal(crc32c(b"1234", b"", b"56789"), 0xE3069283)
    equal(crc32c(b""), 0)
    equal(crc32c(bytes(32)), 0x8A9136AA)  # RFC 3720, B.4
    equal(crc32c(b"\xff" * 32), 0x62A8AB43)
    equal(crc32c(bytes(range(32))), 0x46DD794E)


@test("the header and the body of docs/wire.md")
def _() -> None:
    vector = bytes.fromhex("000000090500000000000000000000010000 0001E9ADC8C1".replace(" ", ""))
    header = Header(9, frames.DATA, first=1, count=1)
    equal(header.encode(), vector)
    equal(Header.decode(vector), header)
    body = bytes.fromhex("0000050068656C6C6F")
    equal(Entry(b"hello").encode(), body)
    equal(frames.decode_entries(body, 1), [Entry(b"hello")])


@test("a flipped bit in a header is seen")
def _() -> None:
    vector = Header(9, frames.DATA, first=1, count=1).encode()
    for bit in range(len(vector) * 8):
        changed = bytearray(vector)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            Header.decode(bytes(changed))
        except IntegrityError:
            continue
        raise AssertionError(f"bit {bit} was not seen")


@test("CBOR of RFC 8949, appendix A, in")
def _() -> None:
    rows = {
        "00": 0, "17": 23, "1818": 24, "1903e8": 1000, "1bffffffffffffffff": 2**64 - 1,
        "20": -1, "3bffffffffffffffff": -(2**64), "3903e7": -1000,
        "f90000": 0.0, "f93c00": 1.0, "fb3ff199999999999a": 1.1, "f97bff": 65504.0,
        "fa47c35000": 100000.0, "f90001": 5.960464477539063e-08, "f97c00": math.inf,
        "f4": False, "f5": True, "f6": None, "f7": cbor.Simple(23), "f8ff": cbor.Simple(255),
        "c11a514b67b0": cbor.Tagged(1, 1363896240), "4401020304": b"\x01\x02\x03\x04",
        "6161": "a", "62c3bc": "ü", "64f0908591": "\U00010151", "80": [],
        "8301820203820405": [1, [2, 3], [4, 5]], "a26161016162820203": {"a": 1, "b": [2, 3]},
        "5f42010243030405ff": b"\x01\x02\x03\x04\x05", "7f657374726561646d696e67ff": "streaming",
        "9f018202039f0405ffff": [1, [2, 3], [4, 5]], "bf61610161629f0203ffff": {"a": 1, "b": [2, 3]},
    }  # fmt: skip
    for text, value in rows.items():
        found = cbor.decode(bytes.fromhex(text))
        equal(found, value, text)
        equal(type(found), type(value), text)
    assert math.isnan(cbor.decode(bytes.fromhex("f97e00")))


@test("CBOR out is CBOR in")
def _() -> None:
    values = [0, 23, 24, 255, 256, 65535, 65536, 2**32, 2**64 - 1, -1, -(2**64), 1.5, -0.0, "", "x" * 300]
    values += [b"", bytes(70000), [], {}, [None, True, False], {"a": {"b": [1]}}, cbor.Tagged(32, "u")]
    for value in values:
        equal(cbor.decode(cbor.encode(value)), value)
    equal(cbor.encode({"a": 1, "b": [2, 3]}).hex(), "a26161016162820203")
    equal(cbor.encode(1.1).hex(), "fb3ff199999999999a")


@test("CBOR that is not well-formed is refused")
def _() -> None:
    bad = "18 19 1903 1c 1f 3f 5c 41 5f41 5f6161ff 61ff 7f41ff 81 9f a1 a161 a16100 bf61 bf6161ff ff f818 f8"
    bad += " a2616100616100 a10000 0000 5fff00 c1 df" + " " + "81" * 64 + "00"
    for text in bad.split():
        try:
            value = cbor.decode(bytes.fromhex(text) if len(text) % 2 == 0 else b"\x1c")
        except cbor.CBORError:
            continue
        if text != "a16100":
            raise AssertionError(f"{text} was read as {value!r}")


@test("acknowledgements")
def _() -> None:
    ack = Acknowledgement(2, 7, frames.ranges_of([9, 10, 12]))
    equal(ack.ranges, [(9, 10), (12, 12)])
    equal(ack.encode(), struct.pack(">BQQQQQ", 2, 7, 9, 10, 12, 12))
    equal(Acknowledgement.decode(ack.encode()), ack)
    equal([ack.covers(i) for i in (7, 8, 10, 11, 12, 13)], [True, False, True, False, True, False])
    for wrong in ([(7, 7)], [(9, 8)], [(9, 10), (10, 11)]):
        try:
            Acknowledgement.decode(Acknowledgement(2, 7, wrong).encode())
        except ProtocolError:
            continue
        raise AssertionError(f"{wrong} was read")


@test("the HMAC stage, against another way to compute it")
def _() -> None:
    key = direction_key(b"k" * 32, True, b"i" * 16, b"a" * 16)
    label = b"pouch/1 hmac-sha-256\x01" + b"i" * 16 + b"a" * 16
    equal(key, _openssl_hmac(b"k" * 32, label))
    nonces = (b"i" * 16, b"a" * 16)
    pipeline = Pipeline.build([("deflate", {}), ("hmac-sha-256", {})], b"k" * 32, True, nonces)
    for number in range(2):
        applied, body = pipeline.encode(frames.DATA, 1, 5, 2, bytes(500))
        equal(applied, 3)
        packed = body[:-32]
        equal(zlib.decompress(packed), bytes(500))
        covered = struct.pack(">QBBBBQI", number, frames.DATA, 1, 1, 0, 5, 2)
        equal(body[-32:], _openssl_hmac(key, covered + packed))


def _openssl_hmac(key: bytes, text: bytes) -> bytes:
    command = ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{key.hex()}", "-binary"]
    return subprocess.run(command, input=text, check=True, capture_output=True).stdout


@test("endpoints")
def _() -> None:
    for text in ("tcp://127.0.0.1:7447", "tls://[::1]:0", "unix:///tmp/x.sock", "unix:@x"):
        equal(str(Endpoint.parse(text)), text)


@test("another protocol is called by its name")
def _() -> None:
    contains(describe(b"\x16\x03\x01\x02\x00\x01\x00\x01"), "TLS")
    contains(describe(b"\x15\x03\x03\x00\x02\x02\x46"), "TLS")
    contains(describe(b"HTTP/1.1"), "HTTP")
    contains(describe(b"GET / HT"), "HTTP")
    contains(describe(b"SSH-2.0-"), "SSH")
    contains(describe(b"5       "), "length10")
    contains(describe(b"hello th"), "text")
    contains(describe(b"\x8bPOUCH\x02\x00"), "version 2")
    contains(describe(bytes(8)), "unknown")


# A sender and a receiver


def _files() -> List[str]:
    workshop = Workshop.shared()
    pattern = bytes(range(256)) * 4
    data = {
        "empty": b"",
        "one": b"1",
        "text.txt": b"the quick brown fox\n" * 40,
        "exact": pattern[:1000],
        "long.bin": pattern * 12 + os.urandom(900),
        "random.bin": os.urandom(5001),
    }
    return [workshop.file(name, content) for name, content in data.items()]


def _happy(transport: str, sender_dials: bool, pipeline: str, level: str) -> None:
    workshop = Workshop.shared()
    files = _files()
    output = workshop.directory()
    common = ["--hmac-key", workshop.key] if "hmac" in pipeline else []
    send = ["--pipeline", pipeline, "--acknowledge", level, "--chunk", "1000", "--interleave", "2"]
    send += [*common, "--digest", *files]
    receive = [*common, "--output", output, "--pipeline", pipeline]
    sender, receiver = exchange(send, receive, transport, sender_dials)
    equal((sender.exit_code, receiver.exit_code), (0, 0), f"{sender.error}, {receiver.error}")
    equal(sorted(os.listdir(output)), sorted(os.path.basename(path) for path in files))
    for path in files:
        equal(digest_of(os.path.join(output, os.path.basename(path))), digest_of(path), path)
    objects = {event["name"]: event for event in receiver.all("object")}
    equal(objects["exact"]["chunks"], 1)
    equal(objects["long.bin"]["chunks"], 14)
    expected = 0 if level == "none" else len(files)
    equal(len(sender.all("acknowledged")), expected, "acknowledged")
    equal(receiver.one("connected")["acknowledge"], level)
    equal(receiver.one("connected")["initiator"], not sender_dials)


def _register_happy() -> None:
    for transport, dials, pipeline in itertools.product(TRANSPORTS, (True, False), PIPELINES):
        who = "sender" if dials else "receiver"

        def body(transport: str = transport, dials: bool = dials, pipeline: str = pipeline) -> None:
            for level in LEVELS:
                _happy(transport, dials, pipeline, level)

        test(f"files cross over {transport}, the {who} dials, pipeline {pipeline or 'none'}")(body)


_register_happy()


@test("many small objects travel in few frames")
def _() -> None:
    for level in LEVELS:
        send = ["--generate", "3000x64", "--acknowledge", level, "--pipeline", "crc32c"]
        sender, receiver = exchange(send, [])
        equal((sender.exit_code, receiver.exit_code), (0, 0))
        equal(receiver.one("closed")["received"], 3000)
        assert receiver.one("closed")["frames"] < 100
        equal([event["id"] for event in receiver.all("object")], list(range(1, 3001)))


@test("the window holds")
def _() -> None:
    receive = ["--window", "4,100000", "--ack-every", "1000"]
    sender, _receiver = exchange(["--generate", "50x10"], receive)
    equal((sender.code, sender.one("closed")["most_in_flight"]), (0, 4))
    sender, _receiver = exchange(["--generate", "50x10"], ["--window", "100,25"])
    equal((sender.code, sender.one("closed")["most_in_flight"]), (0, 2))
    sender, _receiver = exchange(["--generate", "5x10"], ["--window", "0,0"])
    equal((sender.code, sender.one("closed")["most_in_flight"]), (0, 1))


@test("CREDIT replaces the window")
def _() -> None:
    receive = ["--window", "1,1", "--credit", "8,1000", "--ack-every", "8"]
    sender, _receiver = exchange(["--generate", "64x10", "--batch", "1"], receive)
    equal(sender.code, 0)
    equal(sender.one("credit")["window"], [8, 1000])
    assert sender.one("closed")["most_in_flight"] <= 8


@test("NACK refuses one object, whole or in chunks, and the others arrive")
def _() -> None:
    send = ["--generate", "3x5000", "--chunk", "100", "--interleave", "3"]
    sender, receiver = exchange(send, ["--refuse", "2", "--refuse-code", "storage"])
    equal((sender.code, receiver.code), (2, 2))
    equal(sender.one("refused")["code"], "storage")
    equal([event["id"] for event in receiver.all("object")], [1, 3])
    sender, receiver = exchange(["--generate", "3x5"], ["--refuse", "1,3"])
    equal([event["id"] for event in sender.all("refused")], [1, 3])
    equal([event["id"] for event in sender.all("acknowledged")], [2])


@test("an object above the receiver's limit is refused")
def _() -> None:
    workshop = Workshop.shared()
    files = [workshop.file("small", bytes(10)), workshop.file("big", bytes(2000))]
    for more in ([], ["--stream", "--chunk", "150"], ["--chunk", "150"]):
        sender, receiver = exchange([*more, *files], ["--object-limit", "1000"])
        equal(sender.one("refused")["code"], "too-large")
        equal([event["name"] for event in receiver.all("object")], ["small"])


@test("CANCEL drops an object, and nothing waits for it")
def _() -> None:
    send = ["--generate", "4x5000", "--chunk", "100", "--interleave", "4", "--cancel", "2,4"]
    sender, receiver = exchange(send, [])
    equal([event["id"] for event in receiver.all("object")], [1, 3])
    equal([event["id"] for event in receiver.all("cancelled")], [2, 4])
    equal((sender.code, receiver.code), (0, 0))


@test("PING is answered, in both directions")
def _() -> None:
    text = "0011223344556677"
    sender, receiver = exchange(["--generate", "1x1", "--ping", text], ["--ping", text])
    equal(sender.one("pong")["bytes"], text)
    equal(receiver.one("pong")["bytes"], text)


@test("a stream of unknown size, with an empty last chunk")
def _() -> None:
    send = ["--generate", "1x3000", "--chunk", "1000", "--stream", "--ack-requested"]
    _sender, receiver = exchange(send, [])
    found = receiver.one("object")
    equal((found["chunks"], found["size"], found["attributes"]), (4, 3000, {}))
    _sender, receiver = exchange(["--generate", "1x0", "--stream"], [])
    equal(receiver.one("object")["size"], 0)


@test("attributes and formats")
def _() -> None:
    path = Workshop.shared().file("value.json", b'{"a": 1}')
    send = ["--format", "json", "--type", "application/json", "--header", "a=b", "--header", "c=ü"]
    send += ["--deadline", "1900000000000", "--trace", "00-0-0-01", path]
    _sender, receiver = exchange(send, [])
    found = receiver.one("object")
    equal(found["format"], "json")
    equal(found["attributes"]["headers"], {"a": "b", "c": "ü"})
    equal(found["attributes"]["deadline"], 1900000000000)


@test("a receiver that has enough closes first")
def _() -> None:
    for dials in (True, False):
        sender, receiver = exchange(
            ["--generate", "100x10", "--batch", "3"], ["--count", "5", "--window", "3,1000"], "tcp", dials
        )
        equal(receiver.one("closed")["received"], 6)
        equal((sender.code, receiver.code), (2, 0))
        equal(sender.one("closed")["code"], "done")


@test("a session goes on where the receiver stopped")
def _() -> None:
    ledger = Ledger()
    send = ["--generate", "8x10", "--batch", "1", "--session", "ab" * 16]
    _sender, receiver = exchange(send, ["--count", "3", "--window", "1,10"], ledger=ledger)
    equal(ledger.settled, {b"\xab" * 16: 3})
    sender, receiver = exchange(send, [], ledger=ledger)
    equal([event["id"] for event in sender.all("skipped")], [1, 2, 3])
    equal([event["id"] for event in receiver.all("object")], [4, 5, 6, 7, 8])
    equal(sender.code, 0)


@test("large frames both ways do not wait for each other")
def _() -> None:
    for transport in ("tcp", "tls", "unix"):
        send = ["--generate", "6x3000000", "--chunk", "1000000", "--interleave", "2", "--pipeline", "deflate:1"]
        sender, receiver = exchange(send, [], transport)
        equal((sender.exit_code, receiver.exit_code), (0, 0), f"{sender.error} {receiver.error}")


@test("one byte a write")
def _() -> None:
    for transport in TRANSPORTS:
        send = ["--generate", "20x100", "--chunk", "40", "--slow-bytes", "--pipeline", "crc32c"]
        sender, receiver = exchange(send, ["--slow-bytes"], transport)
        equal((sender.exit_code, receiver.exit_code), (0, 0), f"{sender.error} {receiver.error}")


@test("the command line: processes, lines, exit codes")
def _() -> None:
    launcher = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "pouch_peer.py")
    base = [sys.executable, launcher]
    receive = subprocess.Popen(
        [*base, "receive", "--listen", "tcp://127.0.0.1:0", "--timeout", "20"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert receive.stdout is not None
    endpoint = receive.stdout.readline().split('"endpoint": "')[1].split('"')[0]
    command = [*base, "send", "--connect", endpoint, "-", "--name", "stdin", "--timeout", "20"]
    send = subprocess.run(command, input=b"some bytes", capture_output=True)
    output = receive.communicate()[0]
    equal((send.returncode, receive.returncode), (0, 0), send.stderr.decode())
    contains(output, '"name": "stdin", "size": 10')
    for arguments, code in (
        (["send", "--connect", endpoint, "--generate", "1x1"], 69),
        (["send", "--connect", "unix:@x", "/does/not/exist"], 66),
        (["send", "--connect", "nonsense", "x"], 64),
        (["receive"], 64),
        (["send", "--connect", "unix:@x", "--generate", "1x1", "--pipeline", "lz4"], 64),
    ):
        result = subprocess.run([*base, *arguments], capture_output=True, text=True)
        equal(result.returncode, code, " ".join(arguments) + result.stderr)
        equal(result.stderr.count("\n"), 1, result.stderr)


def run_selftest(text: str, verbose: bool) -> int:
    from . import selftest_faults  # noqa: F401  (registers its tests)

    failures = 0
    started = time.monotonic()
    chosen = [(name, function) for name, function in TESTS if text in name]
    try:
        for name, function in chosen:
            before = time.monotonic()
            try:
                function()
            except Exception:  # a failed test must not stop the others
                failures += 1
                print(f"FAILED {name}\n{traceback.format_exc()}", flush=True)
            else:
                if verbose:
                    print(f"passed {name} ({time.monotonic() - before:.2f} s)", flush=True)
    finally:
        Workshop.remove_shared()
    spent = time.monotonic() - started
    print(f"{len(chosen) - failures} of {len(chosen)} self-tests passed in {spent:.1f} s")
    return 1 if failures or not chosen else 0
