// What the methods of computing a CRC-32C share, and their functions.
//
// Notation. A checksum is a polynomial over GF(2) modulo P, kept "reflected": bit 31 is the
// coefficient of x^0. The same holds for longer words, so that bytes in memory order are read
// with their earliest bit as the highest power. One consequence is used throughout: a carry-less
// product of two reflected words comes out multiplied by x, because the product of two n-bit
// words has 2n - 1 bits and is read as a word of 2n.
#ifndef POUCH_CRC32C_METHODS_H
#define POUCH_CRC32C_METHODS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#define CRC32C_INSTRUCTION 1
#define CRC32C_FOLDING 1
#elif defined(__aarch64__) && defined(__linux__)
#define CRC32C_INSTRUCTION 1
#define CRC32C_FOLDING 0
#else
#define CRC32C_INSTRUCTION 0
#define CRC32C_FOLDING 0
#endif

// P, reflected and without its x^32.
#define CRC32C_POLYNOMIAL 0x82f63b78u

// x^exponent modulo P.
uint32_t crc32c_power(unsigned exponent);

void crc32c_prepare_tables(void);
uint32_t crc32c_by_tables(uint32_t seed, const uint8_t *at, size_t length);

#if CRC32C_INSTRUCTION
bool crc32c_streams_supported(void);
void crc32c_prepare_streams(void);
uint32_t crc32c_by_streams(uint32_t seed, const uint8_t *at, size_t length);
#endif

#if CRC32C_FOLDING
// The shortest input for which folding beats the instruction alone.
#define CRC32C_FOLDING_PAYS 256

bool crc32c_folding_supported(void);
void crc32c_prepare_folding(void);
uint32_t crc32c_by_folding(uint32_t seed, const uint8_t *at, size_t length);
#endif

#endif
