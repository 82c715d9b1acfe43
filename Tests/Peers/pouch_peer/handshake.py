"""The maps of HELLO, WELCOME and READY: section 4 of docs/wire.md."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Tuple

from .cbor import Tagged
from .errors import ProtocolError
from .frames import FORMATS, FRAME_LIMIT, HANDSHAKE_BODY_LIMIT
from .stages import Announcement, check_announcement

SOFTWARE = "pouch_peer.py/1.0"
MINOR_VERSION = 0
ACKNOWLEDGE = ("none", "received", "processed")

Window = Tuple[int, int]


@dataclass
class Offer:
    """What this end says of itself."""

    role: str
    frame: int = 1024 * 1024
    object: int = 0
    heartbeat: int = 0
    # the sender's
    session: bytes = b""
    pipeline: Announcement = field(default_factory=list)
    acknowledge: str = "processed"
    formats: List[str] = field(default_factory=lambda: ["raw"])
    # the receiver's
    window: Window = (1024, 8 * 1024 * 1024)
    # of the process and of the connection
    id: bytes = b""
    nonce: bytes = b""

    def opening(self, initiator: bool) -> Dict[str, Any]:
        """HELLO or WELCOME, without what depends on the other side."""
        value: Dict[str, Any] = {
            "version": [MINOR_VERSION, MINOR_VERSION] if initiator else MINOR_VERSION,
            "role": self.role,
            "id": self.id,
            "nonce": self.nonce,
            "software": SOFTWARE,
            "frame": self.frame,
            "object": self.object,
            "heartbeat": self.heartbeat,
        }
        if self.role == "sender":
            value["session"] = self.session
            value["pipeline"] = [[name, parameters] for name, parameters in self.pipeline]
            value["acknowledge"] = self.acknowledge
            value["formats"] = self.formats
        return value


@dataclass
class Agreement:
    """What the other side said, and what the sender of the two announced."""

    peer_id: bytes
    peer_nonce: bytes
    software: str
    frame: int
    object: int
    heartbeat: int
    session: bytes = b""
    pipeline: Announcement = field(default_factory=list)
    acknowledge: str = "none"
    formats: List[str] = field(default_factory=list)
    window: Window = (0, 0)
    received: int = 0


def grease(rich: bool = False) -> Dict[str, Any]:
    """A key that no peer knows, with a value that every peer must be able to skip."""
    letters = string.ascii_lowercase + string.digits
    key = "grease-" + "".join(secrets.choice(letters) for _ in range(8))
    value: List[Any] = [1, -1, 2**64 - 1, "x", b"\x00", True, None, 1.5, {"a": [], "b": {}}]
    if rich:
        value.append(Tagged(32, "https://example.org/"))
    return {key: value}


class _Map:
    """Typed access to a handshake map; what is missing or wrong is a protocol error."""

    def __init__(self, kind: str, value: Dict[str, Any]) -> None:
        self.kind, self.value = kind, value

    def wrong(self, key: str) -> ProtocolError:
        state = "wrong" if key in self.value else "missing"
        return ProtocolError(f"{self.kind}: {key!r} is {state}")

    def integer(self, key: str, highest: int = 2**64 - 1, default: Optional[int] = None) -> int:
        value = self.value.get(key, default)
        if type(value) is not int or not 0 <= value <= highest:
            raise self.wrong(key)
        return value

    def text(self, key: str, among: Tuple[str, ...] = ()) -> str:
        value = self.value.get(key)
        if not isinstance(value, str) or (among and value not in among):
            raise self.wrong(key)
        return value

    def sixteen(self, key: str) -> bytes:
        value = self.value.get(key)
        if not isinstance(value, bytes) or len(value) != 16:
            raise self.wrong(key)
        return value


def check_opening(
    kind: str, value: Dict[str, Any], own: Offer, key: Optional[bytes]
) -> Agreement:
    """HELLO or WELCOME of the other side."""
    reader = _Map(kind, value)
    check_version(kind, value.get("version"))
    role = reader.text("role")
    if role not in ("sender", "receiver") or role == own.role:
        raise ProtocolError(f"both ends are {role!r}, or one is neither", reject="role")
    agreement = Agreement(
        peer_id=reader.sixteen("id"),
        peer_nonce=reader.sixteen("nonce"),
        software=reader.text("software"),
        frame=reader.integer("frame"),
        object=reader.integer("object"),
        heartbeat=reader.integer("heartbeat"),
    )
    if not HANDSHAKE_BODY_LIMIT <= agreement.frame <= FRAME_LIMIT:
        raise ProtocolError(f"{kind}: frames of {agreement.frame} bytes", reject="limit")
    if role == "sender":
        agreement.session = reader.sixteen("session")
        agreement.pipeline = check_announcement(value.get("pipeline"), key)
        agreement.acknowledge = reader.text("acknowledge", ACKNOWLEDGE)
        formats = value.get("formats")
        if not isinstance(formats, list) or not all(isinstance(name, str) for name in formats):
            raise reader.wrong("formats")
        if not set(formats) & set(FORMATS):
            raise ProtocolError(f"{kind}: none of the formats {formats} is taken", reject="format")
        agreement.formats = formats
    else:
        agreement.session, agreement.pipeline = own.session, own.pipeline
        agreement.acknowledge, agreement.formats = own.acknowledge, own.formats
    return agreement


def check_version(kind: str, version: Any) -> None:
    """HELLO has a range around our minor version, WELCOME has the one that was chosen."""
    if kind == "HELLO":
        if not (
            isinstance(version, list)
            and len(version) == 2
            and all(type(minor) is int and minor >= 0 for minor in version)
            and version[0] <= version[1]
        ):
            raise ProtocolError("HELLO: 'version' is not [lowest, highest]")
        agreed = version[0] <= MINOR_VERSION <= version[1]
    else:
        agreed = type(version) is int and version == MINOR_VERSION
    if not agreed:
        raise ProtocolError(f"{kind}: version {version!r}, 1.{MINOR_VERSION} here", reject="version")


def check_window(kind: str, value: Dict[str, Any]) -> Tuple[Window, int]:
    """`window` and `received` in the receiver's WELCOME or READY."""
    window = value.get("window")
    if not isinstance(window, dict):
        raise _Map(kind, value).wrong("window")
    reader = _Map(f"{kind}, window", window)
    received = _Map(kind, value).integer("received", default=0)
    return (reader.integer("objects"), reader.integer("bytes")), received
