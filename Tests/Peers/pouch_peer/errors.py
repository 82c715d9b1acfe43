"""What can go wrong. Each error knows its exit code, and the REJECT code that tells the other side."""

from __future__ import annotations

from typing import Optional


class PeerError(Exception):
    """The root of all errors that end a run with one line on stderr."""

    exit_code = 1
    reject: Optional[str] = None


class UsageError(PeerError):
    exit_code = 64


class InputError(PeerError):
    exit_code = 66


class UnreachableError(PeerError):
    """No connection, or one that ended or was reset before its time."""

    exit_code = 69


class OutputError(PeerError):
    exit_code = 73


class PatienceError(PeerError):
    """Nothing came for longer than the time allowed."""

    exit_code = 75


class ProtocolError(PeerError):
    """The other side broke a rule of docs/wire.md."""

    exit_code = 76

    def __init__(self, message: str, reject: Optional[str] = "protocol") -> None:
        super().__init__(message)
        self.reject = reject


class IntegrityError(ProtocolError):
    """Bytes are not those that were sent."""

    exit_code = 65


class RejectedError(PeerError):
    """The other side sent REJECT."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"rejected by the peer ({code}): {text}")
        self.code = code
        self.exit_code = {"identity": 77, "limit": 65, "busy": 69, "closing": 69}.get(code, 76)


class TLSError(PeerError):
    exit_code = 77


class Misbehaved(Exception):
    """A requested fault was carried out to its end: not an error of this run."""
