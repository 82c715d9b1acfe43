"""Endpoints, sockets and TLS, behind one byte stream.

One thread serves a connection. Whatever waits, waits for both directions at once, so that two
peers that both write cannot wait for each other. TLS goes through memory BIOs, so that it works
over any socket and its half-close can be told from a cut.
"""

from __future__ import annotations

import os
import select
import socket
import ssl
import struct
import time
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Tuple

from .errors import Misbehaved, PatienceError, PeerError, ProtocolError
from .errors import TLSError, UnreachableError, UsageError
from .faults import Faults

ALPN = "pouch/1"
OUTGOING_LIMIT = 256 * 1024
INCOMING_LIMIT = 40 * 1024 * 1024
RECEIVE_SIZE = 256 * 1024
IGNORE_UNEXPECTED_EOF = 0x80  # of OpenSSL 3; Python 3.9 sets it, and a cut would look like an end
NOT_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")


@dataclass(frozen=True)
class Endpoint:
    scheme: str
    host: str = ""
    port: int = 0
    path: str = ""

    @staticmethod
    def parse(text: str) -> "Endpoint":
        """`tcp://host:port`, `tls://host:port`, `unix:///path`, `unix:@abstract`."""
        scheme, separator, rest = text.partition(":")
        if scheme == "unix" and separator:
            path = rest[2:] if rest.startswith("//") else rest
            if path not in ("", "@"):
                return Endpoint(scheme, path=path)
        elif scheme in ("tcp", "tls") and rest.startswith("//"):
            host, colon, port = rest[2:].rpartition(":")
            if colon and port.isdigit() and int(port) < 1 << 16 and host:
                return Endpoint(scheme, host=host.strip("[]"), port=int(port))
        raise UsageError(f"not an endpoint: {text!r}")

    def with_port(self, port: int) -> "Endpoint":
        return Endpoint(self.scheme, self.host, port, self.path)

    @property
    def abstract(self) -> bool:
        return self.path.startswith("@")

    @property
    def address(self) -> Any:
        return "\0" + self.path[1:] if self.abstract else self.path

    def __str__(self) -> str:
        if self.scheme == "unix":
            return f"unix:{self.path}" if self.abstract else f"unix://{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


@dataclass
class TLSFiles:
    trust: Optional[str] = None
    certificate: Optional[str] = None
    key: Optional[str] = None
    server_name: Optional[str] = None
    alpn: Tuple[str, ...] = (ALPN,)

    def context(self, server_side: bool) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server_side else ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.options &= ~IGNORE_UNEXPECTED_EOF
        if self.alpn:
            context.set_alpn_protocols(list(self.alpn))
        try:
            if self.trust:
                context.load_verify_locations(self.trust)
                context.verify_mode = ssl.CERT_REQUIRED
            if self.certificate:
                context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as error:
            raise TLSError(f"TLS files: {error}") from None
        return context


