#!/usr/bin/env python3
"""Floods pouch-receive and pouch-send with frames of one kind, reads no reply, and sees how much
memory that costs them.

    flood_peer.py --receive PATH --send PATH --endpoint tcp://127.0.0.1:0 [--certs DIR]

Prints one JSON line for each end and kind: how many bytes were taken, what stopped the flood, and by
how many KiB the largest resident size went above what it was before. Everything is bounded: the
bytes of each flood, and half a second of patience with a side that takes no more.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import re
import secrets
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from pouch_peer import frames
from pouch_peer.handshake import Offer, grease
from pouch_peer.transport import Endpoint, Listener, TLSFiles, dial

MIB = 1 << 20
PIECE = 64 << 10
PATIENCE = 0.5
RAW, PICKLE = 0, 3


def frame(
    kind: int, body: bytes = b"", flags: int = 0, first: int = 0, count: int = 0, stages: int = 0
) -> bytes:
    return frames.Header(len(body), kind, flags, stages, first, count).encode() + body


def sealed(kind: int, value: Dict[str, Any]) -> bytes:
    return frame(kind, frames.encode_sealed_map(kind, value))


def control(kind: int, value: Dict[str, Any], first: int = 0) -> bytes:
    return frame(kind, frames.cbor.encode(value), first=first)


def offer(role: str) -> Offer:
    return Offer(
        role=role,
        frame=frames.FRAME_LIMIT,
        session=secrets.token_bytes(16),
        formats=["raw", "pickle"],
        id=secrets.token_bytes(16),
        nonce=secrets.token_bytes(16),
    )


# The floods: what comes first, and what comes again and again, numbered from 0


Flood = Tuple[int, bytes, Callable[[int], bytes]]


def entry(length: int, format: int = RAW) -> bytes:
    return frames.Entry(bytes(length), format).encode()


def many(first: int, count: int, item: bytes) -> bytes:
    return frame(frames.DATA, item * count, first=first, count=count)


def chunk(number: int, format: int = RAW) -> bytes:
    """The first chunk of an object."""
    body = frames.Entry(b"x", format, {}, True).encode()
    return frame(frames.DATA, body, first=number, count=1)


def both() -> Dict[str, Flood]:
    """What either side may be flooded with."""
    ignorable = frames.IGNORABLE
    return {
        "ping": (20 * MIB, b"", lambda n: frame(frames.PING, bytes(8)) * 64),
        "pong": (2 * MIB, b"", lambda n: frame(frames.PONG, bytes(8)) * 64),
        "ignorable": (2 * MIB, b"", lambda n: frame(99, b"", ignorable) * 64),
        "large ignorable": (24 * MIB, b"", lambda n: frame(99, bytes(16 << 10), ignorable)),
        "reject": (MIB, b"", lambda n: sealed(frames.REJECT, {"code": "busy", "text": "x" * 900})),
        "unknown": (MIB, b"", lambda n: frame(99, bytes(64)) * 64),
    }


def to_receiver() -> Dict[str, Flood]:
    close = control(frames.CLOSE, {"last": 0, "code": "done"})
    whole = frame(frames.DATA, entry(8), first=1, count=1)
    return {
        **both(),
        "tiny data": (MIB, b"", lambda n: frame(frames.DATA, entry(8), first=n + 1, count=1)),
        "refused data": (4 * MIB, b"", lambda n: many(1 + n * 8192, 8192, entry(0, PICKLE))),
        "refused one by one": (
            MIB,
            b"",
            lambda n: frame(frames.DATA, entry(0, PICKLE), first=n + 1, count=1),
        ),
        "refused chunks": (MIB, b"", lambda n: chunk(n + 1, PICKLE)),
        "begun and cancelled": (
            MIB,
            b"",
            lambda n: chunk(n + 1) + frame(frames.CANCEL, first=n + 1),
        ),
        "duplicate chunks": (MIB, whole, lambda n: chunk(1) * 64),
        "duplicates": (2 * MIB, whole, lambda n: whole * 64),
        "cancel": (2 * MIB, chunk(1), lambda n: frame(frames.CANCEL, first=1) * 64),
        "close": (MIB, b"", lambda n: close * 64),
        "ping behind close": (2 * MIB, close, lambda n: frame(frames.PING, bytes(8)) * 64),
        "ack": (MIB, b"", lambda n: frame(frames.ACK, bytes(9)) * 64),
    }


def to_sender() -> Dict[str, Flood]:
    nothing = frames.Acknowledgement(2, 0).encode()
    refusal = {"code": "refused", "retryable": False, "text": "x" * 900}
    credit = (1 << 40).to_bytes(8, "big") * 2
    close = control(frames.CLOSE, {"last": 0, "code": "done"})
    return {
        **both(),
        "ack": (2 * MIB, b"", lambda n: frame(frames.ACK, nothing) * 64),
        "nack": (8 * MIB, b"", lambda n: control(frames.NACK, refusal, first=1) * 16),
        "credit": (2 * MIB, b"", lambda n: frame(frames.CREDIT, credit) * 64),
        "close": (MIB, b"", lambda n: close * 64),
        "ping behind close": (2 * MIB, close, lambda n: frame(frames.PING, bytes(8)) * 64),
        "data": (MIB, b"", lambda n: many(1, 64, entry(8))),
    }


def before_hello() -> Dict[str, Flood]:
    """What a side may be flooded with that has sent its preface and nothing else."""
    large = sealed(frames.HELLO, {"version": [0, 0], "padding": bytes(8000)})
    return {
        "hello": (4 * MIB, b"", lambda n: large),
        "early ping": (2 * MIB, b"", lambda n: frame(frames.PING, bytes(8)) * 64),
        "early ignorable": (2 * MIB, b"", lambda n: frame(99, bytes(4000), frames.IGNORABLE)),
    }


# The peer


class Peer:
    """One connection, read only as far as the handshake needs."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.incoming = b""
        sock.settimeout(20)

    def take(self, count: int) -> bytes:
        while len(self.incoming) < count:
            data = self.sock.recv(4096)
            if not data:
                raise EOFError("the connection ended in the handshake")
            self.incoming += data
        taken, self.incoming = self.incoming[:count], self.incoming[count:]
        return taken

    def take_frame(self) -> frames.Header:
        header = frames.Header.decode(self.take(frames.HEADER_SIZE))
        self.take(header.length)
        return header

    def greet_as_sender(self) -> None:
        self.sock.sendall(frames.PREFACE + sealed(frames.HELLO, self._opening("sender", True)))

    def connect_as_sender(self) -> None:
        self.greet_as_sender()
        self.take(len(frames.PREFACE))
        assert self.take_frame().kind == frames.WELCOME
        self.sock.sendall(sealed(frames.READY, grease()))

    def accept_as_receiver(self) -> None:
        self.take(len(frames.PREFACE))
        assert self.take_frame().kind == frames.HELLO
        welcome = self._opening("receiver", False)
        welcome.update(window={"objects": 1024, "bytes": 8 * MIB}, received=0)
        self.sock.sendall(frames.PREFACE + sealed(frames.WELCOME, welcome))
        assert self.take_frame().kind == frames.READY
        # Something is on its way now, and none of it is read.
        assert self.take_frame().kind == frames.DATA

    def _opening(self, role: str, initiator: bool) -> Dict[str, Any]:
        return {**offer(role).opening(initiator), **grease()}

    def flood(self, flood: Flood) -> Tuple[int, str]:
        """Writes until it is enough, or the other side takes no more: bytes, and what it was."""
        limit, opening, again = flood
        self.sock.settimeout(PATIENCE)
        sent, number, waiting = 0, 0, opening
        try:
            while sent < limit:
                while len(waiting) < PIECE:
                    waiting += again(number)
                    number += 1
                piece, waiting = waiting[:PIECE], waiting[PIECE:]
                self.sock.sendall(piece)
                sent += len(piece)
        except (socket.timeout, ssl.SSLWantWriteError):
            return sent, "it takes no more"
        except (OSError, ssl.SSLError):
            return sent, "it has closed"
        # What is in the socket is to arrive before anybody looks.
        time.sleep(PATIENCE)
        return sent, "all was sent"


