#!/usr/bin/env python3
"""Makes docs/wire-vectors.json and section 17 of docs/wire.md with the peer beside this file, which
was written from that page and shares no code with the library.

    python3 Tests/Peers/make_vectors.py            # writes both
    python3 Tests/Peers/make_vectors.py --check    # says whether both are as they should be
"""

import json
import pathlib
import struct
import sys

sys.dont_write_bytecode = True

from pouch_peer import cbor, frames  # noqa: E402
from pouch_peer.frames import Acknowledgement, Entry, Header  # noqa: E402
from pouch_peer.stages import Pipeline  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA_FILE = ROOT / "docs" / "wire-vectors.json"
PAGE = ROOT / "docs" / "wire.md"
BEGIN, END = "<!-- traces -->\n", "<!-- end of traces -->\n"
KEY = b"a key that everybody knows, for this page"


def spaced(data: bytes) -> str:
    return data.hex(" ").upper()


def notation(value) -> str:
    """CBOR's diagnostic notation."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, bytes):
        return f"h'{value.hex()}'"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(notation, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{notation(k)}: {notation(v)}" for k, v in value.items()) + "}"
    raise TypeError(type(value).__name__)


# Two sessions


class Side:
    """One end of a session: its mark in the trace, its nonce, its direction's pipeline."""

    def __init__(self, name: str, mark: str, seed: int) -> None:
        self.name, self.mark = name, mark
        self.id = bytes(range(seed, seed + 16))
        self.nonce = bytes(range(seed + 0x20, seed + 0x30))
        self.pipeline = Pipeline([])


class Session:
    def __init__(self, name, title, sender, pipeline, key, level) -> None:
        self.name, self.title, self.key = name, title, key
        self.announced, self.level = pipeline, level
        self.initiator, self.acceptor = Side("initiator", ">", 0x00), Side("acceptor", "<", 0x10)
        self.sender = getattr(self, sender)
        self.receiver = self.acceptor if self.sender is self.initiator else self.initiator
        self.steps = []

    # What each side says of itself

    def hello(self, side: Side, kind: int) -> None:
        fields = {}
        if kind != frames.READY:
            fields["version"] = [0, 0] if kind == frames.HELLO else 0
            fields.update(
                role="sender" if side is self.sender else "receiver", id=side.id, nonce=side.nonce,
                software="trace/1", frame=16 << 20, object=0, heartbeat=15000)
            if side is self.sender:
                fields.update(
                    session=bytes(range(0x40, 0x50)),
                    pipeline=[[name, parameters] for name, parameters in self.announced],
                    acknowledge=self.level, formats=["raw", "cbor", "json"])
        if side is self.receiver and kind != frames.HELLO:
            fields.update(window={"objects": 1024, "bytes": 1 << 20}, received=0)
        fields["grease-0"] = 1
        body = frames.encode_sealed_map(kind, fields)
        self.add(side, kind, body, body, 0, 0, 0, [
            (body[:-4], notation(fields)), (body[-4:], "CRC-32C of covered header bytes and map")])

    def preface(self, side: Side) -> None:
        self.steps.append({
            "from": side.name, "what": "preface", "bytes": frames.PREFACE.hex(),
            "notes": [(frames.PREFACE, "preface: version 1.0")], "mark": side.mark})

    def agree(self) -> None:
        nonces = (self.initiator.nonce, self.acceptor.nonce)
        for side in (self.initiator, self.acceptor):
            side.pipeline = Pipeline.build(
                self.announced, self.key, side is self.acceptor, nonces)

    # Frames behind the handshake

    def send(self, side: Side, kind: int, body: bytes, notes, first: int = 0, count: int = 0) -> None:
        applied, sealed = side.pipeline.encode(kind, 0, first, count, body)
        if sealed != body:
            notes = [(sealed, "as it travels")] + [(data, "decoded: " + text) for data, text in notes]
        self.add(side, kind, body, sealed, applied, first, count, notes)

    def add(self, side, kind, decoded, body, stages, first, count, notes) -> None:
        header = Header(len(body), kind, 0, stages, first, count).encode()
        name = frames.kind_name(kind)
        text = f"{name}: {len(body)} bytes"
        if stages:
            text += f", stages {stages:#04x}"
        if first:
            text += f", first id {first}"
        if count:
            text += f", count {count}"
        self.steps.append({
            "from": side.name, "what": name, "header": header.hex(), "stages": stages,
            "first": first, "count": count, "body": body.hex(), "decoded": decoded.hex(),
            "notes": [(header, text)] + [(data, note) for data, note in notes if data],
            "mark": side.mark})

    def data(self, first: int, *entries: Entry) -> None:
        notes = []
        for entry in entries:
            text = f"{frames.FORMATS[entry.format]}, {len(entry.payload)} bytes"
            if entry.attributes:
                text += ", " + notation(entry.attributes)
            if entry.more:
                text += ", MORE"
            notes.append((entry.encode(), text))
        body = b"".join(entry.encode() for entry in entries)
        self.send(self.sender, frames.DATA, body, notes, first, len(entries))

    def acknowledge(self, up_to: int, *ranges) -> None:
        body = Acknowledgement(frames.LEVELS[self.level], up_to, list(ranges)).encode()
        text = f"{self.level}, up to {up_to}" + "".join(f", {a} to {b}" for a, b in ranges)
        self.send(self.receiver, frames.ACK, body, [(body, text)])

    def control(self, side: Side, kind: int, fields, first: int = 0) -> None:
        body = cbor.encode(fields)
        self.send(side, kind, body, [(body, notation(fields))], first)

    def echo(self, kind: int, side: Side) -> None:
        body = struct.pack(">Q", 1)
        self.send(side, kind, body, [(body, "any eight bytes")])

    # The results

    def value(self):
        return {
            "name": self.name, "title": self.title, "sender": self.sender.name,
            "acknowledge": self.level, "pipeline": self.announced,
            "key": None if self.key is None else self.key.hex(),
            "steps": [{k: v for k, v in step.items() if k not in ("notes", "mark")}
                      for step in self.steps]}

    def text(self) -> str:
        lines = []
        for step in self.steps:
            mark = step["mark"]
            for data, note in step["notes"]:
                lines.append(f"{mark} {note}" if mark != " " else f"    {note}")
                mark = " "
                for at in range(0, len(data), 24):
                    lines.append("      " + spaced(data[at:at + 24]))
        return "\n".join(lines) + "\n"


