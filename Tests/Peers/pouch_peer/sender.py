"""The sender: objects out, acknowledgements in."""

from __future__ import annotations

import argparse
import hashlib
from collections import deque
from typing import Any, BinaryIO, Deque, Dict, List, Optional

from . import frames
from .connection import Connection, Report
from .errors import ProtocolError
from .frames import ACK_REQUESTED, FORMATS, LEVELS, Acknowledgement, Entry, Frame
from .sources import Source, chunks_of

HASH_PIECE = 1 << 20


class _Chunked:
    """An object on its way in chunks."""

    def __init__(self, source: Source, stream: BinaryIO, size: int) -> None:
        self.source = source
        self.stream = stream
        self.pieces = chunks_of(stream, size)
        self.next: Optional[bytes] = next(self.pieces, None)
        self.id = 0
        self.sent = 0
        self.chunks = 0

    def take(self, empty_last: bool) -> "tuple[bytes, bool]":
        """The next piece, and whether more follow."""
        piece = self.next or b""
        self.next = next(self.pieces, None) if self.next is not None else None
        more = self.next is not None or (empty_last and bool(piece))
        return piece, more


class Sender:
    def __init__(
        self,
        connection: Connection,
        sources: List[Source],
        options: argparse.Namespace,
        report: Report,
    ) -> None:
        self.connection = connection
        self.options = options
        self.report = report
        self.waiting: Deque[Source] = deque(sources)
        self.active: Deque[_Chunked] = deque()
        self.in_flight: Dict[int, int] = {}  # id to the bytes that it takes of the window
        self.most_attachments = max((len(source.attachments) for source in sources), default=0)
        self.next_id = 1
        self.acknowledged = 0
        self.refused = 0
        self.most_in_flight = 0
        self.window = (0, 0)
        self.format = FORMATS.index(options.format)

    # The run

    def run(self) -> int:
        """The exit code: 0, or 2 when an object was refused or not delivered."""
        agreement = self.connection.handshake()
        self.level = LEVELS.get(agreement.acknowledge)
        self.window = agreement.window
        self._skip_received(agreement.received)
        if self.options.ping:
            self.connection.send(frames.PING, self.options.ping)
        while (self.waiting or self.active) and not self._stopped:
            self._send_some()
            self._pump()
        self._end()
        undelivered = list(self.in_flight) if self.level else []
        for identifier in undelivered:
            self.report("undelivered", id=identifier)
        self.report(
            "closed",
            sent=self.next_id - 1,
            acknowledged=self.acknowledged,
            refused=self.refused,
            undelivered=len(undelivered) + len(self.waiting),
            most_in_flight=self.most_in_flight,
            **_closing(self.connection),
        )
        return 2 if self.refused or undelivered or self.waiting else 0

    @property
    def _stopped(self) -> bool:
        return self.connection.close_received is not None

    def _end(self) -> None:
        if self.options.no_close:
            while self.in_flight and self.level and not self._stopped:
                self._await()
            self.connection.stream.finish()
            self.connection.wait_for_end("no CLOSE")
        self.connection.send_close(last=self.next_id - 1)
        while not self._stopped:
            self._await()
        self.connection.finish()
        while self._await():
            pass

    def _skip_received(self, received: int) -> None:
        """Objects of this session that an earlier connection delivered."""
        while self.waiting and self.next_id <= received:
            source = self.waiting.popleft()
            self.report("skipped", id=self.next_id, name=source.name)
            self.next_id += 1
        if received >= self.next_id:
            self.next_id = received + 1

    # Out

    def _send_some(self) -> None:
        """One frame of small objects, or a chunk of each object that travels in chunks."""
        if self.waiting and len(self.active) < self.options.interleave:
            whole = self._travels_whole(self.waiting[0])
            if not self._await_window(self.waiting[0].size or 0 if whole else 0):
                return
            if self.options.gap:
                self.next_id += 1
                self.options.gap = False
            if whole:
                self._send_batch()
            else:
                self._start_chunked(self.waiting.popleft())
            return
        for _ in range(len(self.active)):
            if self._stopped:
                return
            chunked = self.active.popleft()
            if self._send_chunk(chunked):
                self.active.append(chunked)
            self._pump()

    def _travels_whole(self, source: Source) -> bool:
        return (
            source.size is not None and source.size <= self._chunk_size and not self.options.stream
        )

    @property
    def _chunk_size(self) -> int:
        room = min(self.connection.payload_room - self._head_room, frames.ENTRY_PAYLOAD_LIMIT)
        return max(1, min(self.options.chunk, room))

    @property
    def _head_room(self) -> int:
        """An entry's head and its longest attributes."""
        longest = Source("n" * 255, None)
        longest.attachments = [2**63] * self.most_attachments
        return 6 + len(frames.cbor.encode(self._attributes(longest, 2**63, bytes(32))))

    def _attributes(
        self, source: Source, size: Optional[int], digest: Optional[bytes]
    ) -> Dict[str, Any]:
        options = self.options
        attachments = source.attachments
        if options.wrong_attachments is not None:
            attachments = options.wrong_attachments
        every = {
            "name": source.name,
            "size": size,
            "digest": digest,
            "type": options.type,
            "headers": dict(options.header) or None,
            "deadline": options.deadline,
            "trace": options.trace,
            "attachments": attachments or None,
        }
        return {key: value for key, value in every.items() if value is not None}

    def _digest(self, source: Source) -> Optional[bytes]:
        if not self.options.digest or source.size is None:
            return None
        digest = hashlib.sha256()
        with source.open() as stream:
            for piece in chunks_of(stream, HASH_PIECE):
                digest.update(piece)
        if self.options.wrong_digest:
            digest.update(b"!")
        return digest.digest()

    def _send_batch(self) -> None:
        """As many whole objects in one frame as are next, fit, and the window lets through."""
        entries: List[Entry] = []
        size = 0
        first = self.next_id
        while self.waiting and len(entries) < self.options.batch:
            source = self.waiting[0]
            if not self._travels_whole(source):
                break
            if entries and not self._fits_window(source.size or 0):
                break
            with source.open() as stream:
                payload = stream.read()
            entry = Entry(payload, self.format, self._attributes(source, None, self._digest(source)))
            encoded = len(entry.encode())
            if entries and size + encoded > self.connection.payload_room:
                break
            if entries:
                self.next_id += 1
            self._count_in(self.next_id, len(payload))
            self.waiting.popleft()
            entries.append(entry)
            size += encoded
        self.next_id += 1
        flags = ACK_REQUESTED if self.options.ack_requested else 0
        self._send_data(first, entries, flags)

    def _start_chunked(self, source: Source) -> None:
        chunked = _Chunked(source, source.open(), self._chunk_size)
        chunked.id = self.next_id
        self._count_in(chunked.id, 0)
        self.next_id += 1
        if self._send_chunk(chunked):
            self.active.append(chunked)

    def _send_chunk(self, chunked: _Chunked) -> bool:
        """Sends a chunk; true when more are to come."""
        if chunked.id not in self.in_flight and self.level:  # refused on the way
            self._cancel(chunked)
            return False
        if chunked.id in self.options.cancel and chunked.chunks == 1:
            self.in_flight.pop(chunked.id)
            self._cancel(chunked)
            return False
        payload, more = chunked.take(self.options.stream)
        if chunked.chunks:
            attributes: Dict[str, Any] = {"offset": chunked.sent + self.options.wrong_offset}
        else:
            known = None if self.options.stream else chunked.source.size
            size = known + self.options.wrong_size if known is not None else None
            attributes = self._attributes(chunked.source, size, self._digest(chunked.source))
        last = ACK_REQUESTED if self.options.ack_requested and not more else 0
        self._send_data(chunked.id, [Entry(payload, self.format, attributes, more)], last)
        chunked.sent += len(payload)
        chunked.chunks += 1
        if not more:
            chunked.stream.close()
        return more

    def _cancel(self, chunked: _Chunked) -> None:
        self.connection.send(frames.CANCEL, first=chunked.id)
        self.report("cancelled", id=chunked.id, sent=chunked.sent)
        chunked.stream.close()

    def _send_data(self, first: int, entries: List[Entry], flags: int) -> None:
        body = b"".join(entry.encode() for entry in entries)
        if self.options.trailing_bytes:
            body += bytes(self.options.trailing_bytes)
        self.connection.send(frames.DATA, body, flags, first, len(entries))
        if self.options.replay == "frame":
            self.connection.stream.write(self.connection.last_raw)
        elif self.options.replay == "object":
            self.connection.send(frames.DATA, body, flags, first, len(entries))
        self.options.replay = None

    # The window

    def _await_window(self, size: int) -> bool:
        """Waits for room for one more object; false when the receiver takes no more."""
        while not self._fits_window(size) and not self._stopped:
            self._await()
        return not self._stopped

    def _fits_window(self, size: int) -> bool:
        if not self.level or not self.in_flight or self.options.ignore_window:
            return True
        objects, total = self.window
        return len(self.in_flight) < objects and sum(self.in_flight.values()) + size <= total

    def _count_in(self, identifier: int, size: int) -> None:
        if self.level:
            self.in_flight[identifier] = size
            self.most_in_flight = max(self.most_in_flight, len(self.in_flight))

    # In

    def _pump(self) -> None:
        """Handles what is there, without waiting."""
        while not self._stopped:
            frame = self.connection.next_frame(wait=False)
            if frame is None:
                return
            self._handle(frame)

    def _await(self) -> bool:
        """Waits for a frame and handles it; false at the clean end."""
        frame = self.connection.next_frame(wait=True)
        if frame is not None:
            self._handle(frame)
        return frame is not None

    def _handle(self, frame: Frame) -> None:
        if frame.kind == frames.ACK:
            self._acknowledge(Acknowledgement.decode(frame.body))
        elif frame.kind == frames.NACK:
            self._refuse(frame)
        elif frame.kind == frames.CREDIT:
            if len(frame.body) != 16:
                raise ProtocolError(f"CREDIT with {len(frame.body)} bytes")
            objects, size = frame.body[:8], frame.body[8:]
            self.window = (int.from_bytes(objects, "big"), int.from_bytes(size, "big"))
            self.report("credit", window=list(self.window))
        elif frame.kind == frames.PONG:
            self.report("pong", bytes=frame.body.hex())
        elif frame.kind == frames.CLOSE:
            last = (self.connection.close_received or {}).get("last", 0)
            if last >= self.next_id:
                raise ProtocolError(f"CLOSE behind object {last}, which was not sent")
            self.report("closing", **(self.connection.close_received or {}))

    def _acknowledge(self, acknowledgement: Acknowledgement) -> None:
        if acknowledgement.level != self.level:
            raise ProtocolError(f"an ACK of level {acknowledgement.level}, not {self.level}")
        if acknowledgement.highest >= self.next_id:
            raise ProtocolError(f"an ACK of object {acknowledgement.highest}, which was not sent")
        incomplete = {chunked.id for chunked in self.active}
        for identifier in [other for other in self.in_flight if acknowledgement.covers(other)]:
            if identifier in incomplete:
                raise ProtocolError(f"an ACK of object {identifier}, which is not complete")
            del self.in_flight[identifier]
            self.acknowledged += 1
            self.report("acknowledged", id=identifier, level=self.connection.agreement.acknowledge)

    def _refuse(self, frame: Frame) -> None:
        value = frames.decode_map(frame.body, "NACK")
        if not isinstance(value.get("code"), str) or not isinstance(value.get("retryable"), bool):
            raise ProtocolError("NACK: 'code' or 'retryable' is missing or wrong")
        if not isinstance(value.get("text", ""), str) or frame.first >= self.next_id:
            raise ProtocolError("NACK: 'text' is wrong, or the object was not sent")
        if not self.level:
            raise ProtocolError("a NACK where nothing is acknowledged")
        if self.in_flight.pop(frame.first, None) is None:
            return  # settled: it was cancelled meanwhile, or refused before
        self.refused += 1
        fields = {key: value.get(key) for key in ("code", "retryable", "text")}
        self.report("refused", id=frame.first, **fields)


def _closing(connection: Connection) -> Dict[str, Any]:
    value = connection.close_received or {}
    return {"code": value.get("code"), "last": value.get("last")}


