"""Frames, entries, acknowledgements and handshake bodies: docs/wire.md, sections 2 to 6."""

import dataclasses
import struct

import cbor
from stages import Wrong, crc32c

PREFACE = bytes.fromhex("8b504f5543480100")
HELLO, WELCOME, READY, REJECT, DATA, ACK, NACK, CREDIT, PING, PONG, CANCEL, CLOSE = range(1, 13)
KINDS = ("HELLO", "WELCOME", "READY", "REJECT", "DATA", "ACK", "NACK", "CREDIT", "PING", "PONG",
         "CANCEL", "CLOSE")
IGNORABLE = 0x02
RAW, CBOR, JSON, PICKLE = range(4)
FORMATS = ("raw", "cbor", "json", "pickle")
LEVELS = {"received": 1, "processed": 2}
HEADER = 24
LIMIT_HANDSHAKE, LIMIT_CONTROL, LIMIT_FRAME = 8 << 10, 16 << 10, 16 << 20


def kind_name(kind):
    return KINDS[kind - 1] if 1 <= kind <= len(KINDS) else f"kind {kind}"


# The header


@dataclasses.dataclass(frozen=True)
class Header:
    length: int
    kind: int
    flags: int = 0
    stages: int = 0
    first: int = 0
    count: int = 0
    reserved: int = 0
    damage: int = 0
    """What the checksum is changed by."""

    def encode(self):
        head = struct.pack(">IBBBBQI", self.length, self.kind, self.flags, self.stages,
                           self.reserved, self.first, self.count)
        return head + struct.pack(">I", crc32c(head) ^ self.damage)

    @staticmethod
    def decode(data):
        length, kind, flags, stages, reserved, first, count, total = struct.unpack(">IBBBBQII", data)
        if total != crc32c(data[:20]):
            raise Wrong("the header's checksum")
        if reserved:
            raise Wrong("the reserved byte")
        if flags & ~3:
            raise Wrong("unknown flags")
        return Header(length, kind, flags, stages, first, count)


# Objects


@dataclasses.dataclass(frozen=True)
class Entry:
    payload: bytes
    format: int = RAW
    attributes: object = None
    """A map, or the bytes that stand in its place."""
    more: bool = False
    bits: int = 0
    """Bits that are set besides."""

    def encode(self):
        bits = self.format | (0x20 if self.more else 0) | self.bits
        middle = b""
        if self.attributes is not None:
            bits |= 0x10
            middle = self.attributes
            if not isinstance(middle, bytes):
                middle = cbor.encode(middle)
            middle = struct.pack(">H", len(middle)) + middle
        return struct.pack(">I", len(self.payload) << 8 | bits) + middle + self.payload


def is_utf8(data):
    try:
        data.decode()
        return True
    except UnicodeDecodeError:
        return False


ATTRIBUTES = {
    "name": lambda value: isinstance(value, str) or isinstance(value, bytes) and not is_utf8(value),
    "type": lambda value: isinstance(value, str),
    "size": cbor.is_integer,
    "offset": cbor.is_integer,
    "headers": lambda value: isinstance(value, dict) and all(
        isinstance(key, str) and isinstance(text, str) for key, text in value.items()),
    "deadline": cbor.is_integer,
    "trace": lambda value: isinstance(value, str),
    "digest": lambda value: isinstance(value, bytes) and len(value) == 32,
    "attachments": lambda value: isinstance(value, list) and all(map(cbor.is_integer, value)),
}


def decode_entries(data, count):
    entries, at = [], 0

    def take(length):
        nonlocal at
        if length > len(data) - at:
            raise Wrong("an entry that is cut short")
        at += length
        return data[at - length:at]

    for _ in range(count):
        word = struct.unpack(">I", take(4))[0]
        bits, attributes = word & 0xFF, None
        if bits & 0xCC:
            raise Wrong("a bit that has to be zero")
        if bits & 0x10:
            attributes = decode_attributes(take(struct.unpack(">H", take(2))[0]))
        entries.append(Entry(take(word >> 8), bits & 3, attributes, bool(bits & 0x20)))
    if at != len(data) or not entries:
        raise Wrong("bytes that are no entry")
    return entries


def decode_attributes(data):
    try:
        attributes = cbor.decode_map(data)
    except cbor.Malformed as error:
        raise Wrong(f"attributes: {error}") from None
    for key, value in attributes.items():
        if key in ATTRIBUTES and not ATTRIBUTES[key](value):
            raise Wrong(f"the attribute {key}")
    return attributes


# Acknowledgements


