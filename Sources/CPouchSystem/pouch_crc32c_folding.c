// CRC-32C by folding: four registers of 64 bytes are each moved past what is read next by
// carry-less multiplication, and one is reduced at the end (Gopal et al., "Fast CRC computation
// for generic polynomials using PCLMULQDQ instruction", 2009, widened to AVX-512).
#include "pouch_crc32c_methods.h"

#if CRC32C_FOLDING

#include <immintrin.h>

#define ACCELERATED __attribute__((target("avx512f,avx512vl,vpclmulqdq,pclmul,sse4.2")))

// What moves the two halves of a 16-byte lane over a distance. A half of 64 bits is a polynomial
// of degree 63, of which the earlier one stands 64 powers higher; the product comes out times x.
struct distance {
  uint64_t earlier;
  uint64_t later;
};

static struct distance by_256_bytes, by_64_bytes, by_16_bytes;

static struct distance distance(unsigned bytes) {
  unsigned bits = 8 * bytes;
  return (struct distance){
      .earlier = (uint64_t)crc32c_power(bits + 63) << 32,
      .later = (uint64_t)crc32c_power(bits - 1) << 32,
  };
}

bool crc32c_folding_supported(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul") &&
         __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("vpclmulqdq");
}

void crc32c_prepare_folding(void) {
  by_256_bytes = distance(256);
  by_64_bytes = distance(64);
  by_16_bytes = distance(16);
}

ACCELERATED static inline __m512i lanes(const struct distance *by) {
  return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)by));
}

// `sum` moved by a distance, and what stands there added.
ACCELERATED static inline __m512i fold(__m512i sum, __m512i by, __m512i there) {
  __m512i earlier = _mm512_clmulepi64_epi128(sum, by, 0x00);
  __m512i later = _mm512_clmulepi64_epi128(sum, by, 0x11);
  return _mm512_ternarylogic_epi64(earlier, later, there, 0x96); // exclusive or of all three
}

ACCELERATED static inline __m128i fold_lane(__m128i sum, __m128i by, __m128i there) {
  __m128i earlier = _mm_clmulepi64_si128(sum, by, 0x00);
  __m128i later = _mm_clmulepi64_si128(sum, by, 0x11);
  return _mm_ternarylogic_epi64(earlier, later, there, 0x96);
}

ACCELERATED uint32_t crc32c_by_folding(uint32_t seed, const uint8_t *at, size_t length) {
  if (length < 256) {
    return crc32c_by_streams(seed, at, length);
  }
  __m512i a = _mm512_loadu_si512(at);
  __m512i b = _mm512_loadu_si512(at + 64);
  __m512i c = _mm512_loadu_si512(at + 128);
  __m512i d = _mm512_loadu_si512(at + 192);
  a = _mm512_xor_si512(a, _mm512_zextsi128_si512(_mm_cvtsi32_si128((int)~seed)));
  at += 256;
  length -= 256;

  __m512i far = lanes(&by_256_bytes);
  for (; length >= 256; length -= 256, at += 256) {
    a = fold(a, far, _mm512_loadu_si512(at));
    b = fold(b, far, _mm512_loadu_si512(at + 64));
    c = fold(c, far, _mm512_loadu_si512(at + 128));
    d = fold(d, far, _mm512_loadu_si512(at + 192));
  }
  __m512i near = lanes(&by_64_bytes);
  d = fold(fold(fold(a, near, b), near, c), near, d);
  for (; length >= 64; length -= 64, at += 64) {
    d = fold(d, near, _mm512_loadu_si512(at));
  }

  __m128i next = _mm_loadu_si128((const __m128i *)&by_16_bytes);
  __m128i sum = _mm512_castsi512_si128(d);
  sum = fold_lane(sum, next, _mm512_extracti32x4_epi32(d, 1));
  sum = fold_lane(sum, next, _mm512_extracti32x4_epi32(d, 2));
  sum = fold_lane(sum, next, _mm512_extracti32x4_epi32(d, 3));
  uint64_t reduced = _mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(sum));
  reduced = _mm_crc32_u64(reduced, (uint64_t)_mm_extract_epi64(sum, 1));
  return crc32c_by_streams(~(uint32_t)reduced, at, length);
}

#endif
