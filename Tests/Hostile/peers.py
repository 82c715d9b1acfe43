"""What Tests/Peers has already: frames, hellos, endpoints."""

import pathlib
import sys

sys.dont_write_bytecode = True  # a source tree stays clean
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Peers"))

from flood_peer import control, frame, sealed  # noqa: E402, F401
from pouch_peer import frames  # noqa: E402, F401
from pouch_peer.handshake import Offer, grease  # noqa: E402, F401
from pouch_peer.transport import Endpoint, TLSFiles  # noqa: E402, F401

HERE = pathlib.Path(__file__).resolve().parent
