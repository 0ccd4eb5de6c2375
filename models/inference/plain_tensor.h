// models/inference/plain_tensor.h: a tensor of a model file (codec/FORMAT.md, "Networks") as the
// bytes that it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "entropy/byte_io.h"

namespace vqcodec::models {

enum class TensorType : std::uint8_t { kFloat32 = 0, kFloat16 = 1, kInt64 = 2 };

// Borrows its bytes.
struct PlainTensor {
  TensorType type = TensorType::kFloat32;
  std::vector<std::int64_t> sizes;
  std::span<const std::uint8_t> bytes;

  std::int64_t count() const;  // of the elements
  // Throw Error(kCorrupt) unless the tensor has these sizes and that kind of elements.
  std::vector<float> floats(const std::vector<std::int64_t>& expected) const;
  std::vector<std::int64_t> integers(const std::vector<std::int64_t>& expected) const;
};

// A matrix, row by row, to its columns, one after the other.
std::vector<float> transposed(const std::vector<float>& matrix, std::size_t columns);

PlainTensor read_plain_tensor(entropy::ByteReader& in);  // Throws Error(kCorrupt).

}  // namespace vqcodec::models
