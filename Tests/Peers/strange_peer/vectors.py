"""docs/wire-vectors.json: every value read, written again, and refused where it is wrong."""

import json

import cbor
import frames
import stages


def check(path):
    """The names of what does not agree, with what was seen instead."""
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    faults = []

    def expect(name, got, wanted):
        if got != wanted:
            faults.append(f"{name}: {got!r} instead of {wanted!r}")

    def expect_wrong(name, read):
        try:
            faults.append(f"{name}: taken, as {read()!r}")
        except (stages.Wrong, cbor.Malformed):
            pass

    expect("preface", frames.PREFACE.hex(), vectors["preface"])
    for row in vectors["crc32c"]:
        expect("crc32c", f"{stages.crc32c(bytes.fromhex(row['hex'])):08x}", row["crc"])
    for row in vectors["headers"]:
        header = frames.Header.decode(bytes.fromhex(row["hex"]))
        for key in ("length", "kind", "flags", "stages", "first", "count"):
            expect(f"{row['name']}, {key}", getattr(header, key), row[key])
        expect(row["name"], header.encode().hex(), row["hex"])
    for row in vectors["wrongHeaders"]:
        expect_wrong(row["name"], lambda: frames.Header.decode(bytes.fromhex(row["hex"])))
    for row in vectors["entries"]:
        entries = frames.decode_entries(bytes.fromhex(row["hex"]), row["count"])
        expect(row["name"], b"".join(entry.encode() for entry in entries).hex(), row["hex"])
        for entry, wanted in zip(entries, row["entries"]):
            expect(row["name"], frames.FORMATS[entry.format], wanted["format"])
            expect(row["name"], entry.more, wanted["more"])
            expect(row["name"], entry.payload.hex(), wanted["payload"])
            attributes = None if entry.attributes is None else cbor.encode(entry.attributes).hex()
            expect(row["name"], attributes, wanted["attributes"])
    for row in vectors["wrongEntries"]:
        expect_wrong(
            row["name"], lambda: frames.decode_entries(bytes.fromhex(row["hex"]), row["count"]))
    for row in vectors["acknowledgements"]:
        value = frames.Acknowledgement.decode(bytes.fromhex(row["hex"]))
        made = frames.Acknowledgement(
            row["level"], row["upTo"], tuple(tuple(pair) for pair in row["ranges"]))
        expect(row["name"], value, made)
        expect(row["name"], made.encode().hex(), row["hex"])
    for row in vectors["wrongAcknowledgements"]:
        expect_wrong(row["name"], lambda: frames.Acknowledgement.decode(bytes.fromhex(row["hex"])))
    for row in vectors["handshakeBodies"]:
        data = frames.open_map(row["kind"], bytes.fromhex(row["hex"]))
        expect(row["name"], data.hex(), row["map"])
        expect(row["name"], cbor.encode(cbor.decode_map(data)).hex(), row["map"])
        expect(row["name"], frames.seal_map(row["kind"], data).hex(), row["hex"])
    for row in vectors["wrongHandshakeBodies"]:
        expect_wrong(row["name"], lambda: frames.open_map(row["kind"], bytes.fromhex(row["hex"])))
    for session in vectors["sessions"]:
        check_session(session, expect)
    return faults


def check_session(session, expect):
    """Reads a session as both sides would, and writes it again."""
    key = None if session["key"] is None else bytes.fromhex(session["key"])
    announced = session["pipeline"]
    other = {"initiator": "acceptor", "acceptor": "initiator"}
    roles = {session["sender"]: "sender", other[session["sender"]]: "receiver"}
    hellos, readers, writers = {}, {}, {}
    for number, step in enumerate(session["steps"]):
        side, name = step["from"], f"{session['name']}, step {number}, {step['what']}"
        if step["what"] == "preface":
            expect(name, step["bytes"], frames.PREFACE.hex())
            continue
        header = frames.Header.decode(bytes.fromhex(step["header"]))
        body, decoded = bytes.fromhex(step["body"]), bytes.fromhex(step["decoded"])
        expect(name, frames.kind_name(header.kind), step["what"])
        expect(name, (header.stages, header.first, header.count, header.length),
               (step["stages"], step["first"], step["count"], len(body)))
        expect(name, header.encode().hex(), step["header"])
        if header.kind <= frames.READY:
            value = frames.decode_handshake(header.kind, body, roles[side])
            expect(name, frames.seal_map(header.kind, cbor.encode(value)).hex(), body.hex())
            hellos.setdefault(side, value)
            if header.kind == frames.READY:
                nonces = (hellos["initiator"]["nonce"], hellos["acceptor"]["nonce"])
                for end in other:
                    for pipelines in (readers, writers):
                        pipelines[end] = stages.Pipeline.build(
                            announced, key, nonces, end == "acceptor")
            continue
        expect(name, readers[side].open(header, body).hex(), decoded.hex())
        applied, sealed = writers[side].seal(
            frames.Header(0, header.kind, 0, 0, header.first, header.count), decoded)
        expect(name, applied, header.stages)
        # Another deflate may make other bytes.
        if not applied & 1 or not announced or announced[0][0] != "deflate":
            expect(name, sealed.hex(), body.hex())
        check_body(name, header, decoded, expect)


def check_body(name, header, body, expect):
    if header.kind == frames.DATA:
        entries = frames.decode_entries(body, header.count)
        expect(name, b"".join(entry.encode() for entry in entries).hex(), body.hex())
    elif header.kind == frames.ACK:
        expect(name, frames.Acknowledgement.decode(body).encode().hex(), body.hex())
    elif header.kind in frames.MAPS:
        expect(name, cbor.encode(frames.decode_map(header.kind, body)).hex(), body.hex())
