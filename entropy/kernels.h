// entropy/kernels.h: the integer arithmetic behind the prior, once plain and once per instruction
// set.
//
// Activations are u8 0..127, weights s8 -127..127, sums s32 (below 2^24 by IntegerPixelCnn::check):
// then no instruction set's intermediate saturates (two products of 127 * 127 fit 16 bits), and all
// give the same integers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vqcodec::entropy {

enum class Isa { kPortable, kAvx2, kAvx512 };  // kAvx512: with BW and VNNI

const char* name(Isa isa);  // "portable", "avx2", "avx512"
bool is_supported(Isa isa);
// The environment variable VQCODEC_ISA, or else the best the processor has. Throws Error(kUsage)
// for an unknown name, Error(kUnsupported) for a set the processor lacks.
Isa choose_isa();

inline constexpr int kQuad = 4;    // inputs multiplied and summed by one instruction
inline constexpr int kBlock = 16;  // outputs side by side

// Weights of 4 inputs for 16 outputs. A matrix is (blocks of outputs, quads of inputs).
struct alignas(64) WeightTile {
  std::int8_t weights[kBlock][kQuad];
};

// sums[m][n] += sum over i of weight(n, i) * rows[m][i], for all outputs of `blocks`.
struct Product {
  const WeightTile* weights;    // first quad wanted of block 0
  std::ptrdiff_t block_stride;  // tiles from block to block
  int blocks;
  int quads;  // inputs / kQuad
  const std::uint8_t* rows;
  std::ptrdiff_t row_stride;
  int row_count;
  std::int32_t* sums;
  std::ptrdiff_t sums_stride;
};

// out[m][n] = clamp((sums[m][n] + rounding[n]) >> shift[n], 0, 127).
struct Saturation {
  const std::int32_t* sums;
  std::ptrdiff_t sums_stride;
  const std::int32_t* rounding;
  const std::int32_t* shift;
  int outputs;  // a multiple of kBlock
  int row_count;
  std::uint8_t* out;
  std::ptrdiff_t out_stride;
};

// out[i] = activations[i] . weights[i]; a stride of 0 repeats one of them.
struct DotProducts {
  const std::uint8_t* activations;
  std::ptrdiff_t activation_stride;
  const std::int8_t* weights;
  std::ptrdiff_t weight_stride;
  int length;
  int count;
  std::int32_t* out;
};

struct Kernels {
  void (*multiply)(const Product& product);
  void (*saturate)(const Saturation& saturation);
  std::int32_t (*dot)(const std::uint8_t* activations, const std::int8_t* weights, int length);
  void (*dots)(const DotProducts& products);
  void (*add)(std::int32_t* sums, const std::int32_t* terms, int count);  // a multiple of kBlock
};

const Kernels& kernels(Isa isa);  // Throws Error(kUnsupported).

extern const Kernels kPortableKernels;
#if defined(__x86_64__)
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;
#endif

}  // namespace vqcodec::entropy
