"""Another protocol on the port: section 9 of docs/wire.md."""

from __future__ import annotations

from .errors import ProtocolError

HTTP = (b"GET ", b"POST", b"PUT ", b"HEAD", b"HTTP", b"OPTI", b"DELE", b"PATC", b"CONN", b"TRAC")


def describe(first: bytes) -> str:
    """What answers in the place of a Pouch peer (section 9)."""
    if first.startswith(b"\x8bPOUCH"):
        return f"Pouch of major version {first[6]}" if len(first) > 6 else "a cut preface"
    if first[:2] in (b"\x16\x03", b"\x15\x03"):
        return "a TLS record: that end speaks TLS, this one plain"
    if first.startswith(HTTP):
        return "HTTP"
    if first.startswith(b"SSH-"):
        return "SSH"
    digits = first[:8].rstrip(b" ")
    if first[:1].isdigit() and digits.isdigit():
        return "a length10 header (the Python tutorial's framing)"
    if first and all(32 <= byte < 127 or byte in b"\t\r\n" for byte in first):
        return f"text: {first.decode('ascii')!r}"
    return f"bytes of an unknown protocol: {first.hex(' ')}"


def foreign(first: bytes) -> ProtocolError:
    return ProtocolError(f"the peer does not speak Pouch 1: {describe(first)}", reject=None)
