#!/usr/bin/env python3
"""What the Python sockets tutorial does with pickles, in plain Python (docs/wire.md, section 11).

    length10_peer.py send    (--listen WHERE | --connect WHERE)     the tutorial's server listens
    length10_peer.py receive (--listen WHERE | --connect WHERE)     its client connects

WHERE is HOST:PORT, the path of a Unix socket, or @ and an abstract name. Whoever listens first says
"listening on WHERE" on stdout; whoever receives prints each object with repr().
"""

import argparse
import os
import pickle
import socket
import ssl
import sys

HEADERSIZE = 10
ALPN = "pouch-length10"


class Command:
    """A pickle that would run a command if anybody let it."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


def known_objects(canary):
    return {
        "tutorial": {1: "hi", 2: "there"},
        "nested": {"name": "lamp", "on": True, "levels": [0.5, 1, None], (1, 2): {3, 4}},
        "bytes": b"\x00\xff raw",
        "large": {"numbers": list(range(50000)), "text": "a\u00e9\u6c34" * 30000},
        "command": Command("touch " + canary),
    }


def framed(thing, protocol):
    payload = pickle.dumps(thing, protocol)
    return bytes(f"{len(payload):<{HEADERSIZE}}", "utf-8") + payload


def send(connection, options):
    objects = known_objects(options.canary)
    messages = [framed(objects[name], options.protocol) for name in options.objects]
    if options.pieces == "joined":
        connection.sendall(b"".join(messages))
        return
    for message in messages:
        if options.pieces == "bytes":
            for position in range(len(message)):
                connection.sendall(message[position : position + 1])
        else:
            connection.sendall(message)


def receive(connection, options):
    """The tutorial's loop: 16 bytes at a time, and lengths compared for equality."""
    left = options.count
    full = b""
    length = 0
    while left != 0:
        piece = connection.recv(16)
        if not piece:
            # The tutorial's own client does not look, and fails on int(b"").
            say("end" if not full else "truncated")
            break
        if not full:
            length = int(piece[:HEADERSIZE])
        full += piece
        if len(full) - HEADERSIZE == length:
            say("object " + repr(pickle.loads(full[HEADERSIZE:])))
            full = b""
            left -= 1
    if isinstance(connection, ssl.SSLSocket):
        connection.unwrap()


def wait_for_the_end(connection):
    """Stays connected until the other side leaves."""
    try:
        while connection.recv(4096):
            pass
    except OSError as error:
        say("lost " + type(error).__name__)


def say(text):
    print(text, flush=True)


# Sockets


def is_path(where):
    return where[0] in "/@"


def address(where):
    if is_path(where):
        return where.replace("@", "\0", 1) if where[0] == "@" else where
    host, port = where.rsplit(":", 1)
    return host, int(port)


def make_socket(where):
    return socket.socket(socket.AF_UNIX if is_path(where) else socket.AF_INET)


def secured(connection, options, is_server):
    if not options.trust:
        return connection
    purpose = ssl.PROTOCOL_TLS_SERVER if is_server else ssl.PROTOCOL_TLS_CLIENT
    context = ssl.SSLContext(purpose)
    context.load_verify_locations(options.trust)
    context.load_cert_chain(options.certificate, options.key)
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols([options.alpn])
    # An end without close_notify is a fault, not an end.
    return context.wrap_socket(
        connection,
        server_side=is_server,
        server_hostname=None if is_server else "localhost",
        suppress_ragged_eofs=False,
    )


def connections(options):
    """One connection that was dialled, or those that come."""
    if options.connect:
        connection = make_socket(options.connect)
        connection.connect(address(options.connect))
        yield secured(connection, options, is_server=False)
        return
    listener = make_socket(options.listen)
    listener.bind(address(options.listen))
    listener.listen(5)
    bound = listener.getsockname()
    say("listening on " + (options.listen if is_path(options.listen) else "%s:%d" % bound))
    for _ in range(options.visitors):
        connection, _ = listener.accept()
        yield secured(connection, options, is_server=True)


def parse(arguments):
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=["send", "receive"])
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--listen")
    where.add_argument("--connect")
    parser.add_argument("--visitors", type=int, default=1, help="how many to accept")
    parser.add_argument("--protocol", type=int, default=pickle.DEFAULT_PROTOCOL)
    parser.add_argument("--pieces", choices=["whole", "bytes", "joined"], default="whole")
    parser.add_argument("--objects", default="tutorial", help="names, with commas between")
    parser.add_argument("--canary", default="/nonexistent/canary")
    parser.add_argument("--count", type=int, default=-1, help="leave after so many objects")
    parser.add_argument("--trust")
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--alpn", default=ALPN)
    options = parser.parse_args(arguments)
    options.objects = options.objects.split(",")
    return options


def main(arguments):
    options = parse(arguments)
    for connection in connections(options):
        with connection:
            if options.role == "receive":
                receive(connection, options)
                continue
            send(connection, options)
            if options.listen:
                # The tutorial's server keeps its socket, so that its client is not confused.
                wait_for_the_end(connection)
            elif isinstance(connection, ssl.SSLSocket):
                connection.unwrap()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