def plain() -> Session:
    it = Session(
        "plain", "The initiator sends, no pipeline, `processed`. Objects 1 and 2 share a frame; "
        "object 3 comes in two chunks with a PING between them; the receiver cannot use object 2; "
        "the sender gives up on object 4.", "initiator", [], None, "processed")
    it.preface(it.initiator)
    it.hello(it.initiator, frames.HELLO)
    it.preface(it.acceptor)
    it.hello(it.acceptor, frames.WELCOME)
    it.hello(it.initiator, frames.READY)
    it.agree()
    it.data(1, Entry(b"hello"), Entry(cbor.encode({1: "hi"}), 1, {"name": "note"}))
    it.control(it.receiver, frames.NACK, {
        "code": "processing", "retryable": False, "text": "no"}, first=2)
    it.acknowledge(2)
    it.data(3, Entry(b"abc", 0, {"size": 5}, more=True))
    it.echo(frames.PING, it.receiver)
    it.echo(frames.PONG, it.sender)
    it.data(4, Entry(b"wxyz", 0, {"name": "pipe"}, more=True))
    it.send(it.sender, frames.CANCEL, b"", [], first=4)
    it.acknowledge(2, (4, 4))
    it.data(3, Entry(b"de", 0, {"offset": 3}))
    it.acknowledge(4)
    it.control(it.sender, frames.CLOSE, {"last": 4, "code": "done"})
    it.control(it.receiver, frames.CLOSE, {"last": 4, "code": "done"})
    return it


