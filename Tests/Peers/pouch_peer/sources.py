"""What a sender sends: files, standard input, generated objects."""

from __future__ import annotations

import io
import os
import re
import sys
from typing import Any, BinaryIO, Iterator, List, Optional

from .errors import InputError, UsageError


class Source:
    """An object before it is sent. A size of None is not known, as of a pipe."""

    attachments: List[int] = []  # the lengths of its last bytes that are attachments

    def __init__(self, name: Optional[str], size: Optional[int]) -> None:
        self.name, self.size = name, size

    def open(self) -> BinaryIO:
        raise NotImplementedError


class FileSource(Source):
    def __init__(self, path: str) -> None:
        try:
            size = os.stat(path).st_size
            with open(path, "rb"):
                pass
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from None
        super().__init__(os.path.basename(path), size)
        self.path = path

    def open(self) -> BinaryIO:
        return open(self.path, "rb")


class BytesSource(Source):
    """Anything with a buffer, such as bytes, an array or a NumPy array."""

    def __init__(self, name: Optional[str], data: Any) -> None:
        self.data = memoryview(data)
        super().__init__(name, self.data.nbytes)

    def open(self) -> BinaryIO:
        flat = self.data.c_contiguous and self.data.nbytes > 0
        return io.BytesIO(self.data.cast("B") if flat else self.data.tobytes())


class StandardInput(Source):
    def __init__(self, name: Optional[str]) -> None:
        super().__init__(name, None)

    def open(self) -> BinaryIO:
        return sys.stdin.buffer


class GeneratedSource(Source):
    """Bytes that anybody can compute: byte j of object i is (31 i + j) mod 251."""

    def __init__(self, number: int, size: int) -> None:
        super().__init__(f"generated-{number}", size)
        self.number = number

    def open(self) -> BinaryIO:
        assert self.size is not None
        return io.BytesIO(generated(self.number, self.size))


class AttachedSource(Source):
    """An object with attachments behind its own bytes."""

    def __init__(self, own: Source, attachments: List[Source]) -> None:
        sizes = [part.size for part in [own, *attachments]]
        known = [size for size in sizes if size is not None]
        if len(known) < len(sizes):
            raise UsageError("what has attachments, and what is attached, must have a size")
        super().__init__(own.name, sum(known))
        self.parts = [own, *attachments]
        self.attachments = known[1:]

    def open(self) -> BinaryIO:
        return io.BufferedReader(_Chain(part.open() for part in self.parts))


class _Chain(io.RawIOBase):
    """Streams, one behind the other."""

    def __init__(self, streams: Iterator[BinaryIO]) -> None:
        self.streams = streams
        self.current: Optional[BinaryIO] = next(streams, None)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while self.current is not None:
            piece = self.current.read(len(buffer))
            if piece:
                buffer[: len(piece)] = piece
                return len(piece)
            self.current.close()
            self.current = next(self.streams, None)
        return 0


def generated(number: int, size: int) -> bytes:
    start = 31 * number % 251
    period = bytes(range(251))
    return (period * ((size + start) // 251 + 1))[start : start + size]


def parse_generate(text: str) -> List[Source]:
    """`COUNTxSIZE`."""
    match = re.fullmatch(r"(\d+)x(\d+)", text)
    if not match:
        raise UsageError(f"generated objects are COUNTxSIZE, not {text!r}")
    return [GeneratedSource(number, int(match[2])) for number in range(1, int(match[1]) + 1)]


def chunks_of(stream: BinaryIO, size: int) -> Iterator[bytes]:
    """Pieces of exactly `size` bytes but for the last; nothing for an empty stream."""
    while True:
        piece = b""
        while len(piece) < size:
            more = stream.read(size - len(piece))
            if not more:
                break
            piece += more
        if piece:
            yield piece
        if len(piece) < size:
            return
