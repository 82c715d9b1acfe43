#include "pouch_crc32c.h"
#include "pouch_crc32c_methods.h"

static pouch_crc32c_method chosen = pouch_crc32c_tables;

// Before any other constructor that might want a checksum.
__attribute__((constructor(101))) static void choose(void) {
  crc32c_prepare_tables();
#if CRC32C_INSTRUCTION
  if (crc32c_streams_supported()) {
    crc32c_prepare_streams();
    chosen = pouch_crc32c_streams;
  }
#endif
#if CRC32C_FOLDING
  if (crc32c_folding_supported()) {
    crc32c_prepare_folding();
    chosen = pouch_crc32c_folding;
  }
#endif
}

pouch_crc32c_method pouch_crc32c_chosen(void) { return chosen; }

uint32_t pouch_crc32c_by(
    pouch_crc32c_method method, uint32_t seed, const void *bytes, size_t length) {
  switch (method < chosen ? method : chosen) {
#if CRC32C_FOLDING
  case pouch_crc32c_folding:
    return crc32c_by_folding(seed, bytes, length);
#endif
#if CRC32C_INSTRUCTION
  case pouch_crc32c_streams:
    return crc32c_by_streams(seed, bytes, length);
#endif
  default:
    return crc32c_by_tables(seed, bytes, length);
  }
}

// Direct calls behind a branch that is always predicted, rather than a pointer: a frame header's
// 20 bytes take three instructions of checksum, and a load to find out whom to call would double
// that.
uint32_t pouch_crc32c(uint32_t seed, const void *bytes, size_t length) {
#if CRC32C_FOLDING
  if (length >= CRC32C_FOLDING_PAYS && chosen == pouch_crc32c_folding) {
    return crc32c_by_folding(seed, bytes, length);
  }
#endif
#if CRC32C_INSTRUCTION
  if (__builtin_expect(chosen >= pouch_crc32c_streams, 1)) {
    return crc32c_by_streams(seed, bytes, length);
  }
#endif
  return crc32c_by_tables(seed, bytes, length);
}
