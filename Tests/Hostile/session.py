"""A connection of Pouch as far as the rig needs one: no pipeline, small frames."""

import secrets
import select
import ssl
import time

from peers import Offer, control, frame, frames, grease, sealed
from wires import WOULD_BLOCK

WINDOW = {"objects": 1024, "bytes": 8 << 20}


def hello(role, pipeline=(), heartbeat=0):
    """Preface and HELLO of one who connects."""
    offer = Offer(
        role=role, frame=frames.FRAME_LIMIT, session=secrets.token_bytes(16),
        id=secrets.token_bytes(16), nonce=secrets.token_bytes(16), pipeline=list(pipeline),
        formats=["raw", "cbor", "json", "pickle"], heartbeat=heartbeat)
    return frames.PREFACE + sealed(frames.HELLO, {**offer.opening(initiator=True), **grease()})


def ready(role, window=WINDOW):
    told = {"window": window, "received": 0} if role == "receiver" else {}
    return sealed(frames.READY, {**told, **grease()})


def data(number, payload, format=0, attributes=None, more=False):
    entry = frames.Entry(payload, format, attributes or {}, more).encode()
    return frame(frames.DATA, entry, first=number, count=1)


def close(last):
    return control(frames.CLOSE, {"last": last, "code": "done"})


class Ended(Exception):
    """The other side has ended the connection, or refused it."""


class Session:
    """A connection whose handshake is complete. It answers PING whenever it reads."""

    def __init__(self, target, role="sender", window=WINDOW, pipeline=()):
        self.stream = target.dial()
        self.incoming = bytearray()
        try:
            deadline = time.monotonic() + target.patience
            self.stream.setblocking(False)
            self.send(hello(role, pipeline))
            self.expect(frames.PREFACE, deadline)
            header, body = self.due(frames.WELCOME, deadline)
            self.send(ready(role, window))
        except BaseException:
            self.stream.close()
            raise

    def send(self, message):
        """All of it, within some seconds."""
        deadline = time.monotonic() + 5
        view = memoryview(message)
        while view:
            try:
                view = view[self.stream.send(view):]
            except WOULD_BLOCK as reason:
                if not self.wait(deadline, writing=not isinstance(reason, ssl.SSLWantReadError)):
                    raise Ended("it takes no more") from None

    def wait(self, deadline, writing=False):
        """Whether something came, or left, in time."""
        poller = select.poll()
        poller.register(self.stream, select.POLLOUT if writing else select.POLLIN)
        return bool(poller.poll(max(0.0, deadline - time.monotonic()) * 1000))

    def fill(self, deadline):
        """Reads more; false when nothing came in time."""
        while True:
            try:
                piece = self.stream.recv(256 << 10)
            except WOULD_BLOCK:
                if time.monotonic() >= deadline or not self.wait(deadline):
                    return False
                continue
            if not piece:
                raise Ended("it has closed")
            self.incoming += piece
            return True

    def expect(self, words, deadline):
        while len(self.incoming) < len(words):
            if not self.fill(deadline):
                raise Ended("no preface came")
        if self.incoming[:6] != words[:6]:
            raise Ended("another preface")
        del self.incoming[:len(words)]

    def next(self, deadline):
        """The next frame that is no PING: header and body; None when none came in time."""
        while True:
            taken = self.take()
            if taken is None:
                if not self.fill(deadline):
                    return None
                continue
            header, body = taken
            if header.kind == frames.PING:
                self.send(frame(frames.PONG, body))
                continue
            if header.kind == frames.REJECT:
                value = frames.decode_sealed_map(header.kind, body)
                raise Ended(f"REJECT {value['code']}: {value['text']}")
            return header, body

    def take(self):
        if len(self.incoming) < frames.HEADER_SIZE:
            return None
        header = frames.Header.decode(bytes(self.incoming[:frames.HEADER_SIZE]))
        end = frames.HEADER_SIZE + header.length
        if len(self.incoming) < end:
            return None
        body = bytes(self.incoming[frames.HEADER_SIZE:end])
        del self.incoming[:end]
        return header, body

    def due(self, kind, deadline):
        """The next frame of this kind; others are passed over."""
        while True:
            taken = self.next(deadline)
            if taken is None:
                raise Ended(f"no {frames.kind_name(kind)} came in time")
            if taken[0].kind == kind:
                return taken

    def finish(self, last, deadline):
        """The orderly end, once this side has no more to say."""
        self.send(close(last))
        self.due(frames.CLOSE, deadline)
        self.half_close()

    def half_close(self):
        try:
            if isinstance(self.stream, ssl.SSLSocket):
                self.stream.unwrap()
            else:
                self.stream.shutdown(1)
        except (OSError, ssl.SSLError):
            pass  # its own half is said; the other one need not be there yet

    def close(self):
        self.stream.close()
