#!/usr/bin/env python3
"""Many connections at once, of peers that do not behave, and one that does.

    crowd_peer.py descriptors tcp://127.0.0.1:1243
    crowd_peer.py sessions ENDPOINT PID CONNECTIONS [--certs DIR]

`descriptors`: of 16 connections from 127.0.0.2 each begins 64 objects and completes none, and as many
more as it takes do nothing. A sender from 127.0.0.1, connected before them, then has its object
stored: `stored`. All stay until this process is ended.

`sessions`: of sessions with the receiver PID, which takes CONNECTIONS at once, some hundreds end
without a word; then as many as there may be stay open, and one more is told `busy`. When they have
gone the receiver takes another one. Says how many descriptors and KiB are not given back.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import socket
import struct
import sys
import time
from typing import Callable, List, Tuple

from flood_peer import Peer, chunk, forget_peak, frame, resident, secured
from pouch_peer import frames
from pouch_peer.transport import Endpoint, dial

PATIENCE = 30.0
"""Seconds for anything that is due at once."""


def wait(until: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not until():
        if time.monotonic() > deadline:
            raise SystemExit(f"in vain: {what}")
        time.sleep(0.02)


def take(peer: Peer) -> Tuple[frames.Header, bytes]:
    header = frames.Header.decode(peer.take(frames.HEADER_SIZE))
    return header, peer.take(header.length)


def read_answer(peer: Peer) -> bool:
    """Whether object 1 was acknowledged, and not refused."""
    while True:
        header, body = take(peer)
        if header.kind == frames.NACK:
            print(f"refused: {body!r}", flush=True)
            return False
        if header.kind == frames.ACK and int.from_bytes(body[1:9], "big") >= 1:
            return True


def named(name: str, peer: Peer) -> None:
    """Sends object 1 in two chunks."""
    half = bytes(100_000)
    for entry in (
        frames.Entry(half, 0, {"name": name}, True),
        frames.Entry(half, 0, {"offset": len(half)}, False),
    ):
        peer.sock.sendall(frame(frames.DATA, entry.encode(), first=1, count=1))


def descriptors(endpoint: Endpoint) -> None:
    def connect(source: str) -> Peer:
        return Peer(socket.create_connection((endpoint.host, endpoint.port), 20, (source, 0)))

    honest = connect("127.0.0.1")
    honest.connect_as_sender()
    greedy = [connect("127.0.0.2") for _ in range(16)]
    for peer in greedy:
        peer.connect_as_sender()
        peer.sock.sendall(b"".join(chunk(number) for number in range(1, 65)))
    # They say hello and wait for no answer: the last ones are not accepted any more.
    crowd: List[Peer] = []
    for _ in range(300):
        crowd.append(connect("127.0.0.2"))
        crowd[-1].greet_as_sender()
    print("crowded", flush=True)
    # The word of whoever started this, that accepting has paused.
    with open(sys.argv[3]) as pipe:
        pipe.readline()
    named("honest", honest)
    if read_answer(honest):
        print("stored", flush=True)
    with open(sys.argv[3]) as pipe:
        pipe.readline()


def count_descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def sessions(options: argparse.Namespace) -> None:
    endpoint, pid = Endpoint.parse(options.endpoint), options.pid

    def connect() -> Peer:
        return Peer(secured(dial(endpoint, 20), options, False))

    def session() -> Peer:
        peer = connect()
        peer.connect_as_sender()
        return peer

    def vanish(peer: Peer) -> None:
        if endpoint.scheme != "unix":
            peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # Without close_notify, too.
        os.close(peer.sock.detach())

    def calm() -> bool:
        return count_descriptors(pid) <= before

    # What is made once is made now.
    before = 1 << 30
    for _ in range(8):
        vanish(session())
    good = session()
    named("first", good)
    assert read_answer(good)
    vanish(good)
    wait(lambda: count_descriptors(pid) <= options.idle, "the first ones are gone")
    before = count_descriptors(pid)
    forget_peak(pid)
    memory = resident(pid, "VmRSS")
    for _ in range(options.connections * 2):
        vanish(session())
    wait(calm, "descriptors come back behind sessions that broke off")
    staying = [session() for _ in range(options.connections)]
    late = connect()
    late.greet_as_sender()
    late.take(len(frames.PREFACE))
    header, body = take(late)
    assert header.kind == frames.REJECT, header
    print("busy" if b"busy" in body else body, flush=True)
    late.sock.close()
    # Each of them is as good as any.
    named("second", staying[7])
    assert read_answer(staying[7])
    for peer in staying:
        vanish(peer)
    wait(calm, "descriptors come back behind sessions that stayed")
    last = session()
    named("third", last)
    assert read_answer(last)
    vanish(last)
    wait(calm, "the last one is gone")
    print(f"KiB {resident(pid, 'VmRSS') - memory}", flush=True)


def main() -> None:
    if sys.argv[1] == "descriptors":
        return descriptors(Endpoint.parse(sys.argv[2]))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mode", choices=["sessions"])
    parser.add_argument("endpoint")
    parser.add_argument("pid", type=int)
    parser.add_argument("connections", type=int)
    parser.add_argument("idle", type=int)
    parser.add_argument("--certs")
    sessions(parser.parse_args())


if __name__ == "__main__":
    main()
