// The kernels for AVX-512 with BW, VL and VNNI (vpdpbusd: four u8 x s8 products into an s32 lane).
// This file alone is compiled for that set: include no header here whose inline functions could be
// the linker's pick for the whole program.
#include "entropy/kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstring>

namespace vqcodec::entropy {
namespace {

__m512i broadcast_quad(const std::uint8_t* bytes) {
  std::int32_t quad;
  std::memcpy(&quad, bytes, sizeof quad);
  return _mm512_set1_epi32(quad);
}

// kRows x kColumns accumulators of 16 outputs stay in registers (16 of 32) while all inputs pass
// by. Unrolled by order: left to itself, g++ 12 keeps them in memory.
template <int kRows, int kColumns>
void multiply_tile(const Product& p, const WeightTile* weights, const std::uint8_t* rows,
                   std::int32_t* sums) {
  __m512i total[kRows][kColumns];
#pragma GCC unroll 16
  for (int m = 0; m < kRows; ++m) {
#pragma GCC unroll 16
    for (int b = 0; b < kColumns; ++b) {
      total[m][b] = _mm512_loadu_si512(sums + m * p.sums_stride + b * kBlock);
    }
  }
  for (int quad = 0; quad < p.quads; ++quad) {
    __m512i tile[kColumns];
#pragma GCC unroll 16
    for (int b = 0; b < kColumns; ++b) {
      tile[b] = _mm512_load_si512(weights + b * p.block_stride + quad);
    }
#pragma GCC unroll 16
    for (int m = 0; m < kRows; ++m) {
      const __m512i inputs = broadcast_quad(rows + m * p.row_stride + quad * kQuad);
#pragma GCC unroll 16
      for (int b = 0; b < kColumns; ++b) {
        total[m][b] = _mm512_dpbusd_epi32(total[m][b], inputs, tile[b]);
      }
    }
  }
#pragma GCC unroll 16
  for (int m = 0; m < kRows; ++m) {
#pragma GCC unroll 16
    for (int b = 0; b < kColumns; ++b) {
      _mm512_storeu_si512(sums + m * p.sums_stride + b * kBlock, total[m][b]);
    }
  }
}

template <int kColumns>
void multiply_rows(const Product& p, int block) {
  const WeightTile* weights = p.weights + block * p.block_stride;
  std::int32_t* sums = p.sums + block * kBlock;
  constexpr int kRows = 16 / kColumns;
  int m = 0;
  for (; m + kRows <= p.row_count; m += kRows) {
    multiply_tile<kRows, kColumns>(p, weights, p.rows + m * p.row_stride, sums + m * p.sums_stride);
  }
  for (; m + kRows / 2 <= p.row_count; m += kRows / 2) {
    multiply_tile<kRows / 2, kColumns>(p, weights, p.rows + m * p.row_stride,
                                       sums + m * p.sums_stride);
  }
  for (; m < p.row_count; ++m) {
    multiply_tile<1, kColumns>(p, weights, p.rows + m * p.row_stride, sums + m * p.sums_stride);
  }
}

void multiply(const Product& p) {
  int block = 0;
  for (; block + 4 <= p.blocks; block += 4) multiply_rows<4>(p, block);
  for (; block + 2 <= p.blocks; block += 2) multiply_rows<2>(p, block);
  for (; block < p.blocks; ++block) multiply_rows<1>(p, block);
}

void saturate(const Saturation& s) {
  for (int m = 0; m < s.row_count; ++m) {
    for (int n = 0; n < s.outputs; n += kBlock) {
      const __m512i sums = _mm512_loadu_si512(s.sums + m * s.sums_stride + n);
      const __m512i rounded = _mm512_add_epi32(sums, _mm512_loadu_si512(s.rounding + n));
      const __m512i shifted = _mm512_srav_epi32(rounded, _mm512_loadu_si512(s.shift + n));
      const __m512i positive = _mm512_max_epi32(shifted, _mm512_setzero_si512());
      const __m512i clamped = _mm512_min_epi32(positive, _mm512_set1_epi32(127));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(s.out + m * s.out_stride + n),
                       _mm512_cvtepi32_epi8(clamped));
    }
  }
}

__m256i dot_lanes(const std::uint8_t* activations, const std::int8_t* weights, int length) {
  __m512i total = _mm512_setzero_si512();
  int i = 0;
  for (; i + 64 <= length; i += 64) {
    total = _mm512_dpbusd_epi32(total, _mm512_loadu_si512(activations + i),
                                _mm512_loadu_si512(weights + i));
  }
  if (i < length) {
    const __mmask64 rest = ~0ULL >> (64 - (length - i));
    total = _mm512_dpbusd_epi32(total, _mm512_maskz_loadu_epi8(rest, activations + i),
                                _mm512_maskz_loadu_epi8(rest, weights + i));
  }
  return _mm256_add_epi32(_mm512_castsi512_si256(total), _mm512_extracti64x4_epi64(total, 1));
}

std::int32_t dot(const std::uint8_t* activations, const std::int8_t* weights, int length) {
  const __m256i lanes = dot_lanes(activations, weights, length);
  __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4E));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xB1));
  return _mm_cvtsi128_si32(sum);
}

void dots(const DotProducts& p) {
  const auto lanes = [&p](int k) {
    return dot_lanes(p.activations + k * p.activation_stride, p.weights + k * p.weight_stride,
                     p.length);
  };
  int k = 0;
  for (; k + 4 <= p.count; k += 4) {
    const __m256i pairs = _mm256_hadd_epi32(_mm256_hadd_epi32(lanes(k), lanes(k + 1)),
                                            _mm256_hadd_epi32(lanes(k + 2), lanes(k + 3)));
    _mm_storeu_si128(
        reinterpret_cast<__m128i*>(p.out + k),
        _mm_add_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256(pairs, 1)));
  }
  for (; k < p.count; ++k) {
    p.out[k] =
        dot(p.activations + k * p.activation_stride, p.weights + k * p.weight_stride, p.length);
  }
}

void add(std::int32_t* sums, const std::int32_t* terms, int count) {
  for (int n = 0; n < count; n += kBlock) {
    _mm512_storeu_si512(
        sums + n, _mm512_add_epi32(_mm512_loadu_si512(sums + n), _mm512_loadu_si512(terms + n)));
  }
}

}  // namespace

const Kernels kAvx512Kernels = {multiply, saturate, dot, dots, add};

}  // namespace vqcodec::entropy
#endif
