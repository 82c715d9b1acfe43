"""Loads of those who have got no further than the port: silence, garbage, resets, half a TLS hello."""

import random

from crowd import crowd, one_of, visits
from peers import frames
from session import frame, hello, sealed

# The beginning of a ClientHello: a record of 512 bytes is announced, and 6 of them come.
HALF_CLIENT_HELLO = bytes.fromhex("16030102000100 01fc0303".replace(" ", ""))
HTTP = b"GET /index.html HTTP/1.1\r\nHost: localhost\r\nUser-Agent: probe\r\n\r\n"

GARBAGE = (
    lambda: random.randbytes(random.randrange(1, 400)),
    HTTP,
    b"POST / HTTP/1.0\r\nContent-Length: 99999999\r\n\r\n",
    b"SSH-2.0-OpenSSH_9.6\r\n",
    b"33        \x80\x03}q\x00.",
    HALF_CLIENT_HELLO,
    b"EHLO localhost\r\n",
    bytes(200),
    # Pouch of a version that is yet to come, and what goes wrong behind the right preface
    frames.PREFACE[:6] + b"\x02\x00",
    lambda: frames.PREFACE + random.randbytes(64),
    lambda: frames.PREFACE + frame(frames.PING, bytes(8)),
    lambda: frames.PREFACE + frames.Header(8193, frames.HELLO).encode(),
    lambda: frames.PREFACE + sealed(frames.HELLO, {"version": "none"}),
    lambda: frames.PREFACE + sealed(frames.REJECT, {"code": "no", "text": "never"}),
    lambda: hello("sender")[:-3],
)


def garbage(target, seconds):
    """300 a second; each stays for a second."""
    return crowd(target, seconds, 300, one_of(*GARBAGE), age=1.0)


def secured_garbage(target, seconds):
    """Behind a TLS handshake that is in order."""
    say = one_of(*GARBAGE)

    def visit(counts):
        with target.dial() as stream:
            stream.sendall(say())
            counts["connections"] += 1
    return visits(target, seconds, 30, visit)


def silent_from_anywhere(target, seconds):
    return crowd(target, seconds, 3000, anywhere=True)


def silent_from_here(target, seconds):
    return crowd(target, seconds, 1000)


def half_hellos_from_anywhere(target, seconds):
    return crowd(target, seconds, 3000, one_of(HALF_CLIENT_HELLO, b"\x16"), anywhere=True)


def half_hellos_from_here(target, seconds):
    return crowd(target, seconds, 1000, one_of(HALF_CLIENT_HELLO, b"\x16"))


def resets(target, seconds):
    """Opened and reset: at once, or behind some bytes."""
    return crowd(target, seconds, 1000, one_of(b"", HTTP, frames.PREFACE, HALF_CLIENT_HELLO),
                 keep=0, resets=True)