def sealed() -> Session:
    it = Session(
        "sealed", "The acceptor sends; `deflate`, then `hmac-sha-256` with the key "
        f"`{KEY.decode()}`; `received`. Another deflate may make other bytes of the first object: "
        "what counts is what they decode to. It declines the frames that it would not shrink. The "
        "receiver opens the window, and then takes no more.",
        "acceptor", [("deflate", {"level": 6}), ("hmac-sha-256", {})], KEY, "received")
    it.preface(it.initiator)
    it.hello(it.initiator, frames.HELLO)
    it.preface(it.acceptor)
    it.hello(it.acceptor, frames.WELCOME)
    it.hello(it.initiator, frames.READY)
    it.agree()
    it.data(1, Entry(b"round and " * 12, 0, {"name": "song"}))
    it.acknowledge(1)
    credit = struct.pack(">QQ", 4096, 1 << 21)
    it.send(it.receiver, frames.CREDIT, credit, [(credit, "4096 objects, 2 MiB")])
    it.data(2, Entry(b"hello"))
    it.acknowledge(2)
    it.control(it.receiver, frames.CLOSE, {"last": 2, "code": "shutdown"})
    it.control(it.sender, frames.CLOSE, {"last": 2, "code": "done"})
    return it


# Single values, right and wrong


def header(name: str, value: Header):
    return {"name": name, "hex": value.encode().hex(), "length": value.length, "kind": value.kind,
            "flags": value.flags, "stages": value.stages, "first": value.first, "count": value.count}


def entries(name: str, *items: Entry):
    return {
        "name": name, "count": len(items), "hex": b"".join(map(Entry.encode, items)).hex(),
        "entries": [{
            "format": frames.FORMATS[item.format], "more": item.more, "payload": item.payload.hex(),
            "attributes": cbor.encode(item.attributes).hex() if item.attributes else None,
        } for item in items]}


def acknowledgement(name: str, value: Acknowledgement):
    return {"name": name, "hex": value.encode().hex(), "level": value.level, "upTo": value.up_to,
            "ranges": [list(item) for item in value.ranges]}


def wrong(name: str, data: bytes, **more):
    return {"name": name, "hex": data.hex(), **more}


def damaged(data: bytes, at: int, bits: int) -> bytes:
    return data[:at] + bytes([data[at] ^ bits]) + data[at + 1:]


def attributed(attributes: bytes) -> bytes:
    """A raw object of one byte, with these bytes in the place of its attributes."""
    return b"\x00\x00\x01\x10" + struct.pack(">H", len(attributes)) + attributes + b"x"


def with_sum(head: bytes) -> bytes:
    return head + struct.pack(">I", frames.crc32c(head))


