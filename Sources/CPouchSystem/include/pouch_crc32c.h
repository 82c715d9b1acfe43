// CRC-32C (Castagnoli), with the processor's instruction where there is one.
#ifndef POUCH_CRC32C_H
#define POUCH_CRC32C_H

#include <stddef.h>
#include <stdint.h>

// The checksum of `length` bytes, continuing from `seed`: the checksum of what came before, or 0.
// `bytes` may be NULL when `length` is 0.
uint32_t pouch_crc32c(uint32_t seed, const void *_Nullable bytes, size_t length);

// The same by table, whatever the processor can do: what the fast path is checked against.
uint32_t pouch_crc32c_portable(uint32_t seed, const void *_Nullable bytes, size_t length);

#endif
