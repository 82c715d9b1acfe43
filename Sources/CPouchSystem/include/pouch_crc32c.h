// CRC-32C (Castagnoli, RFC 3720 appendix B.4), with the processor's instructions where it has them.
#ifndef POUCH_CRC32C_H
#define POUCH_CRC32C_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The checksum of `length` bytes, continuing from `seed`: the checksum of what came before, or 0.
// `bytes` may be NULL when `length` is 0.
uint32_t pouch_crc32c(uint32_t seed, const void *_Nullable bytes, size_t length);

// The ways to compute it, slowest first. `pouch_crc32c` takes the last that the processor can do.
typedef enum __attribute__((enum_extensibility(closed))) {
  // Eight bytes a step, by table: any processor.
  pouch_crc32c_tables,
  // The CRC instruction in three interleaved streams: x86 with SSE4.2 and PCLMULQDQ, ARM with the
  // CRC32 and PMULL extensions.
  pouch_crc32c_streams,
  // Carry-less multiplication of 64 bytes at once: x86 with AVX-512 and VPCLMULQDQ.
  pouch_crc32c_folding,
} pouch_crc32c_method;

// The method that `pouch_crc32c` uses here.
pouch_crc32c_method pouch_crc32c_chosen(void);

// The same checksum by one method, no faster than the chosen one: for tests to compare.
uint32_t pouch_crc32c_by(
    pouch_crc32c_method method, uint32_t seed, const void *_Nullable bytes, size_t length);

#endif
