"""CBOR as docs/wire.md, section 16, has it: what the maps of the protocol are made of."""

import struct


class Malformed(Exception):
    """Bytes that are no CBOR of the profile."""


class Raw(bytes):
    """Bytes that stand in a value as they are, for encodings that no writer should make."""


class Tagged:
    def __init__(self, number, value):
        self.number, self.value = number, value

    def __eq__(self, other):
        return isinstance(other, Tagged) and vars(self) == vars(other)


class Simple:
    def __init__(self, number):
        self.number = number

    def __eq__(self, other):
        return isinstance(other, Simple) and self.number == other.number


NESTING = 8


# Writing: the shortest form, definite lengths


def head(major, number):
    if number < 24:
        return bytes([major << 5 | number])
    for width, (code, limit) in enumerate((("B", 8), (">H", 16), (">I", 32), (">Q", 64))):
        if number < 1 << limit:
            return bytes([major << 5 | 24 + width]) + struct.pack(code, number)
    raise ValueError("a number of more than 64 bits")


def encode(value):
    if isinstance(value, Raw):
        return bytes(value)
    if value is None:
        return b"\xf6"
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        text = value.encode()
        return head(3, len(text)) + text
    if isinstance(value, (list, tuple)):
        return head(4, len(value)) + b"".join(map(encode, value))
    if isinstance(value, dict):
        return encode_pairs(value.items())
    if isinstance(value, Tagged):
        return head(6, value.number) + encode(value.value)
    raise TypeError(f"no CBOR for {value!r}")


def encode_pairs(pairs):
    """A map with these pairs in this order, twice the same key included."""
    pairs = list(pairs)
    return head(5, len(pairs)) + b"".join(encode(key) + encode(value) for key, value in pairs)


# Reading


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if count > len(self.data) - self.at:
            raise Malformed("it ends too early")
        self.at += count
        return self.data[self.at - count:self.at]

    def head(self):
        first = self.take(1)[0]
        major, low = first >> 5, first & 31
        if low < 24:
            return major, low, low
        if low < 28:
            return major, low, int.from_bytes(self.take(1 << low - 24), "big")
        if low < 31:
            raise Malformed("a reserved head")
        return major, low, None

    def item(self, level):
        """One item, whose arrays, maps and tags may go `NESTING` levels deep together."""
        major, low, number = self.head()
        if major in (4, 5, 6) and level == NESTING:
            raise Malformed(f"more than {NESTING} levels")
        if number is None and major in (0, 1, 6, 7):
            raise Malformed("no indefinite length here")
        if major == 0:
            return number
        if major == 1:
            return -1 - number
        if major == 2:
            return self.string(2, number)
        if major == 3:
            return self.text(number)
        if major == 4:
            return [self.item(level + 1) for _ in self.times(number)]
        if major == 5:
            return self.pairs(number, level + 1)
        if major == 6:
            return Tagged(number, self.item(level + 1))
        if low == 24 and number < 32:
            raise Malformed("a simple value in two bytes that has one")
        if low in (25, 26, 27):
            code = {25: ">e", 26: ">f", 27: ">d"}[low]
            return struct.unpack(code, number.to_bytes(1 << low - 24, "big"))[0]
        return {20: False, 21: True, 22: None}.get(number, Simple(number))

    def times(self, number):
        """Once for each element: `number` of them, or up to the break."""
        if number is not None:
            if number > len(self.data) - self.at:
                raise Malformed("more elements than bytes")
            yield from range(number)
            return
        while self.data[self.at:self.at + 1] != b"\xff":
            yield
        self.at += 1

    def string(self, major, number):
        if number is not None:
            return self.take(number)
        parts = []
        for _ in self.times(None):
            inner, _, length = self.head()
            if inner != major or length is None:
                raise Malformed("a string in pieces of another kind")
            parts.append(self.utf8(self.take(length)) if major == 3 else self.take(length))
        return ("" if major == 3 else b"").join(parts)

    def text(self, number):
        return self.string(3, None) if number is None else self.utf8(self.take(number))

    @staticmethod
    def utf8(data):
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise Malformed("text that is no UTF-8") from None

    def pairs(self, number, level):
        result = {}
        for _ in self.times(number):
            key = self.item(level)
            try:
                known = key in result
            except TypeError:
                raise Malformed("a key that is a container") from None
            if known:
                raise Malformed(f"the key {key!r} twice")
            result[key] = self.item(level)
        return result


def decode(data):
    """The one item that fills `data`."""
    reader = Reader(data)
    value = reader.item(0)
    if reader.at != len(data):
        raise Malformed("bytes behind the item")
    return value


def decode_map(data):
    """The map that fills `data`: its own keys are text, as are those of the maps in it that the
    page describes; what stands below unknown keys only has to be well-formed."""
    value = decode(data)
    if not isinstance(value, dict):
        raise Malformed("no map")
    for key in value:
        if not isinstance(key, str):
            raise Malformed("a key that is no text")
    return value


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
