"""A Pouch peer in plain Python: standard library only, Python 3.9 or later.

It is written from docs/wire.md alone, as the proof that the page is complete. The modules, from
the bottom up:

errors      what can go wrong, with its exit code and the REJECT code that it is answered with
cbor        RFC 8949, every well-formed item in, the few types of the protocol out
typed_arrays   arrays of numbers in CBOR (RFC 8746), plain or NumPy's: an example for other programs
crc32c      CRC-32C
frames      headers, kinds, entries, acknowledgements (sections 2, 3, 5 and 6)
stages      the pipeline (section 7)
handshake   the maps of HELLO, WELCOME and READY (section 4)
faults      deliberate misbehaviour, for tests
foreign     other protocols on the port (section 9)
transport   endpoints, sockets, TLS
connection  preface, handshake, frames in and out, the end (sections 1, 8 and 9)
sources     what is sent
sender, receiver   the two roles
command     the command line
client      the same in a few calls, for programs: an example too
selftest*   the peer against itself
"""
