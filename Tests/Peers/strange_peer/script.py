"""The words of the tables of violations: what is sent, and what has to come back."""

import dataclasses
import struct
import typing

import cbor
import frames
from frames import (ACK, CANCEL, CLOSE, CREDIT, DATA, HELLO, NACK, PING, PONG, READY, REJECT, WELCOME,
                    Acknowledgement, Entry, Header)
from sides import ABSENT, Ended


# Steps


@dataclasses.dataclass(frozen=True)
class Frame:
    """A frame to send; `length`, `stages` and so on stand in the place of what is right."""

    kind: int
    body: bytes = b""
    first: int = 0
    count: int = 0
    flags: int = 0
    stages: typing.Optional[int] = None
    """With these bits the body travels as it is, and no stage touches it."""
    length: typing.Optional[int] = None
    reserved: int = 0
    damage: int = 0
    spoil: typing.Optional[typing.Callable] = None
    """Changes the body as it travels."""

    def but(self, **changes):
        return dataclasses.replace(self, **changes)

    def bytes(self, side):
        header = Header(0, self.kind, self.flags, self.stages or 0, self.first, self.count,
                        self.reserved, self.damage)
        body = self.body
        if self.stages is None:
            applied, body = side.outgoing.seal(header, body)
            header = dataclasses.replace(header, stages=applied)
        if self.spoil:
            body = self.spoil(body)
        length = len(body) if self.length is None else self.length
        return dataclasses.replace(header, length=length).encode() + body

    def play(self, side):
        side.note_sent(self.kind, self.body, self.first, self.count)
        side.write(self.bytes(side))


@dataclasses.dataclass(frozen=True)
class Together:
    """Frames that leave in one write."""

    frames: tuple

    def play(self, side):
        for frame in self.frames:
            side.note_sent(frame.kind, frame.body, frame.first, frame.count)
        side.write(b"".join(frame.bytes(side) for frame in self.frames))


@dataclasses.dataclass(frozen=True)
class Bytes:
    data: bytes

    def play(self, side):
        side.write(self.data)


@dataclasses.dataclass(frozen=True)
class Greeting:
    """This side's HELLO, WELCOME or READY: its map with changes, or other bytes for it."""

    kind: int
    changes: dict = dataclasses.field(default_factory=dict)
    header: dict = dataclasses.field(default_factory=dict)
    spoil_map: typing.Optional[typing.Callable] = None
    spoil: typing.Optional[typing.Callable] = None

    def play(self, side):
        data = cbor.encode(side.greeting(self.kind, self.changes))
        if self.spoil_map:
            data = self.spoil_map(data)
        kind = self.header.get("kind", self.kind)
        body = frames.seal_map(kind, data)
        if self.spoil:
            body = self.spoil(body)
        header = Header(len(body), kind)
        side.write(dataclasses.replace(header, **self.header).encode() + body)
        if self.kind != HELLO and side.hello is not None:
            side.seal_from_now()


@dataclasses.dataclass(frozen=True)
class Do:
    """What has no word of its own."""

    action: typing.Callable

    def play(self, side):
        self.action(side)


@dataclasses.dataclass(frozen=True)
class Until:
    """Reads until something is true of what was read."""

    condition: typing.Callable

    def play(self, side):
        side.wait(self.condition)


PREFACE = Bytes(frames.PREFACE)
HALF_CLOSE = Do(lambda side: side.half_close())
HELLO_SEEN = Until(lambda side: side.hello is not None)
READY_SEEN = Until(lambda side: side.ready is not None)
CLOSE_SEEN = Until(lambda side: side.close is not None)
ROUND_TRIP = Do(lambda side: round_trip(side))


def round_trip(side):
    """A PING and its PONG: what was sent before it has been taken in."""
    before = len(side.pongs)
    side.send(PING, b"sync\0\0\0\0")
    side.wait(lambda side: len(side.pongs) > before)


def hello(**changes):
    return Greeting(HELLO, changes)


def welcome(**changes):
    return Greeting(WELCOME, changes)


def ready(**changes):
    return Greeting(READY, changes)


def whole(number):
    """Waits for so many whole objects."""
    return Until(lambda side: len(side.whole) >= number)


def begun(number):
    return Until(lambda side: len(side.objects) >= number)


def acknowledged(number):
    return Until(lambda side: side.covers(number))


def refused(number):
    return Until(lambda side: any(n == number for n, _ in side.nacks))


# Frames


def data(number, *entries, **changes):
    body = b"".join(item.encode() if isinstance(item, Entry) else item for item in entries)
    return Frame(DATA, body, number, len(entries)).but(**changes)


def entry(payload=b"hello", format=frames.RAW, attributes=None, more=False, bits=0):
    return Entry(payload, format, attributes, more, bits)


def chunk(number, payload, offset=0, more=True, **attributes):
    """One chunk of an object, alone in its frame."""
    if offset:
        attributes = dict(attributes, offset=offset)
    return data(number, entry(payload, attributes=attributes or None, more=more))


def with_attributes(attributes, payload=b"hello"):
    return data(1, entry(payload, attributes=attributes))


def ack(level, up_to, *ranges, **changes):
    return Frame(ACK, Acknowledgement(level, up_to, ranges).encode()).but(**changes)


def nack(number, changes=None, body=None, **frame):
    fields = {"code": "refused", "retryable": False, "text": "no"}
    fields.update(changes or {})
    fields = {key: value for key, value in fields.items() if value is not ABSENT}
    return Frame(NACK, cbor.encode(fields) if body is None else body, number).but(**frame)


def credit(objects, size, **changes):
    return Frame(CREDIT, struct.pack(">QQ", objects, size)).but(**changes)