class Stream:
    """Bytes in order, both ways."""

    def __init__(self, sock: socket.socket, patience: float, faults: Optional[Faults] = None) -> None:
        sock.setblocking(False)
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = sock
        self.patience = patience
        self.faults = faults or Faults()
        self.incoming = bytearray()
        self.ended = False  # nothing more will come
        self._socket_ended = False  # nothing more will come through the socket; TLS may hold more
        self.failure: Optional[str] = None  # why not, unless the end was a clean one
        self.received = 0
        self._outgoing = bytearray()
        self._broken = False  # nothing more can go
        self._tls: Optional[ssl.SSLObject] = None
        self._tls_started = False
        self._tls_in, self._tls_out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._closed = False
        self.identity = self._identify()

    # TLS

    def start_tls(self, files: TLSFiles, server_side: bool, host: str, deadline: float) -> None:
        self._tls_started = True
        name = None if server_side else files.server_name or host
        tls = files.context(server_side).wrap_bio(
            self._tls_in, self._tls_out, server_side=server_side, server_hostname=name
        )
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._seal()
            except ssl.SSLError as error:
                self._seal()
                if error.reason in NOT_TLS:
                    raise ProtocolError(f"the peer does not speak TLS: {error}", None) from None
                raise TLSError(f"TLS: {error}") from None
            if self._socket_ended:
                raise TLSError(f"TLS: the connection ended in the handshake ({self.failure or 'closed'})")
            self._wait(deadline)
        self._tls = tls
        self.identity = self._identify()
        self._seal()
        if tls.selected_alpn_protocol() != ALPN:
            raise TLSError(f"TLS: no agreement on the ALPN protocol {ALPN!r}")
        self._unseal()

    def _identify(self) -> Dict[str, Any]:
        """Who is at the other end, as far as the transport knows."""
        if self._tls is not None:
            certificate = self._tls.getpeercert() or {}
            names = [f"{kind}:{name}" for kind, name in certificate.get("subjectAltName", ())]
            return {"tls": self._tls.version(), "names": names}
        if self.socket.family == socket.AF_UNIX:
            raw = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
            return {"uid": struct.unpack("iii", raw)[1]}
        return {}

    def _seal(self) -> None:
        """What TLS has to say goes out."""
        self._outgoing += self.faults.apply("wire", self._tls_out.read())
        self._push()
        self._carry_out_cut()

    def _carry_out_cut(self) -> None:
        if self.faults.cut_reached:
            self.flush()
            self.close()
            raise Misbehaved("cut")

    def _unseal(self) -> None:
        assert self._tls is not None
        while not self.ended:
            try:
                plain = self._tls.read(RECEIVE_SIZE)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLZeroReturnError:
                plain = b""
            except ssl.SSLError as error:
                self._seal()
                cut = isinstance(error, ssl.SSLEOFError) or "UNEXPECTED_EOF" in str(error.reason)
                if cut:
                    self.ended, self.failure = True, "cut, without close_notify"
                    break
                raise TLSError(f"TLS: {error}") from None
            if plain:
                self.incoming += plain
            else:
                self.ended = True
        if self._tls_out.pending:
            self._seal()

    # Both directions

    def write(self, data: bytes) -> None:
        """Queues and sends; waits while too much is queued. A broken stream swallows: the reason is
        found by reading."""
        data = self.faults.apply("stream", data)
        if self._tls is None:
            self._outgoing += self.faults.apply("wire", data)
        elif data and not self._broken:
            try:
                self._tls.write(data)
            except ssl.SSLError:  # the reading side found the end, or an error, before
                self._broken = True
            self._outgoing += self.faults.apply("wire", self._tls_out.read())
        self._push()
        self._carry_out_cut()
        while len(self._outgoing) > OUTGOING_LIMIT:
            self._wait(time.monotonic() + self.patience)

    def flush(self) -> None:
        while self._outgoing:
            self._wait(time.monotonic() + self.patience)

    def poll(self) -> None:
        """Reads what is there, without waiting."""
        if not self._socket_ended:
            self._pull()

    def fill(self, deadline: float) -> bool:
        """Waits for more to arrive; false at the end of the stream."""
        size = len(self.incoming)
        while len(self.incoming) == size and not self.ended:
            self._wait(deadline)
        return len(self.incoming) > size

    def take(self, count: int) -> bytes:
        data = bytes(self.incoming[:count])
        del self.incoming[:count]
        return data

    def _wait(self, deadline: float) -> None:
        """One turn: until some bytes came or went."""
        events = 0
        if not self._socket_ended and len(self.incoming) < INCOMING_LIMIT:
            events |= select.POLLIN
        if self._outgoing:
            events |= select.POLLOUT
        poller = select.poll()
        poller.register(self.socket, events)
        ready = poller.poll(max(0.0, deadline - time.monotonic()) * 1000)
        if not ready:
            raise PatienceError("timed out waiting for the peer")
        if ready[0][1] & select.POLLOUT:
            self._push()
        if ready[0][1] & ~select.POLLOUT:
            if self._socket_ended:
                self._broken = True
                self._outgoing.clear()
            self.poll()

    def _push(self) -> None:
        while self._outgoing and not self._broken:
            slow = self.faults.slow > 0
            try:
                sent = self.socket.send(self._outgoing[:1] if slow else self._outgoing)
            except BlockingIOError:
                return
            except OSError:
                self._broken = True
                break
            del self._outgoing[:sent]
            if slow:
                self.faults.slow -= 1
        if self._broken:
            self._outgoing.clear()

    def _pull(self) -> None:
        while len(self.incoming) < INCOMING_LIMIT:
            try:
                raw = self.socket.recv(RECEIVE_SIZE)
            except BlockingIOError:
                return
            except OSError as error:
                self.failure = os.strerror(error.errno or 0).lower()
                raw = b""
            self.received += len(raw)
            self._socket_ended = not raw
            if not self._tls_started:
                self.incoming += raw
                self.ended = self._socket_ended
            else:
                self._tls_in.write(raw) if raw else self._tls_in.write_eof()
                if self._tls is not None:
                    self._unseal()
            if self._socket_ended:
                return

    # The end

    def finish(self) -> None:
        """Half-closes: no more will be sent, reading goes on."""
        self.flush()
        if self._broken:
            return
        try:
            if self._tls is None:
                self.socket.shutdown(socket.SHUT_WR)
                return
            self._tls.unwrap()
        except ssl.SSLWantReadError:
            pass  # close_notify is written; the other side's is still to come
        except (OSError, ssl.SSLError):
            self._broken = True
        self._seal()
        self.flush()

    def linger(self, seconds: float) -> None:
        """Sends what is queued, half-closes the socket, and drops what still comes, for a bounded
        time: a close with unread bytes would reset the connection, and could take what was sent last
        (a REJECT, a TLS alert) from the other side."""
        deadline = time.monotonic() + seconds
        try:
            self.flush()
            self.socket.shutdown(socket.SHUT_WR)
            poller = select.poll()
            poller.register(self.socket, select.POLLIN)
            while poller.poll(max(0.0, deadline - time.monotonic()) * 1000):
                if not self.socket.recv(RECEIVE_SIZE):
                    return
        except (OSError, PeerError):
            pass

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self.socket.close()


