"""The receiver: objects in, acknowledgements out."""

from __future__ import annotations

import argparse
import hashlib
import os
import struct
import tempfile
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Dict, Optional, Set

from . import frames
from .connection import Connection, Report
from .errors import OutputError, ProtocolError
from .frames import ACK_REQUESTED, FORMATS, LEVELS, Acknowledgement, Entry, Frame


@dataclass
class Ledger:
    """What the receiver knows across connections."""

    settled: Dict[bytes, int] = field(default_factory=dict)  # by session: up to this id
    objects: int = 0
    refused: int = 0


class _Part:
    """The object's own bytes, or those of one attachment. A length of None is not known."""

    def __init__(self, length: Optional[int], output: Optional[str], in_memory: bool) -> None:
        self.length = length
        self.data: Optional[bytearray] = bytearray() if in_memory else None
        self.digest = hashlib.sha256()
        self.size = 0
        self.path: Optional[str] = None
        self.file: Optional[BinaryIO] = None
        if output is not None:
            handle, self.path = tempfile.mkstemp(prefix=".incoming-", dir=output)
            self.file = os.fdopen(handle, "wb")

    def append(self, payload: bytes) -> bytes:
        """Takes what is this part's; the rest is the next one's."""
        mine = payload if self.length is None else payload[: self.length - self.size]
        self.digest.update(mine)
        self.size += len(mine)
        if self.data is not None:
            self.data += mine
        if self.file is not None:
            self.file.write(mine)
        return payload[len(mine) :]

    def keep(self, name: str) -> None:
        if self.file is not None and self.path is not None:
            self.file.close()
            os.replace(self.path, name)

    def drop(self) -> None:
        if self.file is not None and self.path is not None:
            self.file.close()
            os.unlink(self.path)
            self.file = None


class _Incoming:
    """An object on its way in."""

    def __init__(
        self, entry: Entry, own: Optional[int], output: Optional[str], in_memory: bool
    ) -> None:
        self.attributes = entry.attributes
        self.format = entry.format
        self.digest = hashlib.sha256()
        self.size = 0
        self.chunks = 0
        lengths = [own, *entry.attributes.get("attachments", [])]
        self.parts = [_Part(length, output, in_memory) for length in lengths]

    def append(self, payload: bytes) -> None:
        self.digest.update(payload)
        self.size += len(payload)
        self.chunks += 1
        for part in self.parts:
            payload = part.append(payload)

    def keep(self, name: str) -> None:
        """The object under its name, its attachments under that with `.1`, `.2`, … behind it."""
        for number, part in enumerate(self.parts):
            part.keep(f"{name}.{number}" if number else name)

    def drop(self) -> None:
        for part in self.parts:
            part.drop()


