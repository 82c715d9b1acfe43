"""CBOR (RFC 8949), as much as the protocol needs.

Out: maps, arrays, integers of 64 bits, text, bytes, booleans, null, floats, tags. In: every
well-formed item, because an unknown key may hold any value; but maps have text keys without
duplicates, as docs/wire.md demands, unless keys of any type are asked for.
"""

from __future__ import annotations

import struct
from typing import Any, Tuple

MAXIMUM_DEPTH = 32


class CBORError(ValueError):
    """Not well-formed, or outside the rules of the protocol."""


class Tagged:
    """A tag and its content."""

    def __init__(self, tag: int, value: Any) -> None:
        self.tag, self.value = tag, value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tagged) and (self.tag, self.value) == (other.tag, other.value)

    def __repr__(self) -> str:
        return f"{self.tag}({self.value!r})"


class Simple:
    """A simple value other than false, true and null; 23 is undefined."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Simple) and self.number == other.number

    def __repr__(self) -> str:
        return f"simple({self.number})"


def encode(value: Any) -> bytes:
    """The shortest definite-length encoding; floats always in 64 bits."""
    if value is False:
        return b"\xf4"
    if value is True:
        return b"\xf5"
    if value is None:
        return b"\xf6"
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, (bytes, bytearray)):
        return _head(2, len(value)) + bytes(value)
    if isinstance(value, str):
        text = value.encode("utf-8")
        return _head(3, len(text)) + text
    if isinstance(value, (list, tuple)):
        return _head(4, len(value)) + b"".join(encode(item) for item in value)
    if isinstance(value, dict):
        pairs = b"".join(encode(key) + encode(item) for key, item in value.items())
        return _head(5, len(value)) + pairs
    if isinstance(value, Tagged):
        return _head(6, value.tag) + encode(value.value)
    raise TypeError(f"{type(value).__name__} has no encoding here")


def _head(major: int, argument: int) -> bytes:
    if argument < 24:
        return bytes([major << 5 | argument])
    for information, form, limit in ((24, ">B", 8), (25, ">H", 16), (26, ">I", 32), (27, ">Q", 64)):
        if argument < 1 << limit:
            return bytes([major << 5 | information]) + struct.pack(form, argument)
    raise OverflowError("an integer beyond 64 bits")


def decode(data: bytes, any_key: bool = False) -> Any:
    """Exactly one item, nothing behind it."""
    value, end = decode_prefix(data, any_key)
    if end != len(data):
        raise CBORError(f"{len(data) - end} bytes behind the item")
    return value


def decode_prefix(data: bytes, any_key: bool = False) -> Tuple[Any, int]:
    """One item, and the offset behind it."""
    reader = _Reader(bytes(data), any_key)
    return reader.item(0), reader.offset


_BREAK = object()


class _Reader:
    def __init__(self, data: bytes, any_key: bool) -> None:
        self.data, self.offset, self.any_key = data, 0, any_key

    def take(self, count: int) -> bytes:
        if count > len(self.data) - self.offset:
            raise CBORError(f"ends early, at byte {len(self.data)}")
        self.offset += count
        return self.data[self.offset - count : self.offset]

    def item(self, depth: int, breakable: bool = False) -> Any:
        if depth > MAXIMUM_DEPTH:
            raise CBORError(f"nested deeper than {MAXIMUM_DEPTH}")
        start = self.offset
        first = self.take(1)[0]
        major, information = first >> 5, first & 31
        if first == 0xFF:
            if breakable:
                return _BREAK
            raise CBORError(f"a break without a beginning at byte {start}")
        if 28 <= information <= 30:
            raise CBORError(f"reserved additional information at byte {start}")
        indefinite = information == 31
        if indefinite and major in (0, 1, 6):
            raise CBORError(f"an indefinite length that cannot be one at byte {start}")
        if major == 7:
            return self.special(information, start)
        argument = 0 if indefinite else self.argument(information)
        if major == 0:
            return argument
        if major == 1:
            return -1 - argument
        if major in (2, 3):
            return self.string(major, argument, indefinite)
        if major == 4:
            return self.array(argument, indefinite, depth)
        if major == 5:
            return self.map(argument, indefinite, depth)
        return Tagged(argument, self.item(depth + 1))

    def argument(self, information: int) -> int:
        if information < 24:
            return information
        return int.from_bytes(self.take(1 << (information - 24)), "big")

    def string(self, major: int, length: int, indefinite: bool) -> Any:
        if not indefinite:
            return self.text(self.take(length)) if major == 3 else self.take(length)
        parts = []
        while True:
            first = self.take(1)[0]
            if first == 0xFF:
                return "".join(parts) if major == 3 else b"".join(parts)
            if first >> 5 != major or first & 31 > 27:
                raise CBORError(f"a wrong piece of a string at byte {self.offset - 1}")
            piece = self.take(self.argument(first & 31))
            parts.append(self.text(piece) if major == 3 else piece)

    def text(self, data: bytes) -> str:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            raise CBORError(f"text that is not UTF-8 before byte {self.offset}") from None

    def array(self, count: int, indefinite: bool, depth: int) -> list:
        items: list = []
        while indefinite or len(items) < count:
            item = self.item(depth + 1, breakable=indefinite)
            if item is _BREAK:
                break
            items.append(item)
        return items

    def map(self, count: int, indefinite: bool, depth: int) -> dict:
        pairs: dict = {}
        while indefinite or len(pairs) < count:
            key = self.item(depth + 1, breakable=indefinite)
            if key is _BREAK:
                break
            if not isinstance(key, str) and not self.any_key:
                raise CBORError(f"a key that is not text before byte {self.offset}")
            if isinstance(key, (list, dict, Tagged, Simple)):
                raise CBORError(f"a key that Python cannot have before byte {self.offset}")
            if key in pairs:
                raise CBORError(f"the key {key!r} twice")
            pairs[key] = self.item(depth + 1)
        return pairs

    def special(self, information: int, start: int) -> Any:
        if information in (20, 21):
            return information == 21
        if information == 22:
            return None
        if information < 24:
            return Simple(information)
        if information == 24:
            number = self.take(1)[0]
            if number < 32:
                raise CBORError(f"a simple value in two bytes below 32 at byte {start}")
            return Simple(number)
        form = {25: ">e", 26: ">f", 27: ">d"}[information]
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]
