"""What a sender sends: files, standard input, generated objects."""

from __future__ import annotations

import io
import os
import re
import sys
from typing import BinaryIO, Iterator, List, Optional

from .errors import InputError, UsageError


class Source:
    """An object before it is sent. A size of None is not known, as of a pipe."""

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
