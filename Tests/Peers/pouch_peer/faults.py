"""Deliberate misbehaviour, for tests. Everything here is bounded in bytes and time."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Any, Dict, List, Optional

from . import cbor
from .crc32c import crc32c
from .errors import ProtocolError, UsageError
from .frames import HEADER_SIZE, PREFACE, REJECT, Header, covered_header, decode_sealed_map

SLOW_LIMIT = 64 * 1024

PREFACES = {
    "http": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "text": b"hello there, who are you?\n",
    "tls": bytes.fromhex("1603010200010001fc0303") + bytes(64),
    "length10": b"5         hello",
    "ssh": b"SSH-2.0-OpenSSH_9.2\r\n",
    "binary": bytes(range(0xF0, 0x100)),
    "major": PREFACE[:6] + b"\x02\x00",
}
HIGHER_MINOR = PREFACE[:7] + b"\x07"

STALLS = ("preface", "hello", "welcome", "data")


@dataclass
class Position:
    """A byte of what this end sends.

    `stream` counts from the preface on, before TLS; `data` from the first frame behind the
    handshake, before TLS; `wire` counts what goes through the socket, TLS records included.
    """

    base: str
    offset: int
    bit: int = 0

    @staticmethod
    def parse(text: str) -> "Position":
        match = re.fullmatch(r"(?:(stream|data|wire)\+)?(\d+)(?:\.([0-7]))?", text)
        if not match:
            raise UsageError(f"a position is [stream+|data+|wire+]BYTE[.BIT], not {text!r}")
        return Position(match[1] or "stream", int(match[2]), int(match[3] or "0"))


class Faults:
    """Changes bytes on their way out."""

    def __init__(
        self,
        flips: Optional[List[Position]] = None,
        cut: Optional[Position] = None,
        slow: bool = False,
    ) -> None:
        self.flips = flips or []
        self.cut = cut
        self.slow = SLOW_LIMIT if slow else 0
        self.cut_reached = False
        self.counts: Dict[str, int] = {"stream": 0, "wire": 0}
        self.data_start: Optional[int] = None

    def mark_data(self) -> None:
        """The handshake is behind; the next byte of the stream is number 0 of `data`."""
        self.data_start = self.counts["stream"]

    def apply(self, channel: str, data: bytes) -> bytes:
        """What really goes out of these bytes of the stream or of the wire."""
        if not self.flips and self.cut is None:
            return data
        if self.cut_reached:
            return b""
        start = self.counts[channel]
        self.counts[channel] += len(data)
        changed = bytearray(data)
        for flip in self.flips:
            at = self._index(flip, channel, start)
            if at is not None and 0 <= at < len(data):
                changed[at] ^= 1 << flip.bit
        if self.cut is not None:
            at = self._index(self.cut, channel, start)
            if at is not None and 0 <= at <= len(data):
                del changed[at:]
                self.cut_reached = True
        return bytes(changed)

    def _index(self, position: Position, channel: str, start: int) -> Optional[int]:
        if position.base == "data":
            if channel != "stream" or self.data_start is None:
                return None
            return self.data_start + position.offset - start
        return position.offset - start if position.base == channel else None


def find_reject(answer: bytes) -> Optional[Dict[str, Any]]:
    """The REJECT among the frames at the end of a connection, if it travelled without stages."""
    while len(answer) >= HEADER_SIZE:
        try:
            header = Header.decode(answer[: HEADER_SIZE])
            end = HEADER_SIZE + header.length
            if header.kind == REJECT:
                value = decode_sealed_map(REJECT, answer[HEADER_SIZE : end])
                return {"code": value.get("code"), "text": value.get("text")}
        except ProtocolError:
            return None
        answer = answer[end:]
    return None


def with_duplicate_key(kind: int, body: bytes) -> bytes:
    """The same map with the key `software` once more."""
    assert body[0] >> 5 == 5 and body[0] & 31 < 23, "a map of less than 23 pairs"
    value = bytes([body[0] + 1]) + body[1:-4] + cbor.encode("software") + b"\x61x"
    covered = covered_header(kind, 0, 0, 0, 0)
    return value + struct.pack(">I", crc32c(covered, value))
