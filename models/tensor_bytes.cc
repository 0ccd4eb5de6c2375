#include "models/tensor_bytes.h"

#include <cstring>

#include "entropy/error.h"

namespace vqcodec::models {

namespace {

constexpr std::size_t kMostDimensions = 6;
constexpr std::uint64_t kMostElements = std::uint64_t{1} << 26;
constexpr torch::ScalarType kTypes[] = {torch::kFloat32, torch::kHalf, torch::kInt64};

std::uint8_t type_number(torch::ScalarType type) {
  for (std::size_t i = 0; i < std::size(kTypes); ++i)
    if (kTypes[i] == type) return static_cast<std::uint8_t>(i);
  throw Error(ErrorKind::kInternal, "tensor type ", torch::toString(type), " is not kept in files");
}

bool kept_in_half(const torch::Tensor& parameter) {
  return parameter.dim() > 1 && parameter.scalar_type() == torch::kFloat32;
}

}  // namespace

void write_tensor(entropy::ByteWriter& out, const torch::Tensor& tensor) {
  const auto value = tensor.detach().cpu().contiguous();
  out.u8(type_number(value.scalar_type()));
  out.u8(static_cast<std::uint8_t>(value.dim()));
  for (const auto size : value.sizes()) out.varint(static_cast<std::uint64_t>(size));
  out.bytes({static_cast<const std::uint8_t*>(value.data_ptr()), value.nbytes()});
}

torch::Tensor read_tensor(entropy::ByteReader& in) {
  const auto type = in.u8("tensor type");
  const auto dimensions = in.u8("tensor dimensions");
  if (type >= std::size(kTypes) || dimensions > kMostDimensions)
    throw Error(ErrorKind::kCorrupt, "networks: tensor of type ", int{type}, " with ",
                int{dimensions}, " dimensions");
  std::vector<std::int64_t> sizes;
  std::uint64_t elements = 1;
  for (int i = 0; i < dimensions; ++i) {
    const auto size = in.varint("tensor size", kMostElements);
    elements *= size;
    if (elements > kMostElements)
      throw Error(ErrorKind::kCorrupt, "networks: a tensor of more than ", kMostElements,
                  " elements");
    sizes.push_back(static_cast<std::int64_t>(size));
  }
  const auto bytes = in.bytes(elements * c10::elementSize(kTypes[type]), "tensor");
  auto tensor = torch::empty(sizes, kTypes[type]);
  if (!bytes.empty()) std::memcpy(tensor.data_ptr(), bytes.data(), bytes.size());
  return tensor;
}

void write_module(entropy::ByteWriter& out, const torch::nn::Module& module) {
  for (const auto& parameter : module.parameters())
    write_tensor(out, kept_in_half(parameter) ? parameter.to(torch::kHalf) : parameter);
  for (const auto& buffer : module.buffers()) write_tensor(out, buffer);
}

void read_module(entropy::ByteReader& in, torch::nn::Module& module) {
  torch::NoGradGuard no_grad;
  const auto read = [&](torch::Tensor target) {
    const auto value = read_tensor(in);
    if (value.sizes() != target.sizes())
      throw Error(ErrorKind::kCorrupt, "networks: a tensor of sizes ", value.sizes(), ", expected ",
                  target.sizes());
    target.copy_(value);
  };
  for (const auto& parameter : module.parameters()) read(parameter);
  for (const auto& buffer : module.buffers()) read(buffer);
}

}  // namespace vqcodec::models