def ping(body=b"12345678", **changes):
    return Frame(PING, body).but(**changes)


def pong(body=b"12345678", **changes):
    return Frame(PONG, body).but(**changes)


def cancel(number, body=b"", **changes):
    return Frame(CANCEL, body, number).but(**changes)


def close(last, changes=None, body=None, **frame):
    fields = {"last": last, "code": "done"}
    fields.update(changes or {})
    fields = {key: value for key, value in fields.items() if value is not ABSENT}
    return Frame(CLOSE, cbor.encode(fields) if body is None else body).but(**frame)


def reject(code="protocol", text="no", **changes):
    body = frames.seal_map(REJECT, cbor.encode({"code": code, "text": text}))
    return Frame(REJECT, body, stages=0).but(**changes)


# Reactions


class Reaction:
    def finish(self, side):
        side.drain()


@dataclasses.dataclass
class Rejects(Reaction):
    """REJECT with this code, then the end of the stream."""

    code: str
    behind_close: bool = False

    def judge(self, side):
        return side.fault is None and side.reject is not None and side.reject["code"] == self.code \
            and side.end == "end" and (side.close is None or self.behind_close)

    def __str__(self):
        return f"REJECT {self.code}"


class Closes(Reaction):
    """The end of the stream, without a word."""

    def judge(self, side):
        return side.fault is None and side.reject is None and side.close is None \
            and side.end in ("end", "reset", "break")

    def __str__(self):
        return "the end of the stream, without a word"


@dataclasses.dataclass
class GoesOn(Reaction):
    """Nothing but these refusals; the session goes on, and both sides close it."""

    refused: dict = dataclasses.field(default_factory=dict)
    code: str = "done"
    unsettled: tuple = ()

    def finish(self, side):
        if side.role == "sender":
            side.finish_as_sender()
        else:
            side.finish_as_receiver()

    def judge(self, side):
        if side.fault or side.reject or side.close is None or side.end != "end":
            return False
        if side.close["code"] != self.code or dict(side.nacks) != self.refused \
                or len(side.nacks) != len(self.refused):
            return False
        if side.role == "receiver" or side.level == "none":
            return True
        settled = [n for n in range(1, side.highest_sent + 1) if n not in self.unsettled]
        return all(map(side.covers, settled)) and not any(map(side.covers, self.unsettled))

    def __str__(self):
        refusals = "".join(f"NACK {code} of {number}, " for number, code in self.refused.items())
        return f"{refusals}then CLOSE {self.code}, the rest settled"


@dataclasses.dataclass
class Ends(Reaction):
    """CLOSE, and the end of the stream: nothing is said of an error that it is too late for."""

    code: str = "done"

    def judge(self, side):
        return side.fault is None and side.reject is None and side.close is not None \
            and side.close["code"] == self.code and side.end in ("end", "reset", "break")

    def __str__(self):
        return f"CLOSE {self.code}, and the end of the stream"


class Either(Reaction):
    """The page leaves it to the moment or to the reader."""

    def __init__(self, *reactions):
        self.reactions = reactions

    def finish(self, side):
        self.reactions[0].finish(side)

    def judge(self, side):
        return any(reaction.judge(side) for reaction in self.reactions)

    def __str__(self):
        return " or ".join(map(str, self.reactions))


PROTOCOL, LIMIT, CLOSED, FINE = Rejects("protocol"), Rejects("limit"), Closes(), GoesOn()


# Rows


@dataclasses.dataclass
class Case:
    name: str
    section: str
    script: list
    reaction: Reaction
    right: bool = False
    """Whether nothing is wrong here: the page allows all of it."""
    hello: dict = dataclasses.field(default_factory=dict)
    """Changes to this side's HELLO or WELCOME."""
    ready: dict = dataclasses.field(default_factory=dict)
    greets: bool = True
    """Whether the handshake comes first; otherwise the script is all there is."""
    pipeline: list = dataclasses.field(default_factory=list)
    level: str = "processed"
    stored: tuple = ()
    """With a receiver: the objects that it may have stored, where the session does not go on."""
    stores: typing.Optional[tuple] = None
    """With a receiver: the objects that it has to have stored, exactly."""
    options: tuple = ()
    """Of the program that is tried."""
    listens: typing.Optional[bool] = None
    """Whether the program listens; a receiver does, and a sender dials."""
    alone: bool = False
    """Whether the receiver is started for this case alone."""
    objects: tuple = (5,)
    """With a sender: the sizes of the files that it sends, or a number of lines."""
    exit: typing.Optional[int] = None
    books: typing.Optional[dict] = None
    """With a program of its own: its exit status, and members of its summary."""
    after: typing.Optional[typing.Callable] = None
    """Once the session is over: what is wrong with what was read, or None."""
    protocols: typing.Optional[tuple] = None
    """What this side offers in ALPN, for a case over TLS."""


def case(name, section, script, reaction, **more):
    return Case(name, section, list(script), reaction, **more)


def opening(case, side):
    """The handshake as this side has it."""
    if side.is_initiator:
        return [PREFACE, Greeting(HELLO, case.hello), HELLO_SEEN, Greeting(READY, case.ready)]
    return [PREFACE, HELLO_SEEN, Greeting(WELCOME, case.hello), READY_SEEN]


def play(case, side):
    """Plays a case: what is wrong with what came back, or None."""
    try:
        for step in (opening(case, side) if case.greets else []) + case.script:
            step.play(side)
        case.reaction.finish(side)
    except Ended:
        side.drain()
    if not case.reaction.judge(side):
        return f"{case.reaction} is due; it was {side.seen()}"
    return case.after(side) if case.after else None
