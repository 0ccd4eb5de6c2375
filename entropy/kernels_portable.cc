// The kernels in plain C++: the reference the others are tested against.
#include <algorithm>

#include "entropy/kernels.h"

namespace vqcodec::entropy {
namespace {

void multiply(const Product& p) {
  for (int m = 0; m < p.row_count; ++m) {
    const std::uint8_t* row = p.rows + m * p.row_stride;
    for (int block = 0; block < p.blocks; ++block) {
      const WeightTile* tiles = p.weights + block * p.block_stride;
      std::int32_t* sums = p.sums + m * p.sums_stride + block * kBlock;
      for (int quad = 0; quad < p.quads; ++quad) {
        for (std::size_t n = 0; n < kBlock; ++n) {
          for (std::size_t i = 0; i < kQuad; ++i) {
            sums[n] += tiles[quad].weights[n][i] * row[static_cast<std::size_t>(quad) * kQuad + i];
          }
        }
      }
    }
  }
}

void saturate(const Saturation& s) {
  for (int m = 0; m < s.row_count; ++m) {
    for (int n = 0; n < s.outputs; ++n) {
      const std::int32_t value = (s.sums[m * s.sums_stride + n] + s.rounding[n]) >> s.shift[n];
      s.out[m * s.out_stride + n] = static_cast<std::uint8_t>(std::clamp(value, 0, 127));
    }
  }
}

std::int32_t dot(const std::uint8_t* activations, const std::int8_t* weights, int length) {
  std::int32_t sum = 0;
  for (int i = 0; i < length; ++i) sum += activations[i] * weights[i];
  return sum;
}

void dots(const DotProducts& p) {
  for (int k = 0; k < p.count; ++k) {
    p.out[k] =
        dot(p.activations + k * p.activation_stride, p.weights + k * p.weight_stride, p.length);
  }
}

void add(std::int32_t* sums, const std::int32_t* terms, int count) {
  for (int n = 0; n < count; ++n) sums[n] += terms[n];
}

}  // namespace

const Kernels kPortableKernels = {multiply, saturate, dot, dots, add};

}  // namespace vqcodec::entropy