# The programs


def resident(pid: int, field: str) -> int:
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    found = re.search(rf"^{field}:\s+(\d+) kB$", status, re.MULTILINE)
    assert found is not None
    return int(found[1])


def forget_peak(pid: int) -> None:
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


class Program:
    def __init__(self, command: List[str], log: pathlib.Path) -> None:
        self.log = log
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log.open("w")
        )

    def listening(self) -> Endpoint:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found = re.search(r"listening on (\S+)", self.log.read_text())
            if found:
                return Endpoint.parse(found[1])
            time.sleep(0.02)
        raise SystemExit(f"it does not listen: {self.log.read_text()}")

    def end(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def secured(sock: socket.socket, options: argparse.Namespace, server_side: bool) -> socket.socket:
    sock.settimeout(20)
    if options.certs is None:
        return sock
    mine = "receiver" if server_side else "sender"
    files = TLSFiles(
        f"{options.certs}/ca.pem", f"{options.certs}/{mine}.pem", f"{options.certs}/{mine}.key", None
    )
    context = files.context(server_side)
    name = None if server_side else "localhost"
    return context.wrap_socket(sock, server_side=server_side, server_hostname=name)


def identity(options: argparse.Namespace, name: str) -> List[str]:
    if options.certs is None:
        return []
    certs = options.certs
    return [
        "--trust", f"{certs}/ca.pem", "--certificate", f"{certs}/{name}.pem",
        "--key", f"{certs}/{name}.key",
    ]  # fmt: skip


Result = Tuple[int, str, int]


def flood_receiver(
    options: argparse.Namespace, floods: Dict[str, Flood], early: bool, scratch: pathlib.Path
) -> Iterator[Tuple[str, Result]]:
    """One receiver for all: each flood is a connection of its own."""
    program = Program(
        [options.receive, "--listen", options.endpoint, "--raw", *identity(options, "receiver")],
        scratch / "receive.log",
    )
    try:
        pid, endpoint = program.process.pid, program.listening()

        def run(flood: Flood) -> Tuple[int, str]:
            peer = Peer(secured(dial(endpoint, 10), options, False))
            try:
                if early:
                    peer.sock.sendall(frames.PREFACE)
                else:
                    peer.connect_as_sender()
                return peer.flood(flood)
            finally:
                peer.sock.close()

        for name, flood in floods.items():
            # The first time touches code and fills caches; what counts is the second.
            run((2 * PIECE, flood[1], flood[2]))
            forget_peak(pid)
            before = resident(pid, "VmRSS")
            sent, end = run(flood)
            yield name, (sent, end, resident(pid, "VmHWM") - before)
            assert program.process.poll() is None, "the receiver has ended"
    finally:
        program.end()


def free(endpoint: Endpoint) -> Endpoint:
    """The endpoint, without the socket file of a program that was killed."""
    if endpoint.scheme == "unix" and not endpoint.abstract:
        pathlib.Path(endpoint.path).unlink(missing_ok=True)
    return endpoint


def flood_sender(
    options: argparse.Namespace, floods: Dict[str, Flood], early: bool, scratch: pathlib.Path
) -> Iterator[Tuple[str, Result]]:
    """A sender for each, in the middle of a file that nobody reads."""
    large = scratch / "large"
    with large.open("wb") as file:
        file.truncate(64 * MIB)
    for name, flood in floods.items():
        listener = Listener(free(Endpoint.parse(options.endpoint)))
        program = Program(
            [options.send, "--to", str(listener.endpoint), str(large), *identity(options, "sender")],
            scratch / "send.log",
        )
        try:
            peer = Peer(secured(listener.accept(20), options, True))
            if early:
                peer.sock.sendall(frames.PREFACE)
            else:
                peer.accept_as_receiver()
            # Its own data fill the socket, and then it is at rest.
            time.sleep(PATIENCE)
            pid = program.process.pid
            forget_peak(pid)
            before = resident(pid, "VmRSS")
            sent, end = peer.flood(flood)
            yield name, (sent, end, resident(pid, "VmHWM") - before)
            peer.sock.close()
        finally:
            program.end()
            listener.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--receive", required=True)
    parser.add_argument("--send", required=True)
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--certs", help="a directory as pouch-certs writes it, for tls")
    parser.add_argument("--only", help="one flood")
    options = parser.parse_args()

    def chosen(floods: Dict[str, Flood]) -> Dict[str, Flood]:
        return {name: flood for name, flood in floods.items() if options.only in (None, name)}

    with tempfile.TemporaryDirectory() as directory:
        scratch = pathlib.Path(directory)
        for end, run, floods, early in (
            ("receiver", flood_receiver, to_receiver(), False),
            ("receiver", flood_receiver, before_hello(), True),
            ("sender", flood_sender, to_sender(), False),
            ("sender", flood_sender, before_hello(), True),
        ):
            for name, (sent, stopped, growth) in run(options, chosen(floods), early, scratch):
                line = {"end": end, "flood": name, "bytes": sent, "stopped": stopped, "KiB": growth}
                print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
