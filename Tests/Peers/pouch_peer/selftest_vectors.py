"""The codecs against vectors of docs/wire.md, of RFCs, and of other implementations."""

from __future__ import annotations

import math
import struct
import subprocess
import zlib

from . import cbor, frames
from .crc32c import crc32c
from .errors import IntegrityError, ProtocolError
from .foreign import describe
from .frames import Acknowledgement, Entry, Header
from .selftest_support import contains, equal, test
from .stages import Pipeline, direction_key
from .transport import Endpoint


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
    vector = bytes.fromhex("0000000905000000000000000000000100000001E9ADC8C1")
    header = Header(9, frames.DATA, first=1, count=1)
    equal(header.encode(), vector)
    equal(Header.decode(vector), header)
    body = bytes.fromhex("0000050068656C6C6F")
    equal(Entry(b"hello").encode(), body)
    equal(frames.decode_entries(body, 1), [Entry(b"hello")])
    attached = Entry(b"\xa1\x01\x62hiabcde", 1, {"size": 10, "attachments": [3, 0, 2]})
    body = bytes.fromhex(
        "00000A110017A26473697A650A6B6174746163686D656E747383030002" "A1016268696162636465"
    )
    equal(attached.encode(), body)
    equal(frames.decode_entries(body, 1), [attached])
    equal(frames.own_length(attached), 5)


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
    bad = "18 1c 19 1f 3f 3e 5c 41 5f41 5f6161ff 61ff 7f41ff 81 9f a1 a161 bf61 bf6161ff ff f818 f8 5d"
    bad += " a2616100616100 a10000 0000 5fff00 c1 df " + "81" * 64 + "00"
    for text in bad.split():
        try:
            value = cbor.decode(bytes.fromhex(text))
        except cbor.CBORError:
            continue
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
