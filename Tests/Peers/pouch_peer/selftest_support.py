"""What the self-tests share: a registry, two ends in two threads, certificates."""

from __future__ import annotations

import contextlib
import hashlib
import os
import queue
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from .command import build_parser, check_options, make_sources, run, serve
from .errors import PeerError
from .faults import Faults
from .receiver import Ledger, prepare_output
from .transport import Stream

PATIENCE = "20"
TESTS: List[Tuple[str, Callable[[], None]]] = []
TRANSPORTS = ("socketpair", "tcp", "tls", "unix", "abstract")


def test(name: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    def register(function: Callable[[], None]) -> Callable[[], None]:
        TESTS.append((name, function))
        return function

    return register


def equal(found: Any, expected: Any, what: str = "") -> None:
    if found != expected:
        raise AssertionError(f"{what or 'value'}: {found!r}, expected {expected!r}")


def contains(text: str, part: str) -> None:
    if part not in text:
        raise AssertionError(f"{part!r} is not in {text!r}")


@dataclass
class Side:
    """What one end did."""

    code: Optional[int] = None
    error: Optional[PeerError] = None
    crash: Optional[BaseException] = None
    events: List[Dict[str, Any]] = field(default_factory=list)
    listening: "queue.Queue[Optional[str]]" = field(default_factory=queue.Queue)

    def report(self, event: str, **fields: Any) -> None:
        self.events.append({"event": event, **fields})
        if event == "listening":
            self.listening.put(fields["endpoint"])

    def all(self, event: str) -> List[Dict[str, Any]]:
        return [entry for entry in self.events if entry["event"] == event]

    def one(self, event: str) -> Dict[str, Any]:
        found = self.all(event)
        equal(len(found), 1, f"{event} events in {self.events}, error {self.error}")
        return found[0]

    @property
    def exit_code(self) -> Optional[int]:
        return self.error.exit_code if self.error is not None else self.code

    @contextlib.contextmanager
    def recording(self) -> Iterator[None]:
        try:
            yield
        except PeerError as error:
            self.error = error
        except BaseException as error:  # noqa: B036  (a defect of the peer: re-raised by the test)
            self.crash = error
        finally:
            self.listening.put(None)


class Workshop:
    """A temporary directory with certificates, keys and files."""

    _instance: Optional["Workshop"] = None

    def __init__(self) -> None:
        self.path = tempfile.mkdtemp(prefix="pouch-peer-")
        self.key = self.file("hmac.key", secrets.token_bytes(32))

    def remove(self) -> None:
        shutil.rmtree(self.path)

    @staticmethod
    def shared() -> "Workshop":
        if Workshop._instance is None:
            Workshop._instance = Workshop()
        return Workshop._instance

    @staticmethod
    def remove_shared() -> None:
        if Workshop._instance is not None:
            Workshop._instance.remove()
            Workshop._instance = None

    def file(self, name: str, data: bytes) -> str:
        path = os.path.join(self.path, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def directory(self) -> str:
        return tempfile.mkdtemp(dir=self.path)

    def tls(self, name: str = "peer") -> List[str]:
        """Options for mutual TLS."""
        if not os.path.exists(os.path.join(self.path, f"{name}.pem")):
            self._make_certificates(name)
        files = {"--trust": "ca.pem", "--certificate": f"{name}.pem", "--key": f"{name}.key"}
        return [word for key, file in files.items() for word in (key, os.path.join(self.path, file))]

    def _make_certificates(self, name: str) -> None:
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        if not os.path.exists(os.path.join(self.path, "ca.pem")):
            self._openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "1",
                "-subj", "/CN=test CA", "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
        self._openssl("req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        self.file("san", b"subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        self._openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-out", f"{name}.pem", "-days", "1", "-extfile", "san", "-set_serial",
            str(secrets.randbits(64)))  # fmt: skip

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.path, check=True, capture_output=True)


def exchange(
    send: List[str],
    receive: List[str],
    transport: str = "socketpair",
    sender_dials: bool = True,
    ledger: Optional[Ledger] = None,
) -> Tuple[Side, Side]:
    """Runs a sender and a receiver against each other; both have ended when this returns."""
    if transport != "socketpair":
        where, more = _place(transport)
        return exchange_at(where, [*send, *more], [*receive, *more], sender_dials)
    sides = (Side(), Side())
    sockets = socket.socketpair()
    threads = [
        _start(_serve_socket, sides[0], "send", send, sockets[0], sender_dials, ledger),
        _start(_serve_socket, sides[1], "receive", receive, sockets[1], not sender_dials, ledger),
    ]
    return _ended(sides, threads)


def exchange_at(
    where: str, send: List[str], receive: List[str], sender_dials: bool = True, dial_scheme: str = ""
) -> Tuple[Side, Side]:
    """The same at an endpoint; the side that dials may be told another scheme than the listener's."""
    sides = (Side(), Side())
    roles = [(sides[0], "send", send), (sides[1], "receive", receive)]
    (dial, dial_role, dial_words), (listen, listen_role, listen_words) = (
        roles if sender_dials else reversed(roles)
    )
    threads = [_start(_run, listen, [listen_role, "--listen", where, *listen_words])]
    bound = listen.listening.get(timeout=float(PATIENCE))
    if bound is not None:
        scheme, _, rest = bound.partition(":")
        endpoint = f"{dial_scheme or scheme}:{rest}"
        threads.append(_start(_run, dial, [dial_role, "--connect", endpoint, *dial_words]))
    return _ended(sides, threads)


def _ended(sides: Tuple[Side, Side], threads: List[threading.Thread]) -> Tuple[Side, Side]:
    for thread in threads:
        thread.join(timeout=60)
        if thread.is_alive():
            raise AssertionError("an end did not come to its end")
    for side in sides:
        if side.crash is not None:
            raise side.crash
    return sides


def _place(transport: str) -> Tuple[str, List[str]]:
    if transport == "tcp":
        return "tcp://127.0.0.1:0", []
    if transport == "tls":
        return "tls://localhost:0", Workshop.shared().tls()
    token = secrets.token_hex(8)
    if transport == "unix":
        return f"unix://{os.path.join(Workshop.shared().path, token)}.sock", []
    return f"unix:@pouch-peer-{token}", []


def _start(function: Callable[..., None], side: Side, *arguments: Any) -> threading.Thread:
    def body() -> None:
        with side.recording():
            function(side, *arguments)

    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    return thread


def _parse(words: List[str]) -> Any:
    return build_parser().parse_args([words[0], "--timeout", PATIENCE, *words[1:]])


def _run(side: Side, words: List[str]) -> None:
    side.code = run(_parse(words), side.report)


def _serve_socket(
    side: Side, role: str, words: List[str], sock: Any, initiator: bool, ledger: Optional[Ledger]
) -> None:
    options = _parse([role, "--connect", "unix:@a-socket-pair-in-truth", *words])
    check_options(options)
    if role == "receive":
        prepare_output(options.output)
    sources = make_sources(options) if role == "send" else []
    faults = Faults(options.flip, options.cut_after, options.slow_bytes)
    stream = Stream(sock, options.timeout, faults)
    side.code = serve(stream, initiator, options, side.report, ledger or Ledger(), sources)


def digest_of(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()
