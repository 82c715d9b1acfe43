// CRC-32C by table, eight bytes a step ("slicing by 8": Kounavis and Berry, 2005).
#include "pouch_crc32c_methods.h"

#include <string.h>

// table[k][b]: what byte b contributes when k more bytes follow it.
static uint32_t table[8][256];

static uint32_t times_x(uint32_t value) {
  return (value >> 1) ^ (CRC32C_POLYNOMIAL & (0u - (value & 1)));
}

static uint32_t product(uint32_t left, uint32_t right) {
  uint32_t sum = 0;
  for (uint32_t bit = 1u << 31; bit != 0; bit >>= 1) {
    if (left & bit) {
      sum ^= right;
    }
    right = times_x(right);
  }
  return sum;
}

uint32_t crc32c_power(unsigned exponent) {
  uint32_t result = 1u << 31;
  uint32_t square = 1u << 30;
  for (; exponent != 0; exponent >>= 1) {
    if (exponent & 1) {
      result = product(result, square);
    }
    square = product(square, square);
  }
  return result;
}

void crc32c_prepare_tables(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t sum = byte;
    for (int bit = 0; bit < 8; bit++) {
      sum = times_x(sum);
    }
    table[0][byte] = sum;
  }
  for (uint32_t byte = 0; byte < 256; byte++) {
    for (int slice = 1; slice < 8; slice++) {
      uint32_t before = table[slice - 1][byte];
      table[slice][byte] = (before >> 8) ^ table[0][before & 0xff];
    }
  }
}

uint32_t crc32c_by_tables(uint32_t seed, const uint8_t *at, size_t length) {
  uint32_t sum = ~seed;
  for (; length >= 8; length -= 8, at += 8) {
    uint64_t word;
    memcpy(&word, at, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    word ^= sum;
    sum = table[7][word & 0xff] ^ table[6][(word >> 8) & 0xff] ^ table[5][(word >> 16) & 0xff] ^
          table[4][(word >> 24) & 0xff] ^ table[3][(word >> 32) & 0xff] ^
          table[2][(word >> 40) & 0xff] ^ table[1][(word >> 48) & 0xff] ^ table[0][word >> 56];
  }
  for (; length > 0; length--, at++) {
    sum = (sum >> 8) ^ table[0][(sum ^ *at) & 0xff];
  }
  return ~sum;
}
