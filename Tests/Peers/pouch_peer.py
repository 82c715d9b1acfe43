#!/usr/bin/env python3
"""A Pouch peer in plain Python, written from docs/wire.md alone. `pouch_peer.py --help` says more."""

import sys

sys.dont_write_bytecode = True  # the tests run this file from a source tree that they leave clean

from pouch_peer.command import main  # noqa: E402  (the package beside this file)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
