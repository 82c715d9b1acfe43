"""What bodies go through: docs/wire.md, section 7."""

import dataclasses
import hashlib
import hmac
import struct
import zlib

LIMIT_DATA, LIMIT_CONTROL = 16 << 20, 16 << 10
DATA = 5


def table():
    rows = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        rows.append(value)
    return rows


TABLE = table()


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = TABLE[(value ^ byte) & 0xFF] ^ value >> 8
    return value ^ 0xFFFFFFFF


class Wrong(Exception):
    """What a reader of some bytes has to refuse, with the code of its REJECT."""

    def __init__(self, text, code="protocol"):
        super().__init__(text)
        self.code = code


class Deflate:
    is_integrity = False

    def __init__(self, level=6):
        self.level = level

    def seal(self, covered, body):
        small = zlib.compress(body, self.level)
        return small if len(small) < len(body) else None

    def open(self, covered, body):
        limit = LIMIT_DATA if covered[0] == DATA else LIMIT_CONTROL
        limit = min(limit, max(1 << 20, 100 * len(body)))
        unfold = zlib.decompressobj()
        try:
            plain = unfold.decompress(body, limit + 1)
        except zlib.error as error:
            raise Wrong(f"deflate: {error}") from None
        if len(plain) > limit:
            raise Wrong("deflate: it unfolds to more than is allowed", "limit")
        if not unfold.eof or unfold.unused_data:
            raise Wrong("deflate: not exactly one stream")
        return plain


class Sum:
    """An integrity stage: what it appends is a function of covered header bytes and body."""

    is_integrity = True

    def __init__(self, size, function):
        self.size, self.function = size, function

    def seal(self, covered, body):
        return body + self.function(covered + body)

    def open(self, covered, body):
        if len(body) < self.size:
            raise Wrong("a body without room for its sum")
        plain, total = body[:-self.size], body[-self.size:]
        if not hmac.compare_digest(total, self.function(covered + plain)):
            raise Wrong("a sum or tag")
        return plain


class Numbered(Sum):
    """hmac-sha-256, in one direction."""

    def __init__(self, key, nonces, is_from_acceptor):
        label = b"pouch/1 hmac-sha-256" + bytes([is_from_acceptor]) + nonces[0] + nonces[1]
        self.key, self.number = hmac.new(key, label, hashlib.sha256).digest(), 0
        super().__init__(32, self.tag)

    def tag(self, data):
        number, self.number = struct.pack(">Q", self.number), self.number + 1
        return hmac.new(self.key, number + data, hashlib.sha256).digest()


class Pipeline:
    """The stages of one direction."""

    def __init__(self, stages=()):
        self.stages = list(stages)

    @staticmethod
    def build(announced, key, nonces, is_from_acceptor):
        stages = []
        for name, parameters in announced:
            if name == "deflate":
                stages.append(Deflate(parameters.get("level", 6)))
            elif name == "crc32c":
                stages.append(Sum(4, lambda data: struct.pack(">I", crc32c(data))))
            elif name == "sha-256":
                stages.append(Sum(32, lambda data: hashlib.sha256(data).digest()))
            elif name == "hmac-sha-256":
                stages.append(Numbered(key, nonces, is_from_acceptor))
            else:
                raise Wrong(f"the stage {name}", "pipeline")
        return Pipeline(stages)

    def covered(self, header, index):
        below = header.stages & (1 << index) - 1
        return struct.pack(">BBBBQI", header.kind, header.flags, below, 0, header.first, header.count)

    def seal(self, header, body):
        """The bits of the stages that were applied, and the body as it travels."""
        for index, stage in enumerate(self.stages):
            made = stage.seal(self.covered(header, index), body)
            if made is not None:
                body = made
                header = dataclasses.replace(header, stages=header.stages | 1 << index)
        return header.stages, body

    def open(self, header, body):
        if header.stages >> len(self.stages):
            raise Wrong("a bit beyond the pipeline")
        for index, stage in reversed(list(enumerate(self.stages))):
            if header.stages >> index & 1:
                body = stage.open(self.covered(header, index), body)
            elif stage.is_integrity:
                raise Wrong("an integrity stage that was left out")
        limit = LIMIT_DATA if header.kind == DATA else LIMIT_CONTROL
        if len(body) > limit:
            raise Wrong("a body above its limit", "limit")
        return body
