"""How the good and the bad reach what is tried: plain sockets, and TLS on top."""

import errno
import random
import resource
import socket
import ssl
import struct

from peers import Endpoint, TLSFiles

BIND_ADDRESS_NO_PORT = 24  # IP_BIND_ADDRESS_NO_PORT, which Python has no name for
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def raise_descriptor_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Target:
    """An endpoint that listens, and what it takes to talk to it."""

    def __init__(self, endpoint, certs=None, name="sender", patience=5.0):
        """- certs: a directory as pouch-certs writes it; name: whose certificate is shown."""
        self.endpoint = Endpoint.parse(endpoint)
        self.is_tls = self.endpoint.scheme == "tls"
        self.is_unix = self.endpoint.scheme == "unix"
        self.patience = patience
        self.context = None
        if self.is_tls:
            shown = (f"{certs}/{name}.pem", f"{certs}/{name}.key") if name else (None, None)
            self.context = TLSFiles(f"{certs}/ca.pem", *shown).context(server_side=False)

    @property
    def address(self):
        return self.endpoint.address if self.is_unix else (self.endpoint.host, self.endpoint.port)

    def connect(self, from_anywhere=False):
        """A socket that does not block. On this machine it is connected when this returns, or
        nobody takes it: None then."""
        family = socket.AF_UNIX if self.is_unix else socket.AF_INET
        stream = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        if from_anywhere and not self.is_unix:
            stream.setsockopt(socket.IPPROTO_IP, BIND_ADDRESS_NO_PORT, 1)
            stream.bind((anywhere(), 0))
        if stream.connect_ex(self.address) in (0, errno.EINPROGRESS):
            return stream
        stream.close()
        return None

    def dial(self):
        """A connection that blocks for as long as `patience`, behind the TLS handshake."""
        stream = socket.socket(socket.AF_UNIX if self.is_unix else socket.AF_INET)
        try:
            stream.settimeout(self.patience)
            stream.connect(self.address)
            return self.secure(stream)
        except BaseException:
            stream.close()
            raise

    def secure(self, stream):
        if not self.is_unix:
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.context is None:
            return stream
        return self.context.wrap_socket(
            stream, server_hostname="localhost", suppress_ragged_eofs=False)


def anywhere():
    """One of the 16 million addresses of this machine's own."""
    return f"127.{random.randrange(1, 255)}.{random.randrange(256)}.{random.randrange(1, 255)}"


def reset_on_close(stream):
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)


WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
BROKEN = (OSError, ssl.SSLError, EOFError)