class Receiver:
    def __init__(
        self, connection: Connection, ledger: Ledger, options: argparse.Namespace, report: Report
    ) -> None:
        self.connection = connection
        self.ledger = ledger
        self.options = options
        self.report = report
        self.highest = 0
        self.up_to = 0  # every id up to this one is settled
        self.beyond: Set[int] = set()  # and these are, further up
        self.incomplete: Dict[int, _Incoming] = {}
        self.unreported = 0  # objects settled since the last ACK
        self.urgent = False
        self.duplicates = 0
        self.frames = 0
        connection.received_for = lambda session: ledger.settled.get(session, 0)

    # The run

    def run(self) -> int:
        """The exit code: 0, or 2 when an object was refused or never completed."""
        agreement = self.connection.handshake()
        self.level = LEVELS.get(agreement.acknowledge)
        self.highest = self.up_to = agreement.received
        try:
            self._announce()
            self._serve()
        finally:
            self.ledger.settled[agreement.session] = self.up_to
            lost = len(self.incomplete)
            for incoming in self.incomplete.values():
                incoming.drop()
        closing = self.connection.close_received or {}
        self.report(
            "closed",
            received=self.ledger.objects,
            refused=self.ledger.refused,
            incomplete=lost,
            duplicates=self.duplicates,
            frames=self.frames,
            code=closing.get("code"),
            last=closing.get("last"),
        )
        return 2 if self.ledger.refused or lost else 0

    def _announce(self) -> None:
        if self.options.credit:
            self.connection.send(frames.CREDIT, struct.pack(">QQ", *self.options.credit))
        if self.options.ping:
            self.connection.send(frames.PING, self.options.ping)

    @property
    def _enough(self) -> bool:
        return self.options.count is not None and self.ledger.objects >= self.options.count

    def _serve(self) -> None:
        connection = self.connection
        if self._enough:
            connection.send_close(self.highest)
        while True:
            frame = connection.next_frame(wait=False)
            if frame is None:
                self._acknowledge(only_if_due=True)
                frame = connection.next_frame(wait=True)
            assert frame is not None
            self._handle(frame)
            if connection.close_received is not None:
                break
            if self._enough and not connection.close_sent:
                self._close()
        if not connection.close_sent:
            self._check_last(connection.close_received["last"])
            self._close()
        connection.finish()
        while frame is not None:
            frame = connection.next_frame(wait=True)
            if frame is not None:
                self._handle(frame)

    def _close(self) -> None:
        self._acknowledge()
        if self.options.no_close:
            self.connection.stream.finish()
            self.connection.wait_for_end("no CLOSE")
        self.connection.send_close(self.highest)

    def _check_last(self, last: int) -> None:
        if last != self.highest:
            raise ProtocolError(f"CLOSE: last is {last}, the highest object seen {self.highest}")
        if self.incomplete:
            raise ProtocolError(f"CLOSE with incomplete objects: {sorted(self.incomplete)}")

    # In

    def _handle(self, frame: Frame) -> None:
        if frame.kind == frames.DATA:
            if not self.connection.close_sent:
                self._data(frame)
        elif frame.kind == frames.CANCEL:
            if frame.body:
                raise ProtocolError("CANCEL with a body")
            if frame.first > self.highest and not self.connection.close_sent:
                raise ProtocolError(f"CANCEL of object {frame.first}, which never began")
            incoming = self.incomplete.pop(frame.first, None)
            if incoming is not None:
                incoming.drop()
                self.report("cancelled", id=frame.first, size=incoming.size)
                self._settle(frame.first)
        elif frame.kind == frames.PONG:
            self.report("pong", bytes=frame.body.hex())

    def _data(self, frame: Frame) -> None:
        self.frames += 1
        entries = frames.decode_entries(frame.body, frame.count)
        self.urgent |= bool(frame.flags & ACK_REQUESTED)
        for identifier, entry in enumerate(entries, frame.first):
            if frame.count > 1 and (entry.more or "offset" in entry.attributes):
                raise ProtocolError(f"a chunk of object {identifier} is not alone in its frame")
            if identifier in self.incomplete:
                self._continue(identifier, entry)
            elif identifier == self.highest + 1:
                self._begin(identifier, entry)
            elif identifier <= self.highest:
                self.duplicates += 1
                self.unreported += 1
                self.report("duplicate", id=identifier)
            else:
                raise ProtocolError(f"object {identifier} behind object {self.highest}: a gap")

    def _begin(self, identifier: int, entry: Entry) -> None:
        if "offset" in entry.attributes:
            raise ProtocolError(f"object {identifier} begins with an offset")
        if entry.more and len(self.incomplete) >= frames.INCOMPLETE_LIMIT:
            raise ProtocolError(f"more than {frames.INCOMPLETE_LIMIT} incomplete objects", "limit")
        self.highest = identifier
        limit = self.connection.offer.object
        if identifier in self.options.refuse:
            self._refuse(identifier, self.options.refuse_code, "refused on request")
        elif limit and max(len(entry.payload), entry.attributes.get("size", 0)) > limit:
            self._refuse(identifier, "too-large", f"the limit is {limit} bytes")
        else:
            try:
                own = frames.own_length(entry)
                in_memory = self.options.deliver is not None
                incoming = _Incoming(entry, own, self.options.output, in_memory)
            except ValueError as error:
                self._refuse(identifier, "format", str(error))
                return
            except OSError as error:
                self._refuse(identifier, "storage", error.strerror or str(error))
                return
            self.incomplete[identifier] = incoming
            self._append(identifier, incoming, entry)

    def _continue(self, identifier: int, entry: Entry) -> None:
        incoming = self.incomplete[identifier]
        offset = entry.attributes.get("offset")
        if offset != incoming.size or incoming.chunks == 0:
            raise ProtocolError(f"a chunk of object {identifier} at {offset}, not {incoming.size}")
        if entry.format != incoming.format:
            raise ProtocolError(f"object {identifier} changes its format between two chunks")
        limit = self.connection.offer.object
        if limit and incoming.size + len(entry.payload) > limit:
            self.incomplete.pop(identifier).drop()
            self._refuse(identifier, "too-large", f"the limit is {limit} bytes")
        else:
            self._append(identifier, incoming, entry)

    def _append(self, identifier: int, incoming: _Incoming, entry: Entry) -> None:
        incoming.append(entry.payload)
        size = incoming.attributes.get("size")
        if size is not None and (incoming.size > size or (not entry.more and incoming.size < size)):
            raise ProtocolError(f"object {identifier} has {incoming.size} bytes, announced were {size}")
        if entry.more:
            return
        del self.incomplete[identifier]
        digest = incoming.attributes.get("digest")
        if digest is not None and digest != incoming.digest.digest():
            incoming.drop()
            self._refuse(identifier, "incomplete", "the digest is another")
            return
        self._complete(identifier, incoming)

    def _complete(self, identifier: int, incoming: _Incoming) -> None:
        attributes = incoming.attributes
        name = attributes.get("name")
        if isinstance(name, bytes):
            # Not UTF-8: as Python itself writes such names.
            name = os.fsdecode(name)
        if self.options.output is not None:
            safe = os.path.basename(name or "").lstrip(".") or f"object-{identifier}"
            incoming.keep(os.path.join(self.options.output, safe))
        if self.options.deliver is not None:
            own, *attachments = [bytes(part.data or b"") for part in incoming.parts]
            self.options.deliver(own, attachments, FORMATS[incoming.format], attributes)
        self.ledger.objects += 1
        self.report(
            "object",
            id=identifier,
            name=name,
            size=incoming.size,
            sha256=incoming.digest.hexdigest(),
            format=FORMATS[incoming.format],
            chunks=incoming.chunks,
            attachments=[
                {"size": part.size, "sha256": part.digest.hexdigest()} for part in incoming.parts[1:]
            ],
            attributes={
                key: value.hex() if isinstance(value, bytes) else value
                for key, value in attributes.items()
                if key in ("type", "size", "headers", "deadline", "trace", "digest")
            },
        )
        self._settle(identifier)

    # Out

    def _settle(self, identifier: int) -> None:
        self.unreported += 1
        self.beyond.add(identifier)
        while self.up_to + 1 in self.beyond:
            self.up_to += 1
            self.beyond.remove(self.up_to)

    def _refuse(self, identifier: int, code: str, text: str) -> None:
        self.ledger.refused += 1
        self.report("refused", id=identifier, code=code, text=text)
        if self.level:
            value: Dict[str, Any] = {"code": code, "retryable": code == "storage", "text": text}
            self.connection.send_map(frames.NACK, value, first=identifier)
        self._settle(identifier)

    def _acknowledge(self, only_if_due: bool = False) -> None:
        """One ACK for everything settled so far, if there is anything new in it."""
        if not self.level or self.unreported == 0:
            return
        window = self.options.credit or self.connection.offer.window
        due = self.urgent or self.unreported >= min(self.options.ack_every, max(1, window[0]))
        if only_if_due and not due:
            return
        ranges = frames.ranges_of(self.beyond)[: frames.RANGE_LIMIT]
        self.connection.send(frames.ACK, Acknowledgement(self.level, self.up_to, ranges).encode())
        self.unreported, self.urgent = 0, False


def prepare_output(path: Optional[str]) -> None:
    if path is not None:
        try:
            os.makedirs(path, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{path}: {error.strerror}") from None
