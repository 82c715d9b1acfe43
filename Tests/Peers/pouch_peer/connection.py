"""A connection: preface, handshake, frames through the pipeline, the end."""

from __future__ import annotations

import argparse
import secrets
import time
from typing import Any, Callable, Dict, Optional

from . import frames
from .errors import Misbehaved, PatienceError, PeerError, ProtocolError
from .errors import RejectedError, TLSError, UnreachableError
from .faults import HIGHER_MINOR, PREFACES, find_reject, with_duplicate_key
from .foreign import foreign
from .frames import CLOSE, DATA, HELLO, IGNORABLE, PING, PONG, READY, REJECT, WELCOME
from .frames import Frame, Header, kind_name
from .handshake import Agreement, Offer, check_opening, check_window, grease
from .stages import Pipeline
from .transport import Stream

Report = Callable[..., None]

PROCESS_ID = secrets.token_bytes(16)
LINGER_SECONDS = 2.0
REJECT_TEXT_LIMIT = 200


class Connection:
    """One end of one connection; `role` says which objects go where, `initiator` who dialled."""

    def __init__(
        self,
        stream: Stream,
        offer: Offer,
        initiator: bool,
        options: argparse.Namespace,
        report: Report,
    ) -> None:
        self.stream = stream
        self.offer = offer
        self.initiator = initiator
        self.options = options
        self.report = report
        offer.id, offer.nonce = PROCESS_ID, secrets.token_bytes(16)
        self.agreement: Agreement
        self.received_for: Callable[[bytes], int] = lambda session: 0
        self.close_sent = False
        self.close_received: Optional[Dict[str, Any]] = None
        self.last_raw = b""  # the last frame as it went out, for a replay
        self._connected = False  # the handshake is complete
        self._header: Optional[Header] = None  # of a frame whose body is still to come
        self._out: Optional[Pipeline] = None
        self._in: Optional[Pipeline] = None
        self._last_arrival = time.monotonic()

    # The handshake

    def handshake(self) -> Agreement:
        deadline = time.monotonic() + self.options.handshake_timeout
        self._send_preface()
        if self.initiator:
            self._send_hello()
            self._read_preface(deadline)
            welcome = self._read_handshake(WELCOME, deadline)
            agreement = self._agree("WELCOME", welcome)
            ready = self._receiver_part(agreement) if self.offer.role == "receiver" else {}
            if self.offer.role == "sender":
                agreement.window, agreement.received = check_window("WELCOME", welcome)
            self._stall("hello")
            self._send_handshake(READY, ready)
            self._open_pipelines(agreement)
        else:
            self._read_preface(deadline)
            agreement = self._agree("HELLO", self._read_handshake(HELLO, deadline))
            welcome = self._opening()
            if self.offer.role == "receiver":
                welcome.update(self._receiver_part(agreement))
            self._send_handshake(WELCOME, welcome)
            self._open_pipelines(agreement)
            self._stall("welcome")
            ready = self._read_handshake(READY, deadline)
            if self.offer.role == "sender":
                agreement.window, agreement.received = check_window("READY", ready)
        self._connected = True
        self.agreement = agreement
        self.report(
            "connected",
            role=self.offer.role,
            initiator=self.initiator,
            software=agreement.software,
            pipeline=[name for name, _ in agreement.pipeline],
            acknowledge=agreement.acknowledge,
            window=list(agreement.window),
            received=agreement.received,
            peer=self.stream.identity,
        )
        self._inject()
        return agreement

    def _send_preface(self) -> None:
        wrong = self.options.wrong_preface
        if wrong in PREFACES:
            self.stream.write(PREFACES[wrong])
            self.wait_for_end("wrong preface")
        self.stream.write(HIGHER_MINOR if wrong == "minor" else frames.PREFACE)
        self._stall("preface")

    def _read_preface(self, deadline: float) -> None:
        size = len(frames.PREFACE)
        incoming = self.stream.incoming
        while len(incoming) < size and self.stream.fill(deadline):
            pass
        if not incoming:
            raise UnreachableError(f"the connection ended before the preface{self._why()}")
        preface = bytes(incoming[:size])
        if preface[:-1] != frames.PREFACE[:-1]:
            raise foreign(preface)
        self.stream.take(size)

    def _opening(self) -> Dict[str, Any]:
        value = self.offer.opening(self.initiator)
        if self.options.unknown_stage and self.offer.role == "sender":
            value["pipeline"].append([self.options.unknown_stage, {}])
        if self.options.unknown_parameter and value.get("pipeline"):
            name, parameters = value["pipeline"][0]
            value["pipeline"][0] = [name, {**parameters, self.options.unknown_parameter: 1}]
        if self.options.same_role:
            value["role"] = "receiver" if self.offer.role == "sender" else "sender"
        return value

    def _send_hello(self) -> None:
        if self.options.oversize_hello:
            size = frames.HANDSHAKE_BODY_LIMIT + 1
            self.stream.write(Header(size, HELLO).encode() + bytes(size))
            self.wait_for_end("oversize HELLO")
        self._send_handshake(HELLO, self._opening())
        if self.options.second_hello:
            self._send_handshake(HELLO, self._opening())

    def _receiver_part(self, agreement: Agreement) -> Dict[str, Any]:
        objects, size = self.offer.window
        agreement.window = self.offer.window
        agreement.received = self.received_for(agreement.session)
        return {"window": {"objects": objects, "bytes": size}, "received": agreement.received}

    def _agree(self, kind: str, value: Dict[str, Any]) -> Agreement:
        agreement = check_opening(kind, value, self.offer, self.options.key_bytes)
        required = self.options.require_pipeline
        if required is not None and agreement.pipeline != required:
            raise ProtocolError(
                f"the sender announced the pipeline {agreement.pipeline}, this end wants {required}",
                reject="pipeline",
            )
        return agreement

    def _send_handshake(self, kind: int, value: Dict[str, Any]) -> None:
        value = {**value, **grease(self.options.rich_grease)}
        body = frames.encode_sealed_map(kind, value)
        if self.options.duplicate_key and kind != READY:
            body = with_duplicate_key(kind, body)
        self.stream.write(Header(len(body), kind).encode() + body)

    def _read_handshake(self, due: int, deadline: float) -> Dict[str, Any]:
        while True:
            taken = self._take_raw(frames.HANDSHAKE_BODY_LIMIT, (due, REJECT))
            if taken is not None:
                break
            if not self.stream.fill(deadline):
                raise UnreachableError(f"the connection ended before {kind_name(due)}{self._why()}")
        header, body = taken
        if header.kind == REJECT:
            raise rejection(body)
        if (header.flags, header.stages, header.first, header.count) != (0, 0, 0, 0):
            raise ProtocolError(f"{kind_name(header.kind)} has header fields that are not zero")
        return frames.decode_sealed_map(header.kind, body)

    def _open_pipelines(self, agreement: Agreement) -> None:
        mine, theirs = self.offer.nonce, agreement.peer_nonce
        nonces = (mine, theirs) if self.initiator else (theirs, mine)

        def build(from_acceptor: bool) -> Pipeline:
            key = self.options.key_bytes
            return Pipeline.build(agreement.pipeline, key, from_acceptor, nonces)

        self._out, self._in = build(not self.initiator), build(self.initiator)
        self.stream.faults.mark_data()

    # Frames out

    def send(self, kind: int, body: bytes = b"", flags: int = 0, first: int = 0, count: int = 0) -> None:
        assert self._out is not None
        assert not self.close_sent or kind in frames.SENT_BEHIND_CLOSE
        applied, body = self._out.encode(kind, flags, first, count, body)
        header = Header(len(body), kind, flags, applied, first, count)
        self.last_raw = header.encode() + body
        self.stream.write(self.last_raw)

    def send_map(self, kind: int, value: Dict[str, Any], first: int = 0) -> None:
        self.send(kind, frames.cbor.encode(value), first=first)

    def send_close(self, last: int, code: str = "done") -> None:
        self.send_map(CLOSE, {"last": last, "code": code})
        self.close_sent = True

    @property
    def payload_room(self) -> int:
        """The largest DATA body that fits the other side's frame limit, check values included."""
        assert self._out is not None
        return self.agreement.frame - self._out.overhead

    # Frames in

    def next_frame(self, wait: bool) -> Optional[Frame]:
        """The next frame for the role. None: nothing there yet, or, when waiting, the clean end."""
        while True:
            if not wait:
                self.stream.poll()
            frame = self._take_frame()
            if frame is not None:
                if self._handle(frame):
                    return frame
                continue
            if self.stream.ended:
                if not self.stream.failure and self.close_sent and self.close_received is not None:
                    return None
                raise UnreachableError(f"the connection ended without CLOSE{self._why()}")
            if not wait:
                return None
            self._await_arrival()

    def _await_arrival(self) -> None:
        """Waits for bytes, with a PING when the other side has been silent for a heartbeat."""
        start = self._last_arrival = time.monotonic()
        patience = start + self.options.timeout
        heartbeat = self.offer.heartbeat / 1000
        pinged = heartbeat == 0 or self.close_sent
        while True:
            deadline = patience if pinged else min(patience, start + heartbeat)
            try:
                self.stream.fill(deadline)
                return
            except PatienceError:
                if pinged or time.monotonic() >= patience:
                    raise
                pinged = True
                self.send(PING, secrets.token_bytes(8))

    def _take_frame(self) -> Optional[Frame]:
        assert self._in is not None
        taken = self._take_raw(self.offer.frame)
        if taken is None:
            return None
        header, body = taken
        if header.kind in frames.HANDSHAKE_KINDS:
            raise ProtocolError(f"{kind_name(header.kind)} behind the handshake")
        if header.kind == REJECT:
            raise rejection(body)
        body = self._in.decode(
            header.kind, header.flags, header.stages, header.first, header.count, body
        )
        if header.kind != DATA and len(body) > frames.CONTROL_LIMIT:
            raise ProtocolError(f"{kind_name(header.kind)} unfolds to {len(body)} bytes", "limit")
        return Frame(header.kind, header.flags, header.first, header.count, body)

    def _take_raw(self, limit: int, due: Any = None) -> Any:
        """A header and its body as they travelled, once both are there."""
        stream = self.stream
        if self._header is None:
            if len(stream.incoming) < frames.HEADER_SIZE:
                self._check_cut(len(stream.incoming))
                return None
            header = Header.decode(stream.take(frames.HEADER_SIZE))
            if due is not None and header.kind not in due:
                raise ProtocolError(f"{kind_name(header.kind)} in the place of {kind_name(due[0])}")
            if header.kind != DATA:
                limit = min(limit, frames.CONTROL_LIMIT)
            if header.length > limit:
                raise ProtocolError(
                    f"{kind_name(header.kind)} with a body of {header.length} bytes, limit {limit}",
                    reject="limit",
                )
            self._header = header
        if len(stream.incoming) < self._header.length:
            self._check_cut(frames.HEADER_SIZE + len(stream.incoming))
            return None
        header, self._header = self._header, None
        return header, stream.take(header.length)

    def _check_cut(self, have: int) -> None:
        if self.stream.ended and have:
            raise UnreachableError(f"the connection ended inside a frame{self._why()}")

    def _handle(self, frame: Frame) -> bool:
        """What every role does alike; true when the frame is for the role."""
        if frame.kind not in frames.KIND_NAMES:
            if not frame.flags & IGNORABLE:
                raise ProtocolError(f"a frame of the unknown kind {frame.kind}")
            self.report("ignored", kind=frame.kind)
            return False
        frame.check_numbers()
        if frame.kind in frames.SENT_BY and frames.SENT_BY[frame.kind] == self.offer.role:
            raise ProtocolError(f"{kind_name(frame.kind)} sent to a {self.offer.role}")
        if self.close_received is not None and frame.kind not in frames.SENT_BEHIND_CLOSE:
            raise ProtocolError(f"{kind_name(frame.kind)} behind CLOSE")
        if frame.kind in (PING, PONG) and len(frame.body) != 8:
            raise ProtocolError(f"{kind_name(frame.kind)} with {len(frame.body)} bytes")
        if frame.kind == PING:
            if not self.close_sent or self.close_received is None:
                self.send(PONG, frame.body)
            return False
        if frame.kind == CLOSE:
            self.close_received = self._checked_close(frame.body)
        return True

    def _checked_close(self, body: bytes) -> Dict[str, Any]:
        value = frames.decode_map(body, "CLOSE")
        if type(value.get("last")) is not int or value["last"] < 0:
            raise ProtocolError("CLOSE: 'last' is missing or wrong")
        if not isinstance(value.get("code"), str) or not isinstance(value.get("text", ""), str):
            raise ProtocolError("CLOSE: 'code' or 'text' is wrong")
        return value

    def _why(self) -> str:
        return f" ({self.stream.failure})" if self.stream.failure else ""

    # The end

    def finish(self) -> None:
        """Both sides have sent CLOSE: half-close, and close at the end of the stream."""
        assert self.close_received is not None and self.close_sent
        self.stream.finish()

    def fail(self, error: PeerError) -> None:
        """Tells the other side why, if it still can, and closes."""
        stream = self.stream
        try:
            if error.reject is not None:
                value = {"code": error.reject, "text": str(error)[:REJECT_TEXT_LIMIT]}
                body = frames.encode_sealed_map(REJECT, value)
                stream.write(Header(len(body), REJECT).encode() + body)
                stream.finish()
            if isinstance(error, (ProtocolError, TLSError)):
                stream.linger(LINGER_SECONDS)
        except (PeerError, Misbehaved):
            pass
        self.stream.close()

    # Misbehaviour

    def wait_for_end(self, fault: str) -> None:
        """After a deliberate fault: what does the other side do?"""
        deadline = time.monotonic() + self.options.timeout
        verdict = "the connection ended"
        dropped = 0
        incoming = self.stream.incoming
        while self.stream.fill(deadline):
            if len(incoming) > 1 << 20:
                dropped += len(incoming)
                incoming.clear()
        if self.stream.failure:
            verdict += f" ({self.stream.failure})"
        answer = bytes(incoming)
        if not dropped and answer.startswith(frames.PREFACE[:7]):
            answer = answer[8:]
        reject = find_reject(answer)
        self.report("misbehaved", fault=fault, verdict=verdict, reject=reject, bytes=self.stream.received)
        raise Misbehaved(fault)

    def _stall(self, stage: str) -> None:
        if self.options.stall == stage:
            self.wait_for_end(f"stalled behind {stage}")

    def _inject(self) -> None:
        self._stall("data")
        if self.options.oversize_frame:
            self.stream.write(Header(self.agreement.frame + 1, DATA, first=1, count=1).encode())
            self.stream.write(bytes(64 * 1024))
            self.wait_for_end("oversize frame")
        if self.options.bomb:
            self._send_bomb(self.options.bomb)
        if self.options.no_stages:
            assert self._out is not None
            self._out.codecs = []
        for fields in self.options.inject:
            self.send(**fields)

    def _send_bomb(self, size: int) -> None:
        """A DATA frame that unfolds to `size` zeros; it needs deflate in the pipeline."""
        assert self._out is not None
        for codec in self._out.codecs:
            codec.bombs = True
        self.send(DATA, bytes(size), first=1, count=1)
        self.wait_for_end("bomb")


def rejection(body: bytes) -> PeerError:
    """What a REJECT says. It is never answered, whether it can be read or not."""
    try:
        value = frames.decode_sealed_map(REJECT, body)
    except ProtocolError as error:
        return ProtocolError(f"REJECT: {error}", reject=None)
    code, text = value.get("code"), value.get("text")
    if not isinstance(code, str) or not isinstance(text, str):
        return ProtocolError("REJECT without code and text", reject=None)
    return RejectedError(code, text)