@dataclasses.dataclass(frozen=True)
class Acknowledgement:
    level: int
    up_to: int
    ranges: tuple = ()

    def encode(self):
        return struct.pack(">BQ", self.level, self.up_to) + b"".join(
            struct.pack(">QQ", *pair) for pair in self.ranges)

    def covers(self, number):
        return number <= self.up_to or any(a <= number <= b for a, b in self.ranges)

    @staticmethod
    def decode(data):
        if len(data) < 9 or (len(data) - 9) % 16:
            raise Wrong("the size of an ACK")
        level, up_to = struct.unpack(">BQ", data[:9])
        if level not in LEVELS.values():
            raise Wrong("the level of an ACK")
        ranges = tuple(struct.unpack(">QQ", data[at:at + 16]) for at in range(9, len(data), 16))
        if len(ranges) > 256:
            raise Wrong("more than 256 ranges")
        last = up_to
        for a, b in ranges:
            if a <= last or b < a:
                raise Wrong("ranges that are not ascending, disjoint and beyond")
            last = b
        return Acknowledgement(level, up_to, ranges)


# Maps


MAPS = {
    REJECT: {"code": str, "text": str},
    NACK: {"code": str, "retryable": bool, "text": str},
    CLOSE: {"last": int, "code": str},
}


def decode_map(kind, data):
    """The map of a REJECT, a NACK or a CLOSE."""
    try:
        value = cbor.decode_map(data)
    except cbor.Malformed as error:
        raise Wrong(f"{kind_name(kind)}: {error}") from None
    wanted = dict(MAPS[kind])
    if kind == CLOSE and "text" in value:
        wanted["text"] = str
    for key, of in wanted.items():
        right = cbor.is_integer(value.get(key)) if of is int else isinstance(value.get(key), of)
        if not right:
            raise Wrong(f"{kind_name(kind)}: {key}")
    return value


def covered(kind, flags=0, stages=0, first=0, count=0):
    """The header bytes that an integrity stage covers besides the body: section 7."""
    return struct.pack(">BBBBQI", kind, flags, stages, 0, first, count)


def seal_map(kind, data):
    """A handshake body: the map's bytes, and the checksum of covered header bytes and map."""
    return data + struct.pack(">I", crc32c(covered(kind) + data))


def open_map(kind, body):
    """The bytes of the map that a handshake body holds."""
    if len(body) < 4 or seal_map(kind, body[:-4]) != body:
        raise Wrong(f"the checksum of a {kind_name(kind)}")
    return body[:-4]


def is_bytes(length):
    return lambda value: isinstance(value, bytes) and len(value) == length


def is_pipeline(value):
    return isinstance(value, list) and all(
        isinstance(stage, list) and len(stage) == 2 and isinstance(stage[0], str)
        and isinstance(stage[1], dict) and all(isinstance(key, str) for key in stage[1])
        for stage in value)


def is_window(value):
    return isinstance(value, dict) and all(isinstance(key, str) for key in value) and all(
        cbor.is_integer(value.get(key)) for key in ("objects", "bytes"))


BOTH = {
    "version": cbor.is_integer,
    "role": lambda value: isinstance(value, str),
    "id": is_bytes(16),
    "nonce": is_bytes(16),
    "software": lambda value: isinstance(value, str),
    "frame": cbor.is_integer,
    "object": cbor.is_integer,
    "heartbeat": cbor.is_integer,
}
SENDERS = {
    "session": is_bytes(16),
    "pipeline": is_pipeline,
    "acknowledge": lambda value: isinstance(value, str),
    "formats": lambda value: isinstance(value, list) and all(isinstance(x, str) for x in value),
}
RECEIVERS = {"window": is_window}


def handshake_keys(kind, role):
    """The keys that a HELLO, WELCOME or READY of this role has to have, and what their values are."""
    keys = {}
    if kind != READY:
        keys.update(BOTH)
        if kind == HELLO:
            keys["version"] = lambda value: isinstance(value, list) and len(value) == 2 and all(
                map(cbor.is_integer, value))
        if role == "sender":
            keys.update(SENDERS)
    if role == "receiver" and kind != HELLO:
        keys.update(RECEIVERS)
    return keys


def decode_handshake(kind, body, role):
    """The map of a HELLO, WELCOME or READY that a side of this role has sent."""
    try:
        value = cbor.decode_map(open_map(kind, body))
    except cbor.Malformed as error:
        raise Wrong(f"{kind_name(kind)}: {error}") from None
    keys = handshake_keys(kind, role)
    for key, is_right in keys.items():
        if key not in value or not is_right(value[key]):
            raise Wrong(f"{kind_name(kind)}: {key}")
    if "window" in keys and "received" in value and not cbor.is_integer(value["received"]):
        raise Wrong(f"{kind_name(kind)}: received")
    if "role" in keys and value["role"] != role:
        raise Wrong(f"{kind_name(kind)}: role", "role")
    if "frame" in keys and not 8192 <= value["frame"] <= LIMIT_FRAME:
        raise Wrong(f"{kind_name(kind)}: frame", "limit")
    if not any(key.startswith("grease-") for key in value):
        raise Wrong(f"{kind_name(kind)}: no grease")
    return value
