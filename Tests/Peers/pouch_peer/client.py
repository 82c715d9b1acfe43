"""The peer in a few calls, for programs that have their objects in memory.

    from pouch_peer import client

    client.send("tcp://127.0.0.1:7447", b"...", attachments=[array("f", [1, 2, 3])], format="cbor")
    for received in client.receive("tcp://127.0.0.1:7447"):
        received.payload, received.attachments

Both dial. With `listen`, a function, they listen instead, and call it with the endpoint that was
bound: `client.receive("tcp://127.0.0.1:0", listen=print)`. `options` are those of the command line
(`pouch_peer.py send --help`), such as `["--trust", "ca.pem"]` or `["--pipeline", "deflate:1,crc32c"]`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence

from .command import build_parser, check_options, open_streams, serve
from .errors import PeerError
from .receiver import Ledger
from .sources import AttachedSource, BytesSource, Source


@dataclass
class Received:
    """An object as it arrived."""

    payload: bytes
    attachments: List[bytes]
    format: str
    attributes: Dict[str, Any]


class Undelivered(Exception):
    """An object was refused, or nobody knows what became of it."""


def send(
    endpoint: str,
    payload: Any,
    attachments: Sequence[Any] = (),
    format: str = "raw",
    name: Optional[str] = None,
    listen: Optional[Callable[[str], None]] = None,
    options: Sequence[str] = (),
) -> None:
    """Sends one object, and returns when the receiver has processed it.

    `payload` and each attachment are bytes or anything with a buffer: an `array`, a `memoryview`, a
    NumPy array. Raises PeerError when the connection fails, Undelivered when the object does.
    """
    source: Source = BytesSource(name, payload)
    if attachments:
        source = AttachedSource(source, [BytesSource(None, data) for data in attachments])
    failures: List[Dict[str, Any]] = []

    def report(event: str, **fields: Any) -> None:
        if event in ("refused", "undelivered"):
            failures.append(fields)
        _tell(listen, event, fields)

    parsed = _parse("send", endpoint, listen, ["--format", format, *options])
    for stream, initiator in open_streams(parsed, report):
        serve(stream, initiator, parsed, report, Ledger(), [source])
    if failures:
        raise Undelivered(failures[0].get("text") or "the object was not acknowledged")


def receive(
    endpoint: str,
    count: Optional[int] = None,
    listen: Optional[Callable[[str], None]] = None,
    options: Sequence[str] = (),
) -> Iterator[Received]:
    """The objects of one connection, in memory, each acknowledged when it has been taken.

    They are yielded once the sender has closed or `count` have come, so this is for few and small
    ones. Raises PeerError when the connection fails; what came before is in order.
    """
    received: List[Received] = []
    limit = [] if count is None else ["--count", str(count)]
    parsed = _parse("receive", endpoint, listen, [*limit, *options])
    parsed.deliver = lambda *fields: received.append(Received(*fields))
    failure: Optional[PeerError] = None

    def report(event: str, **fields: Any) -> None:
        _tell(listen, event, fields)

    try:
        for stream, initiator in open_streams(parsed, report):
            serve(stream, initiator, parsed, report, Ledger(), [])
    except PeerError as error:
        failure = error
    yield from received
    if failure is not None:
        raise failure


def _tell(listen: Optional[Callable[[str], None]], event: str, fields: Dict[str, Any]) -> None:
    if listen is not None and event == "listening":
        listen(fields["endpoint"])


def _parse(
    command: str,
    endpoint: str,
    listen: Optional[Callable[[str], None]],
    options: List[str],
) -> Any:
    where = ["--connect" if listen is None else "--listen", endpoint]
    sources = ["-"] if command == "send" else []  # what is sent is not the command line's
    parsed = build_parser().parse_args([command, *where, *options, *sources])
    check_options(parsed)
    return parsed
