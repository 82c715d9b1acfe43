"""Frames, entries and acknowledgements: sections 2, 3, 5 and 6 of docs/wire.md."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any, Dict, Iterable, List, Optional, Tuple

from . import cbor
from .crc32c import crc32c
from .errors import IntegrityError, ProtocolError

PREFACE = b"\x8bPOUCH\x01\x00"
HANDSHAKE_BODY_LIMIT = 8 * 1024
FRAME_LIMIT = 16 * 1024 * 1024
CONTROL_LIMIT = 16 * 1024
HEADER_SIZE = 24

HELLO, WELCOME, READY, REJECT, DATA, ACK, NACK, CREDIT, PING, PONG, CANCEL, CLOSE = range(1, 13)
KIND_NAMES = dict(
    enumerate("HELLO WELCOME READY REJECT DATA ACK NACK CREDIT PING PONG CANCEL CLOSE".split(), 1)
)
HANDSHAKE_KINDS = frozenset((HELLO, WELCOME, READY))
SENT_BY = {DATA: "sender", CANCEL: "sender", ACK: "receiver", NACK: "receiver", CREDIT: "receiver"}
SENT_BEHIND_CLOSE = frozenset((ACK, NACK, PING, PONG))
ABOUT_AN_OBJECT = frozenset((NACK, CANCEL))

ACK_REQUESTED, IGNORABLE = 0x01, 0x02

FORMATS = ("raw", "cbor", "json", "pickle")
HAS_ATTRIBUTES, MORE = 0x10, 0x20
ENTRY_PAYLOAD_LIMIT = (1 << 24) - 1
INCOMPLETE_LIMIT = 64
ATTACHMENT_LIMIT = 1024
LEVELS = {"received": 1, "processed": 2}
RANGE_LIMIT = 256

_HEADER = struct.Struct(">IBBBBQI")
_COVERED = struct.Struct(">BBBBQI")


def kind_name(kind: int) -> str:
    return KIND_NAMES.get(kind, f"kind {kind}")


def covered_header(kind: int, flags: int, stages: int, first: int, count: int) -> bytes:
    """The 16 header bytes that an integrity stage covers."""
    return _COVERED.pack(kind, flags, stages, 0, first, count)


@dataclass(frozen=True)
class Header:
    length: int
    kind: int
    flags: int = 0
    stages: int = 0
    first: int = 0
    count: int = 0

    def encode(self) -> bytes:
        fields = (self.length, self.kind, self.flags, self.stages, 0, self.first, self.count)
        head = _HEADER.pack(*fields)
        return head + struct.pack(">I", crc32c(head))

    @staticmethod
    def decode(data: bytes) -> "Header":
        if crc32c(data[:20]) != int.from_bytes(data[20:24], "big"):
            raise IntegrityError("the checksum of a frame header is wrong")
        length, kind, flags, stages, reserved, first, count = _HEADER.unpack(data[:20])
        if reserved:
            raise ProtocolError("the reserved byte of a frame header is not zero")
        if flags & ~(ACK_REQUESTED | IGNORABLE):
            raise ProtocolError(f"unknown flags 0x{flags:02x} in a frame header")
        return Header(length, kind, flags, stages, first, count)


@dataclass
class Frame:
    """A frame behind the pipeline."""

    kind: int
    flags: int
    first: int
    count: int
    body: bytes

    def check_numbers(self) -> None:
        """First id and count say what section 2 has for this kind."""
        if self.kind == DATA:
            right = self.first >= 1 and self.count >= 1
        elif self.kind in ABOUT_AN_OBJECT:
            right = self.first >= 1 and self.count == 0
        else:
            right = self.first == 0 and self.count == 0
        if not right:
            raise ProtocolError(
                f"{kind_name(self.kind)} with first id {self.first} and count {self.count}"
            )


# Maps in control frames


def decode_map(body: bytes, what: str) -> Dict[str, Any]:
    try:
        value = cbor.decode(body)
    except cbor.CBORError as error:
        raise ProtocolError(f"{what}: {error}") from None
    if not isinstance(value, dict):
        raise ProtocolError(f"{what} is not a map")
    return value


def encode_sealed_map(kind: int, value: Dict[str, Any]) -> bytes:
    """The body of a handshake frame: a map and its checksum."""
    body = cbor.encode(value)
    return body + struct.pack(">I", crc32c(covered_header(kind, 0, 0, 0, 0), body))


def decode_sealed_map(kind: int, body: bytes) -> Dict[str, Any]:
    body, checksum = body[:-4], body[-4:]
    expected = crc32c(covered_header(kind, 0, 0, 0, 0), body)
    if len(checksum) < 4 or int.from_bytes(checksum, "big") != expected:
        raise IntegrityError(f"the checksum of {kind_name(kind)} is wrong")
    return decode_map(body, kind_name(kind))


# Entries


@dataclass
class Entry:
    payload: bytes
    format: int = 0
    attributes: Dict[str, Any] = field(default_factory=dict)
    more: bool = False

    def encode(self) -> bytes:
        bits = self.format | (HAS_ATTRIBUTES if self.attributes else 0) | (MORE if self.more else 0)
        head = struct.pack(">I", len(self.payload) << 8 | bits)
        if not self.attributes:
            return head + self.payload
        attributes = cbor.encode(self.attributes)
        return head + struct.pack(">H", len(attributes)) + attributes + self.payload


_ATTRIBUTE_TYPES = {
    "name": (str, bytes),
    "type": str,
    "size": int,
    "offset": int,
    "headers": dict,
    "deadline": int,
    "trace": str,
    "digest": bytes,
    "attachments": list,
}


def decode_entries(body: bytes, count: int) -> List[Entry]:
    entries: List[Entry] = []
    offset = 0

    def take(length: int, what: str) -> bytes:
        nonlocal offset
        if length > len(body) - offset:
            raise ProtocolError(f"entry {len(entries) + 1} of {count} ends inside its {what}")
        offset += length
        return body[offset - length : offset]

    while len(entries) < count:
        word = int.from_bytes(take(4, "head"), "big")
        length, bits = word >> 8, word & 0xFF
        if bits & ~(HAS_ATTRIBUTES | MORE | 0x03):
            raise ProtocolError(f"unknown bits 0x{bits:02x} in the head of an entry")
        attributes: Dict[str, Any] = {}
        if bits & HAS_ATTRIBUTES:
            size = int.from_bytes(take(2, "head"), "big")
            attributes = decode_map(take(size, "attributes"), "the attributes of an object")
            check_attributes(attributes)
        payload = take(length, "payload")
        if not bits & MORE and attributes.get("size", length) != length:
            raise ProtocolError(f"an object of {length} bytes says that it has {attributes['size']}")
        entries.append(Entry(payload, bits & 0x03, attributes, bool(bits & MORE)))
    if offset != len(body):
        raise ProtocolError(f"{len(body) - offset} bytes behind the last of {count} entries")
    return entries


def is_utf8(data: bytes) -> bool:
    try:
        data.decode()
        return True
    except UnicodeDecodeError:
        return False


def check_attributes(attributes: Dict[str, Any]) -> None:
    others = attributes.keys() & (_ATTRIBUTE_TYPES.keys() - {"offset"})
    if "offset" in attributes and others:
        raise ProtocolError(f"a chunk has {sorted(others)} beside its offset")
    for key, kind in _ATTRIBUTE_TYPES.items():
        if key not in attributes:
            continue
        value = attributes[key]
        right = isinstance(value, kind) and not isinstance(value, bool)
        if right and kind is int:
            right = value >= 0
        if right and kind is dict:
            right = all(isinstance(item, str) for item in value.values())
        if right and kind is list:
            right = all(type(item) is int and item >= 0 for item in value)
        if right and key == "name" and isinstance(value, bytes):
            right = not is_utf8(value)
        if right and key == "digest":
            right = len(value) == 32
        if not right:
            raise ProtocolError(f"the attribute {key!r} has a wrong type or value")


def own_length(entry: Entry) -> Optional[int]:
    """How many bytes of the object that begins here come before its attachments; None where its
    size is not known, and then it has none.

    Raises ValueError where the attachments are not what section 5 says: that object is refused.
    """
    attachments = entry.attributes.get("attachments", [])
    size = entry.attributes.get("size") if entry.more else len(entry.payload)
    if attachments and size is None:
        raise ValueError("an object in chunks has attachments and does not say its size")
    if len(attachments) > ATTACHMENT_LIMIT:
        raise ValueError(f"{len(attachments)} attachments")
    if sum(attachments) > (size or 0):
        raise ValueError(f"attachments of {sum(attachments)} bytes in an object of {size}")
    return None if size is None else size - sum(attachments)


# Acknowledgements


@dataclass
class Acknowledgement:
    level: int
    up_to: int
    ranges: List[Tuple[int, int]] = field(default_factory=list)

    def encode(self) -> bytes:
        ranges = b"".join(struct.pack(">QQ", first, last) for first, last in self.ranges)
        return struct.pack(">BQ", self.level, self.up_to) + ranges

    @staticmethod
    def decode(body: bytes) -> "Acknowledgement":
        if len(body) < 9 or (len(body) - 9) % 16 or (len(body) - 9) // 16 > RANGE_LIMIT:
            raise ProtocolError(f"an ACK of {len(body)} bytes")
        level, up_to = struct.unpack(">BQ", body[:9])
        ranges = [struct.unpack(">QQ", body[at : at + 16]) for at in range(9, len(body), 16)]
        before = up_to
        for first, last in ranges:
            if first <= before or last < first:
                raise ProtocolError("the ranges of an ACK are not ascending and disjoint")
            before = last
        return Acknowledgement(level, up_to, ranges)

    @property
    def highest(self) -> int:
        return self.ranges[-1][1] if self.ranges else self.up_to

    def covers(self, identifier: int) -> bool:
        return identifier <= self.up_to or any(a <= identifier <= b for a, b in self.ranges)


def ranges_of(identifiers: Iterable[int]) -> List[Tuple[int, int]]:
    """Ascending identifiers as ranges."""
    ranges: List[Tuple[int, int]] = []
    for identifier in sorted(identifiers):
        if ranges and ranges[-1][1] == identifier - 1:
            ranges[-1] = (ranges[-1][0], identifier)
        else:
            ranges.append((identifier, identifier))
    return ranges
