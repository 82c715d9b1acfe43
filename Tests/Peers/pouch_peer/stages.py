"""The pipeline: section 7 of docs/wire.md."""

from __future__ import annotations

import hashlib
import hmac
import struct
import zlib
from typing import Any, Dict, List, Optional, Tuple

from .crc32c import crc32c
from .errors import IntegrityError, ProtocolError, UsageError
from .frames import covered_header

DECODED_LIMIT = 16 * 1024 * 1024
RATIO_FREE = 1024 * 1024
RATIO_LIMIT = 100
STAGES_LIMIT = 8

Announcement = List[Tuple[str, Dict[str, Any]]]


class Deflate:
    integrity = False
    overhead = 0
    bombs = False  # a fault: sends what the other side must refuse

    def __init__(self, level: int) -> None:
        self.level = level

    def encode(self, body: bytes, covered: bytes) -> Optional[bytes]:
        """None: declined, because it does not shrink or would look like a bomb to the other side."""
        packed = zlib.compress(body, self.level)
        bomb = len(body) > max(RATIO_FREE, RATIO_LIMIT * len(packed)) and not self.bombs
        return packed if len(packed) < len(body) and not bomb else None

    def decode(self, body: bytes, covered: bytes) -> bytes:
        limit = min(DECODED_LIMIT, max(RATIO_FREE, RATIO_LIMIT * len(body)))
        decoder = zlib.decompressobj()
        try:
            plain = decoder.decompress(body, limit + 1)
        except zlib.error as error:
            raise IntegrityError(f"deflate: {error}") from None
        if len(plain) > limit:
            raise ProtocolError(f"deflate: {len(body)} bytes unfold to more than {limit}")
        if not decoder.eof or decoder.unused_data:
            raise IntegrityError("deflate: not exactly one zlib stream")
        return plain


class _Tail:
    """A stage that appends a check value."""

    integrity = True
    name = ""
    overhead = 0

    def value(self, body: bytes, covered: bytes) -> bytes:
        raise NotImplementedError

    def encode(self, body: bytes, covered: bytes) -> Optional[bytes]:
        return body + self.value(body, covered)

    def decode(self, body: bytes, covered: bytes) -> bytes:
        if len(body) < self.overhead:
            raise IntegrityError(f"{self.name}: a body of {len(body)} bytes")
        body, found = body[: -self.overhead], body[-self.overhead :]
        if not hmac.compare_digest(found, self.value(body, covered)):
            raise IntegrityError(f"{self.name}: a frame is not as it was sent")
        return body


class CRC32C(_Tail):
    name, overhead = "crc32c", 4

    def value(self, body: bytes, covered: bytes) -> bytes:
        return struct.pack(">I", crc32c(covered, body))


class SHA256(_Tail):
    name, overhead = "sha-256", 32

    def value(self, body: bytes, covered: bytes) -> bytes:
        return hashlib.sha256(covered + body).digest()


class HMACSHA256(_Tail):
    name, overhead = "hmac-sha-256", 32

    def __init__(self, key: bytes) -> None:
        self.key, self.number = key, 0

    def value(self, body: bytes, covered: bytes) -> bytes:
        text = struct.pack(">Q", self.number) + covered + body
        self.number += 1
        return hmac.new(self.key, text, hashlib.sha256).digest()


def direction_key(shared: bytes, from_acceptor: bool, initiator: bytes, acceptor: bytes) -> bytes:
    label = b"pouch/1 hmac-sha-256" + bytes([int(from_acceptor)])
    return hmac.new(shared, label + initiator + acceptor, hashlib.sha256).digest()


class Pipeline:
    """The stages of one direction of one connection."""

    def __init__(self, codecs: List[Any]) -> None:
        self.codecs = codecs
        self.overhead = sum(codec.overhead for codec in codecs)

    @staticmethod
    def build(
        announcement: Announcement,
        key: Optional[bytes],
        from_acceptor: bool,
        nonces: Tuple[bytes, bytes],
    ) -> "Pipeline":
        codecs: List[Any] = []
        for name, parameters in announcement:
            if name == "deflate":
                codecs.append(Deflate(parameters.get("level", 6)))
            elif name == "crc32c":
                codecs.append(CRC32C())
            elif name == "sha-256":
                codecs.append(SHA256())
            elif name == "hmac-sha-256" and key is not None:
                codecs.append(HMACSHA256(direction_key(key, from_acceptor, *nonces)))
            else:  # check_announcement let it pass
                raise AssertionError(name)
        return Pipeline(codecs)

    def encode(self, kind: int, flags: int, first: int, count: int, body: bytes) -> Tuple[int, bytes]:
        """The stages that were applied, and the body as it travels."""
        applied = 0
        for index, codec in enumerate(self.codecs):
            encoded = codec.encode(body, covered_header(kind, flags, applied, first, count))
            if encoded is not None:
                body = encoded
                applied |= 1 << index
        return applied, body

    def decode(self, kind: int, flags: int, applied: int, first: int, count: int, body: bytes) -> bytes:
        if applied >> len(self.codecs):
            raise ProtocolError(f"a frame claims stages 0x{applied:02x} of {len(self.codecs)}")
        for index in reversed(range(len(self.codecs))):
            codec = self.codecs[index]
            if applied >> index & 1:
                before = applied & ((1 << index) - 1)
                body = codec.decode(body, covered_header(kind, flags, before, first, count))
            elif codec.integrity:
                raise IntegrityError(f"a frame without its {codec.name}")
        if len(body) > DECODED_LIMIT:
            raise ProtocolError(f"a body of {len(body)} bytes")
        return body


def parse_pipeline(text: str) -> Announcement:
    """`deflate:1,crc32c` as it is announced."""
    announcement: Announcement = []
    for word in filter(None, text.split(",")):
        name, _, parameter = word.partition(":")
        if name == "deflate":
            if not (parameter or "6").isdigit():
                raise UsageError(f"deflate takes a level from 1 to 9, not {parameter!r}")
            announcement.append((name, {"level": int(parameter or "6")}))
        elif parameter:
            raise UsageError(f"the stage {name!r} takes no parameter")
        else:
            announcement.append((name, {}))
    return announcement


def check_announcement(value: Any, key: Optional[bytes]) -> Announcement:
    """What the sender announced, if this end can do it."""
    if not isinstance(value, list) or len(value) > STAGES_LIMIT:
        raise ProtocolError(f"the pipeline is not an array of at most {STAGES_LIMIT} stages")
    announcement: Announcement = []
    for stage in value:
        if not (
            isinstance(stage, list)
            and len(stage) == 2
            and isinstance(stage[0], str)
            and isinstance(stage[1], dict)
        ):
            raise ProtocolError("a stage of the pipeline is not [name, parameters]")
        name, parameters = stage
        if any(name == other for other, _ in announcement):
            raise ProtocolError(f"the stage {name!r} twice", reject="pipeline")
        if name not in ("deflate", "crc32c", "sha-256", "hmac-sha-256"):
            raise ProtocolError(f"the stage {name!r} is not known here", reject="pipeline")
        unknown = sorted(set(parameters) - ({"level"} if name == "deflate" else set()))
        if unknown:
            raise ProtocolError(f"the stage {name!r} with unknown {unknown}", reject="pipeline")
        if name == "hmac-sha-256" and key is None:
            raise ProtocolError(f"the stage {name!r} has no key here", reject="pipeline")
        level = parameters.get("level", 6)
        if name == "deflate" and not (type(level) is int and 1 <= level <= 9):
            raise ProtocolError(f"deflate has no level {level!r}", reject="pipeline")
        announcement.append((name, parameters))
    return announcement
