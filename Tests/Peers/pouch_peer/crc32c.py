"""CRC-32C (Castagnoli): reflected polynomial 0x82F63B78, all ones in and out."""

from __future__ import annotations


def _table() -> list:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


_TABLE = _table()


def crc32c(*parts: bytes) -> int:
    """The checksum of the parts, one behind the other."""
    crc = 0xFFFFFFFF
    table = _TABLE
    for part in parts:
        for byte in part:
            crc = (crc >> 8) ^ table[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF
