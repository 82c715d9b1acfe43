"""One end of a connection, which does what a script says and writes down what it reads."""

import dataclasses
import os
import select
import socket
import ssl
import time

import cbor
import frames
from frames import (ACK, CANCEL, CLOSE, CREDIT, DATA, HELLO, NACK, PING, PONG, READY, REJECT, WELCOME,
                    Acknowledgement, Header, Wrong)
from stages import Pipeline

PATIENCE = 20.0
"""Seconds for anything that is due at once: nothing waits so long that conforms."""


class Ended(Exception):
    """The other side has ended the session, or it says nothing: the script cannot go on."""


class Absent:
    """In changes to a map: the key is left out."""


ABSENT = Absent()


class Object:
    def __init__(self):
        self.size, self.payload, self.is_whole, self.is_cancelled = 0, bytearray(), False, False


class Side:
    def __init__(self, stream, role, is_initiator, announced=(), key=b"", level="processed"):
        self.stream, self.role, self.is_initiator = stream, role, is_initiator
        self.announced, self.key, self.level = list(announced), key, level
        self.other_role = "receiver" if role == "sender" else "sender"
        self.id, self.nonce, self.session = os.urandom(16), os.urandom(16), os.urandom(16)
        self.incoming, self.outgoing = Pipeline(), Pipeline()
        self.buffer = b""
        self.log = []
        self.preface = None
        self.hello = None
        """The other side's HELLO or WELCOME."""
        self.ready = None
        self.reject = self.close = None
        self.closed_with = None
        """The `last` of the CLOSE that this side has sent."""
        self.end = None
        """How the stream ended: `end`, `reset`, `break`, or `silence` when it did not."""
        self.fault = None
        """What the other side did that it must not."""
        self.acknowledgements, self.nacks, self.pongs = [], [], []
        self.objects = {}
        self.answers = True
        """Whether a PING is answered by itself."""
        self.highest_sent = 0
        self.cancelled, self.nacks_sent = set(), set()
        self.notes = {}
        self.program = None
        """The program that is tried, where it runs for this case alone."""

    # Writing

    def write(self, data):
        try:
            self.stream.sendall(data)
        except (OSError, ValueError):
            # What the other side had to say is still there to be read.
            self.drain()
            raise Ended from None

    def send(self, kind, body=b"", first=0, count=0, flags=0):
        """A frame that goes through the stages."""
        header = Header(0, kind, flags, 0, first, count)
        applied, sealed = self.outgoing.seal(header, body)
        header = dataclasses.replace(header, length=len(sealed), stages=applied)
        self.note_sent(kind, body, first, count)
        self.write(header.encode() + sealed)

    def note_sent(self, kind, body, first, count):
        if kind == DATA and first:
            self.highest_sent = max(self.highest_sent, first + count - 1)
        if kind == CANCEL:
            self.cancelled.add(first)
        if kind == NACK:
            self.nacks_sent.add(first)
        if kind == CLOSE and self.closed_with is None:
            self.closed_with = first

    def greeting(self, kind, changes):
        """The map of this side's HELLO, WELCOME or READY."""
        fields = {}
        if kind != READY:
            fields.update(
                version=[0, 0] if kind == HELLO else 0, role=self.role, id=self.id,
                nonce=self.nonce, software="strange/1", frame=frames.LIMIT_FRAME, object=0,
                heartbeat=15000)
            if self.role == "sender":
                fields.update(
                    session=self.session, pipeline=[list(stage) for stage in self.announced],
                    acknowledge=self.level, formats=["raw", "cbor", "json"])
        if self.role == "receiver" and kind != HELLO:
            fields.update(window={"objects": 1024, "bytes": 1 << 20}, received=0)
        fields["grease-" + os.urandom(4).hex()] = "any"
        fields.update(changes)
        return {key: value for key, value in fields.items() if value is not ABSENT}

    def seal_from_now(self):
        """What this side sends goes through the stages from now on."""
        self.outgoing = self.pipeline(not self.is_initiator)

    def pipeline(self, is_from_acceptor):
        announced = self.announced if self.role == "sender" else self.hello["pipeline"]
        other = self.hello["nonce"] if self.hello else bytes(16)
        nonces = (self.nonce, other) if self.is_initiator else (other, self.nonce)
        return Pipeline.build(announced, self.key, nonces, is_from_acceptor)

    # Reading

    def fill(self, deadline):
        """More bytes; `Ended` at the end of the stream, or of the patience."""
        left = deadline - time.monotonic()
        pending = getattr(self.stream, "pending", lambda: 0)()
        if not pending and (left <= 0 or not select.select([self.stream], [], [], left)[0]):
            self.end = self.end or "silence"
            raise Ended
        try:
            data = self.stream.recv(1 << 16)
        except ConnectionError:
            self.end = "reset"
            raise Ended from None
        except OSError:
            # Over TLS: an alert, or an end without close_notify.
            self.end = "break"
            raise Ended from None
        if not data:
            self.end = "end"
            raise Ended
        self.buffer += data

    def take(self, count, deadline):
        while len(self.buffer) < count:
            self.fill(deadline)
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def read(self, deadline):
        """One frame, booked; a REJECT is one that may come at any time."""
        if self.preface is None:
            self.preface = self.take(8, deadline)
            if self.preface != frames.PREFACE:
                raise Wrong(f"the preface {self.preface.hex()}")
        header = Header.decode(self.take(24, deadline))
        body = self.take(header.length, deadline)
        if self.reject is not None:
            raise Wrong(f"{frames.kind_name(header.kind)} behind REJECT")
        self.log.append((header, body))
        if header.kind == REJECT:
            self.reject = frames.decode_map(REJECT, frames.open_map(REJECT, body))
            if len(self.reject["text"].encode()) > 1024:
                raise Wrong("a REJECT with a text of more than 1,024 bytes")
            if (header.flags, header.stages, header.first, header.count) != (0, 0, 0, 0):
                raise Wrong("a REJECT whose header is not zero")
        elif header.kind <= READY:
            self.book_greeting(header, body)
        else:
            self.book(header, self.incoming.open(header, body))
        return header

    def book_greeting(self, header, body):
        due = WELCOME if self.is_initiator else HELLO if self.hello is None else READY
        if header.kind != due or (header.flags, header.stages, header.first, header.count) != (0,) * 4:
            raise Wrong(f"{frames.kind_name(header.kind)} where {frames.kind_name(due)} is due")
        value = frames.decode_handshake(header.kind, body, self.other_role)
        if header.kind == READY:
            self.ready = value
            self.incoming = self.pipeline(False)
        else:
            self.hello = value
            if header.kind == WELCOME:
                self.incoming = self.pipeline(True)

    def book(self, header, body):
        if header.kind not in (DATA, NACK, CANCEL) and (header.first or header.count):
            raise Wrong(f"{frames.kind_name(header.kind)} with a first id or a count")
        if header.kind in (NACK, CANCEL) and (not header.first or header.count):
            raise Wrong(f"{frames.kind_name(header.kind)} without a first id, or with a count")
        if self.close is not None and header.kind not in (ACK, NACK, PING, PONG):
            raise Wrong(f"{frames.kind_name(header.kind)} behind CLOSE")
        sends = (ACK, NACK, CREDIT) if self.other_role == "receiver" else (DATA, CANCEL)
        if header.kind not in sends + (PING, PONG, CLOSE):
            raise Wrong(f"{frames.kind_name(header.kind)} from a {self.other_role}")
        if header.kind == DATA:
            self.book_data(header, body)
        elif header.kind == CANCEL:
            self.objects[header.first].is_cancelled = True
            if body or self.objects[header.first].is_whole:
                raise Wrong("CANCEL with a body, or of an object that is whole")
        elif header.kind == ACK:
            value = Acknowledgement.decode(body)
            if self.level == "none" or value.level != frames.LEVELS[self.level]:
                raise Wrong(f"an ACK of the level {value.level}")
            self.acknowledgements.append(value)
        elif header.kind == NACK:
            value = frames.decode_map(NACK, body)
            if self.covers(header.first):
                raise Wrong("NACK behind the ACK that covers its object")
            if len(value["text"].encode()) > 1024:
                raise Wrong("a NACK with a text of more than 1,024 bytes")
            self.nacks.append((header.first, value["code"]))
        elif header.kind == PING:
            if len(body) != 8:
                raise Wrong("the size of a PING")
            if self.answers:
                self.send(PONG, body)
        elif header.kind == PONG:
            self.pongs.append(body)
        elif header.kind == CREDIT:
            if len(body) != 16:
                raise Wrong("the size of a CREDIT")
        else:
            self.close = frames.decode_map(CLOSE, body)

    def book_data(self, header, body):
        entries = frames.decode_entries(body, header.count)
        for number, entry in enumerate(entries, header.first):
            known, attributes = self.objects.get(number), entry.attributes or {}
            if known is None:
                if number != len(self.objects) + 1 or "offset" in attributes:
                    raise Wrong(f"the object {number} where {len(self.objects) + 1} is due")
                known = self.objects[number] = Object()
            elif known.is_whole or known.is_cancelled or set(attributes) != {"offset"} \
                    or attributes["offset"] != known.size or header.count != 1:
                raise Wrong(f"a chunk of the object {number}")
            known.size += len(entry.payload)
            known.payload += entry.payload
            known.is_whole = not entry.more

    def covers(self, number):
        return any(value.covers(number) for value in self.acknowledgements)

    @property
    def whole(self):
        return [number for number, value in self.objects.items() if value.is_whole]

    def wait(self, until, seconds=PATIENCE):
        """Reads until something is true."""
        deadline = time.monotonic() + seconds
        while not until(self):
            if self.end is not None or self.fault is not None or self.reject is not None:
                raise Ended
            try:
                self.read(deadline)
            except (Wrong, cbor.Malformed) as error:
                self.fault = str(error)
                raise Ended from None

    def drain(self, seconds=PATIENCE):
        """Reads to the end of the stream."""
        deadline = time.monotonic() + seconds
        while self.end is None and self.fault is None:
            try:
                self.read(deadline)
            except (Wrong, cbor.Malformed) as error:
                self.fault = str(error)
            except Ended:
                pass

    def half_close(self):
        """Says that nothing more comes: over TLS with close_notify, which Python's ssl cannot send
        and read on, so that everything is read before."""
        try:
            if isinstance(self.stream, ssl.SSLSocket):
                self.drain()
                self.stream.unwrap()
            else:
                self.stream.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    # What a side does that has nothing more to try

    def finish_as_sender(self):
        if self.closed_with is None:
            self.send(CLOSE, cbor.encode({"last": self.highest_sent, "code": "done"}))
        self.wait(lambda side: side.close is not None)
        self.half_close()
        self.drain()

    def finish_as_receiver(self):
        """Takes and acknowledges everything until the sender says that this was all."""
        while self.close is None:
            before = len(self.log)
            self.acknowledge_all()
            self.wait(lambda side: side.close is not None or len(side.log) > before)
        self.acknowledge_all()
        if self.closed_with is None:
            self.send(CLOSE, cbor.encode({"last": len(self.objects), "code": "done"}))
        self.half_close()
        self.drain()

    def settled(self):
        """What an ACK of everything covers: all that is whole or cancelled."""
        numbers = [n for n, value in self.objects.items() if value.is_whole or value.is_cancelled]
        up_to = 0
        while up_to + 1 in numbers:
            up_to += 1
        return up_to, tuple((n, n) for n in numbers if n > up_to)

    def acknowledge_all(self):
        settled = self.settled()
        if self.hello["acknowledge"] == "none" or self.notes.get("said", (0, ())) == settled:
            return
        self.notes["said"] = settled
        level = frames.LEVELS[self.hello["acknowledge"]]
        self.send(ACK, Acknowledgement(level, *settled).encode())

    def seen(self):
        """What the other side did, in words."""
        parts = []
        if self.fault:
            parts.append(f"broke the protocol ({self.fault})")
        if self.nacks:
            named = ", ".join(f"{code} of {n}" for n, code in self.nacks[:4])
            more = len(self.nacks) - 4
            parts.append(f"NACK {named}" + (f" and {more} more" if more > 0 else ""))
        if self.close:
            parts.append(f"CLOSE {self.close['code']}")
        if self.reject:
            parts.append(f"REJECT {self.reject['code']} ({self.reject['text']})")
        parts.append({"end": "the end of the stream", "silence": "nothing more, and no end",
                      "reset": "a reset", "break": "the end, but no clean one",
                      None: "still there"}[self.end])
        return ", ".join(parts)
