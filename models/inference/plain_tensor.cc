#include "models/inference/plain_tensor.h"

#include <bit>
#include <cstring>
#include <functional>
#include <numeric>
#include <string>

#include "entropy/error.h"

namespace vqcodec::models {

namespace {

constexpr std::size_t kMostDimensions = 6;
constexpr std::uint64_t kMostElements = std::uint64_t{1} << 26;
constexpr std::size_t kElementSizes[] = {4, 2, 8};  // by TensorType

std::string text(const std::vector<std::int64_t>& sizes) {
  std::string joined;
  for (const auto size : sizes) joined += (joined.empty() ? "" : " x ") + std::to_string(size);
  return joined.empty() ? "no dimensions" : joined;
}

void require(bool fits, const PlainTensor& tensor, const std::vector<std::int64_t>& expected) {
  if (!fits || tensor.sizes != expected)
    throw Error(ErrorKind::kCorrupt, "networks: a tensor of ", text(tensor.sizes), " and type ",
                static_cast<int>(tensor.type), ", expected ", text(expected));
}

// binary16 to binary32: the exponent is moved by multiplication, which makes subnormal values
// right, too. Of infinities and NaN it makes numbers: no weight is one.
float widened(std::uint16_t half) {
  constexpr float kExponentShift = 0x1p112f;
  const auto magnitude = static_cast<std::uint32_t>(half & 0x7FFF) << 13;
  const auto sign = static_cast<std::uint32_t>(half & 0x8000) << 16;
  const float value = std::bit_cast<float>(magnitude) * kExponentShift;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) | sign);
}

}  // namespace

std::int64_t PlainTensor::count() const {
  return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

std::vector<float> PlainTensor::floats(const std::vector<std::int64_t>& expected) const {
  require(type != TensorType::kInt64, *this, expected);
  std::vector<float> values(static_cast<std::size_t>(count()));
  if (type == TensorType::kFloat32) {
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint16_t half;
    std::memcpy(&half, bytes.data() + 2 * i, sizeof half);
    values[i] = widened(half);
  }
  return values;
}

std::vector<std::int64_t> PlainTensor::integers(const std::vector<std::int64_t>& expected) const {
  require(type == TensorType::kInt64, *this, expected);
  std::vector<std::int64_t> values(static_cast<std::size_t>(count()));
  if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

std::vector<float> transposed(const std::vector<float>& matrix, std::size_t columns) {
  const auto rows = matrix.size() / columns;
  std::vector<float> result(matrix.size());
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) result[j * rows + i] = matrix[i * columns + j];
  return result;
}

PlainTensor read_plain_tensor(entropy::ByteReader& in) {
  const auto type = in.u8("tensor type");
  const auto dimensions = in.u8("tensor dimensions");
  if (type >= std::size(kElementSizes) || dimensions > kMostDimensions)
    throw Error(ErrorKind::kCorrupt, "networks: tensor of type ", int{type}, " with ",
                int{dimensions}, " dimensions");
  PlainTensor tensor{.type = static_cast<TensorType>(type), .sizes = {}, .bytes = {}};
  std::uint64_t elements = 1;
  for (int i = 0; i < dimensions; ++i) {
    const auto size = in.varint("tensor size", kMostElements);
    elements *= size;
    if (elements > kMostElements)
      throw Error(ErrorKind::kCorrupt, "networks: a tensor of more than ", kMostElements,
                  " elements");
    tensor.sizes.push_back(static_cast<std::int64_t>(size));
  }
  tensor.bytes = in.bytes(elements * kElementSizes[type], "tensor");
  return tensor;
}

}  // namespace vqcodec::models
