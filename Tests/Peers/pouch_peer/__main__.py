"""`python3 -m pouch_peer`, the same as `pouch_peer.py`."""

import sys

from .command import main

sys.exit(main(sys.argv[1:]))
