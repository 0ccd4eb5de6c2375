// The kernels for AVX2 (vpmaddubsw: pairs of u8 x s8 products, at most 2 * 127 * 127 < 2^15).
// This file alone is compiled for that set: include no header here whose inline functions could be
// the linker's pick for the whole program.
#include "entropy/kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstring>

namespace vqcodec::entropy {
namespace {

constexpr int kLanes = 8;  // of 32 bits; a block takes two registers

__m256i load(const void* bytes) { return _mm256_loadu_si256(static_cast<const __m256i*>(bytes)); }

void store(void* bytes, __m256i value) { _mm256_storeu_si256(static_cast<__m256i*>(bytes), value); }

// Adds the four products of each lane.
__m256i add_products(__m256i total, __m256i inputs, __m256i weights) {
  const __m256i pairs = _mm256_maddubs_epi16(inputs, weights);
  return _mm256_add_epi32(total, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

template <int kRows>
void multiply_tile(const Product& p, const WeightTile* weights, const std::uint8_t* rows,
                   std::int32_t* sums) {
  __m256i low[kRows], high[kRows];
  for (int m = 0; m < kRows; ++m) {
    low[m] = load(sums + m * p.sums_stride);
    high[m] = load(sums + m * p.sums_stride + kLanes);
  }
  for (int quad = 0; quad < p.quads; ++quad) {
    const auto* tile = reinterpret_cast<const std::int8_t*>(weights + quad);
    const __m256i low_weights = load(tile);
    const __m256i high_weights = load(tile + 32);
    for (int m = 0; m < kRows; ++m) {
      std::int32_t four;
      std::memcpy(&four, rows + m * p.row_stride + quad * kQuad, sizeof four);
      const __m256i inputs = _mm256_set1_epi32(four);
      low[m] = add_products(low[m], inputs, low_weights);
      high[m] = add_products(high[m], inputs, high_weights);
    }
  }
  for (int m = 0; m < kRows; ++m) {
    store(sums + m * p.sums_stride, low[m]);
    store(sums + m * p.sums_stride + kLanes, high[m]);
  }
}

void multiply(const Product& p) {
  for (int block = 0; block < p.blocks; ++block) {
    const WeightTile* weights = p.weights + block * p.block_stride;
    std::int32_t* sums = p.sums + block * kBlock;
    int m = 0;
    for (; m + 4 <= p.row_count; m += 4) {
      multiply_tile<4>(p, weights, p.rows + m * p.row_stride, sums + m * p.sums_stride);
    }
    for (; m < p.row_count; ++m) {
      multiply_tile<1>(p, weights, p.rows + m * p.row_stride, sums + m * p.sums_stride);
    }
  }
}

__m256i saturated_lanes(const Saturation& s, const std::int32_t* sums, int n) {
  const __m256i rounded = _mm256_add_epi32(load(sums + n), load(s.rounding + n));
  return _mm256_srav_epi32(rounded, load(s.shift + n));
}

void saturate(const Saturation& s) {
  for (int m = 0; m < s.row_count; ++m) {
    const std::int32_t* sums = s.sums + m * s.sums_stride;
    for (int n = 0; n < s.outputs; n += kBlock) {
      // To 16 bits and to unsigned bytes, both with saturation; then only 127 is left to apply.
      const __m256i words =
          _mm256_packs_epi32(saturated_lanes(s, sums, n), saturated_lanes(s, sums, n + kLanes));
      const __m256i ordered = _mm256_permute4x64_epi64(words, 0xD8);
      const __m128i bytes =
          _mm_packus_epi16(_mm256_castsi256_si128(ordered), _mm256_extracti128_si256(ordered, 1));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(s.out + m * s.out_stride + n),
                       _mm_min_epu8(bytes, _mm_set1_epi8(127)));
    }
  }
}

std::int32_t dot(const std::uint8_t* activations, const std::int8_t* weights, int length) {
  __m256i total = _mm256_setzero_si256();
  int i = 0;
  for (; i + 32 <= length; i += 32) {
    total = add_products(total, load(activations + i), load(weights + i));
  }
  __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(total), _mm256_extracti128_si256(total, 1));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4E));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xB1));
  std::int32_t result = _mm_cvtsi128_si32(sum);
  for (; i < length; ++i) result += activations[i] * weights[i];
  return result;
}

void dots(const DotProducts& p) {
  for (int k = 0; k < p.count; ++k) {
    p.out[k] =
        dot(p.activations + k * p.activation_stride, p.weights + k * p.weight_stride, p.length);
  }
}

void add(std::int32_t* sums, const std::int32_t* terms, int count) {
  for (int n = 0; n < count; n += kLanes) {
    store(sums + n, _mm256_add_epi32(load(sums + n), load(terms + n)));
  }
}

}  // namespace

const Kernels kAvx2Kernels = {multiply, saturate, dot, dots, add};

}  // namespace vqcodec::entropy
#endif
