#include "pouch_crc32c.h"

#include <string.h>

// Reflected polynomial of CRC-32C.
#define POLYNOMIAL 0x82f63b78u

static uint32_t table[8][256];

__attribute__((constructor)) static void build_table(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t sum = i;
    for (int bit = 0; bit < 8; bit++) {
      sum = (sum >> 1) ^ (POLYNOMIAL & (0u - (sum & 1)));
    }
    table[0][i] = sum;
  }
  for (uint32_t i = 0; i < 256; i++) {
    for (int slice = 1; slice < 8; slice++) {
      uint32_t before = table[slice - 1][i];
      table[slice][i] = (before >> 8) ^ table[0][before & 0xff];
    }
  }
}

uint32_t pouch_crc32c_portable(uint32_t seed, const void *bytes, size_t length) {
  const uint8_t *at = bytes;
  uint32_t sum = ~seed;
  for (; length > 0; length--) {
    sum = (sum >> 8) ^ table[0][(sum ^ *at++) & 0xff];
  }
  return ~sum;
}

uint32_t pouch_crc32c(uint32_t seed, const void *bytes, size_t length) {
  return pouch_crc32c_portable(seed, bytes, length);
}