class Listener:
    def __init__(self, endpoint: Endpoint) -> None:
        if endpoint.scheme == "unix":
            self.socket = socket.socket(socket.AF_UNIX)
            address: Any = endpoint.address
        else:
            family, _, _, _, address = _resolve(endpoint)[0]
            self.socket = socket.socket(family)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self.socket.bind(address)
            self.socket.listen(16)
        except OSError as error:
            self.socket.close()
            raise UnreachableError(f"cannot listen on {endpoint}: {error.strerror}") from None
        if endpoint.scheme != "unix":
            endpoint = endpoint.with_port(self.socket.getsockname()[1])
        self.endpoint = endpoint

    def accept(self, patience: float) -> socket.socket:
        self.socket.settimeout(patience)
        try:
            return self.socket.accept()[0]
        except socket.timeout:
            raise PatienceError(f"nobody connected to {self.endpoint}") from None

    def close(self) -> None:
        self.socket.close()
        if self.endpoint.scheme == "unix" and not self.endpoint.abstract:
            try:
                os.unlink(self.endpoint.path)
            except OSError:
                pass


def dial(endpoint: Endpoint, patience: float) -> socket.socket:
    """Every address of the name in turn."""
    if endpoint.scheme == "unix":
        candidates: List[Any] = [(socket.AF_UNIX, socket.SOCK_STREAM, 0, "", endpoint.address)]
    else:
        candidates = _resolve(endpoint)
    reason = "no address"
    for family, kind, protocol, _, address in candidates:
        sock = socket.socket(family, kind, protocol)
        sock.settimeout(patience)
        try:
            sock.connect(address)
            return sock
        except OSError as error:
            sock.close()
            reason = error.strerror or str(error)
    raise UnreachableError(f"cannot connect to {endpoint}: {reason}")


def _resolve(endpoint: Endpoint) -> List[Any]:
    try:
        return socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise UnreachableError(f"cannot resolve {endpoint.host!r}: {error.strerror}") from None