def vectors():
    good = Header(9, frames.DATA, first=1, count=1)
    attached = Entry(b"\xa1\x01\x62hiabcde", 1, {"size": 10, "attachments": [3, 0, 2]})
    text = frames.encode_sealed_map(frames.REJECT, {"code": "busy", "text": "too many connections"})
    return {
        "about": "Test vectors of docs/wire.md, made by Tests/Peers/make_vectors.py. Bytes are "
                 "hexadecimal; kinds, formats and levels as on that page.",
        "preface": frames.PREFACE.hex(),
        "crc32c": [{"hex": data.hex(), "crc": f"{frames.crc32c(data):08x}"} for data in (
            b"", b"123456789", bytes(32), b"\xff" * 32, bytes(range(32)))],
        "headers": [
            header("DATA, nine bytes, object 1", good),
            header("ACK, nothing else set", Header(9, frames.ACK)),
            header("NACK of the highest id", Header(41, frames.NACK, first=(1 << 64) - 1)),
            header("every stage, sixteen mebibytes, IGNORABLE",
                   Header(16 << 20, 200, frames.IGNORABLE, 0xFF, 7, 9)),
        ],
        "wrongHeaders": [
            wrong("one bit of the checksum", damaged(good.encode(), 23, 1)),
            wrong("one bit of the length", damaged(good.encode(), 3, 4)),
            wrong("reserved byte", with_sum(damaged(good.encode()[:20], 7, 1))),
            wrong("unknown flag", with_sum(damaged(good.encode()[:20], 5, 4))),
        ],
        "entries": [
            entries("one raw object", Entry(b"hello")),
            entries("an empty object", Entry(b"")),
            entries("three objects", Entry(b"a"), Entry(b"[1]", 2), Entry(b"\xf6", 1, {"name": "n"})),
            entries("a first chunk", Entry(b"abc", 0, {"size": 5}, more=True)),
            entries("a last chunk, empty", Entry(b"", 0, {"offset": 5})),
            entries("three attachments", attached),
        ],
        "wrongEntries": [
            wrong("cut in the head", b"\x00\x00\x05", count=1),
            wrong("cut in the payload", bytes.fromhex("0000050068656c6c"), count=1),
            wrong("bytes behind the last", bytes.fromhex("00000100616b"), count=1),
            wrong("fewer than said", bytes.fromhex("0000010061"), count=2),
            wrong("bit 0x04", bytes.fromhex("0000010461"), count=1),
            wrong("bit 0x08", bytes.fromhex("0000010861"), count=1),
            wrong("bit 0x40", bytes.fromhex("0000014061"), count=1),
            wrong("bit 0x80", bytes.fromhex("0000018061"), count=1),
            wrong("attributes cut", attributed(b"\xa1")[:-2], count=1),
            wrong("attributes that are no map", attributed(b"\x80"), count=1),
            wrong("attributes with an integer key", attributed(b"\xa1\x01\x02"), count=1),
            wrong("an attribute twice", attributed(b"\xa2\x64name\x61a\x64name\x61b"), count=1),
            wrong("a size that is text", attributed(b"\xa1\x64size\x615"), count=1),
            wrong("bytes behind the attributes' map", attributed(b"\xa0\x00"), count=1),
        ],
        "acknowledgements": [
            acknowledgement("nothing yet", Acknowledgement(1, 0)),
            acknowledgement("up to 7, and 9 to 12", Acknowledgement(2, 7, [(9, 12)])),
            acknowledgement("two ranges", Acknowledgement(1, 1, [(3, 3), (5, 9)])),
        ],
        "wrongAcknowledgements": [
            wrong("empty", b""),
            wrong("eight bytes", bytes(8)),
            wrong("level 0", bytes([0]) + bytes(8)),
            wrong("level 3", bytes([3]) + bytes(8)),
            wrong("half a range", Acknowledgement(1, 1, [(3, 3)]).encode()[:-8]),
            wrong("a range not beyond up to", Acknowledgement(1, 5, [(5, 6)]).encode()),
            wrong("ranges out of order", Acknowledgement(1, 1, [(7, 8), (3, 4)]).encode()),
            wrong("ranges that overlap", Acknowledgement(1, 1, [(3, 5), (5, 7)]).encode()),
            wrong("a range that ends before it begins", Acknowledgement(1, 1, [(5, 4)]).encode()),
            wrong("257 ranges",
                  Acknowledgement(1, 0, [(at * 2 + 2, at * 2 + 2) for at in range(257)]).encode()),
        ],
        "handshakeBodies": [
            {"name": "REJECT busy", "kind": frames.REJECT, "hex": text.hex(), "map": text[:-4].hex()},
        ],
        "wrongHandshakeBodies": [
            wrong("one bit of the map", damaged(text, 5, 1), kind=frames.REJECT),
            wrong("one bit of the checksum", damaged(text, len(text) - 1, 1), kind=frames.REJECT),
            wrong("three bytes", text[:3], kind=frames.REJECT),
            wrong("the checksum of another kind", text, kind=frames.HELLO),
        ],
        "sessions": [plain().value(), sealed().value()],
    }


# Both files


def as_json() -> str:
    return json.dumps(vectors(), indent=1) + "\n"


def as_page() -> str:
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    parts = []
    for session in (plain(), sealed()):
        parts.append(f"### {session.name.capitalize()}\n\n{wrapped(session.title)}\n\n"
                     f"```\n{session.text()}```\n")
    return before + BEGIN + "\n" + "\n".join(parts) + "\n" + END + after


def wrapped(text: str) -> str:
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > 100:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "\n".join(lines + [line])


def main() -> int:
    made = {DATA_FILE: as_json(), PAGE: as_page()}
    if "--check" in sys.argv[1:]:
        old = [str(path) for path, text in made.items() if path.read_text() != text]
        for path in old:
            print(f"{path} is not what {sys.argv[0]} makes", file=sys.stderr)
        return 1 if old else 0
    for path, text in made.items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
