// CRC-32C by the processor's instruction.
//
// The instruction takes a word in each cycle but answers three cycles later, so long inputs are
// read as three streams at once, whose checksums are then joined by carry-less multiplication
// (Gopal et al., "Fast CRC computation for iSCSI polynomial using CRC32 instruction", 2011).
#include "pouch_crc32c_methods.h"

#if CRC32C_INSTRUCTION

#include <string.h>

#if defined(__x86_64__)

#include <immintrin.h>

#define ACCELERATED __attribute__((target("sse4.2,pclmul")))

bool crc32c_streams_supported(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul");
}

ACCELERATED static inline uint64_t step8(uint64_t sum, uint64_t word) {
  return _mm_crc32_u64(sum, word);
}

ACCELERATED static inline uint32_t step4(uint32_t sum, uint32_t word) {
  return _mm_crc32_u32(sum, word);
}

ACCELERATED static inline uint32_t step1(uint32_t sum, uint8_t byte) {
  return _mm_crc32_u8(sum, byte);
}

ACCELERATED static inline uint64_t product(uint32_t left, uint32_t right) {
  return (uint64_t)_mm_cvtsi128_si64(
      _mm_clmulepi64_si128(_mm_cvtsi32_si128((int)left), _mm_cvtsi32_si128((int)right), 0));
}

#else // ARM

#include <arm_acle.h>
#include <arm_neon.h>
#include <sys/auxv.h>

#define ACCELERATED __attribute__((target("crc,aes")))

// The bits of AT_HWCAP, which are part of the kernel's interface (arch/arm64 asm/hwcap.h).
enum { HAS_PMULL = 1 << 4, HAS_CRC32 = 1 << 7 };

bool crc32c_streams_supported(void) {
  unsigned long wanted = HAS_PMULL | HAS_CRC32;
  return (getauxval(AT_HWCAP) & wanted) == wanted;
}

ACCELERATED static inline uint64_t step8(uint64_t sum, uint64_t word) {
  return __crc32cd((uint32_t)sum, word);
}

ACCELERATED static inline uint32_t step4(uint32_t sum, uint32_t word) {
  return __crc32cw(sum, word);
}

ACCELERATED static inline uint32_t step1(uint32_t sum, uint8_t byte) {
  return __crc32cb(sum, byte);
}

ACCELERATED static inline uint64_t product(uint32_t left, uint32_t right) {
  return vgetq_lane_u64(vreinterpretq_u64_p128(vmull_p64(left, right)), 0);
}

#endif

// Bytes in each of three streams.
enum { LARGE = 2048, SMALL = 256 };

// What moves a checksum past one and past two streams.
struct moves {
  uint32_t past_one;
  uint32_t past_two;
};

static struct moves large, small;

static struct moves moves(unsigned stream) {
  // Two checksums' product comes out times x, and the step that reduces it multiplies by x^32.
  unsigned bits = 8 * stream;
  return (struct moves){
      .past_one = crc32c_power(bits - 33),
      .past_two = crc32c_power(2 * bits - 33),
  };
}

void crc32c_prepare_streams(void) {
  large = moves(LARGE);
  small = moves(SMALL);
}

ACCELERATED static inline uint64_t load8(const uint8_t *at) {
  uint64_t word;
  memcpy(&word, at, 8);
  return word;
}

// The checksum after three streams of `stream` bytes each, which begin at `at`.
ACCELERATED static inline uint64_t three(
    uint64_t sum, const uint8_t *at, size_t stream, const struct moves *moves) {
  uint64_t first = sum, second = 0, third = 0;
  for (size_t i = 0; i < stream; i += 8) {
    first = step8(first, load8(at + i));
    second = step8(second, load8(at + stream + i));
    third = step8(third, load8(at + 2 * stream + i));
  }
  uint64_t moved = product((uint32_t)first, moves->past_two) ^
                   product((uint32_t)second, moves->past_one);
  return step8(0, moved) ^ third;
}

ACCELERATED uint32_t crc32c_by_streams(uint32_t seed, const uint8_t *at, size_t length) {
  uint64_t sum = (uint32_t)~seed;
  if (__builtin_expect(length >= 3 * SMALL, 0)) {
    for (; length >= 3 * LARGE; length -= 3 * LARGE, at += 3 * LARGE) {
      sum = three(sum, at, LARGE, &large);
    }
    for (; length >= 3 * SMALL; length -= 3 * SMALL, at += 3 * SMALL) {
      sum = three(sum, at, SMALL, &small);
    }
  }
  for (; length >= 8; length -= 8, at += 8) {
    sum = step8(sum, load8(at));
  }
  uint32_t rest = (uint32_t)sum;
  if (length >= 4) {
    uint32_t word;
    memcpy(&word, at, 4);
    rest = step4(rest, word);
    length -= 4;
    at += 4;
  }
  for (; length > 0; length--, at++) {
    rest = step1(rest, *at);
  }
  return ~rest;
}

#endif
