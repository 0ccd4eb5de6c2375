#include "models/tensor_bytes.h"

#include <cstring>

#include "entropy/error.h"

namespace vqcodec::models {

namespace {

constexpr torch::ScalarType kTypes[] = {torch::kFloat32, torch::kHalf,
                                        torch::kInt64};  // TensorType

std::uint8_t type_number(torch::ScalarType type) {
  for (std::size_t i = 0; i < std::size(kTypes); ++i)
    if (kTypes[i] == type) return static_cast<std::uint8_t>(i);
  throw Error(ErrorKind::kInternal, "tensor type ", torch::toString(type), " is not kept in files");
}

bool kept_in_half(const torch::Tensor& tensor) {
  return tensor.dim() > 1 && tensor.scalar_type() == torch::kFloat32;
}

}  // namespace

void write_tensor(entropy::ByteWriter& out, const torch::Tensor& tensor) {
  const auto value = tensor.detach().cpu().contiguous();
  out.u8(type_number(value.scalar_type()));
  out.u8(static_cast<std::uint8_t>(value.dim()));
  for (const auto size : value.sizes()) out.varint(static_cast<std::uint64_t>(size));
  out.bytes({static_cast<const std::uint8_t*>(value.data_ptr()), value.nbytes()});
}

torch::Tensor to_tensor(const PlainTensor& plain) {
  auto tensor = torch::empty(plain.sizes, kTypes[static_cast<std::size_t>(plain.type)]);
  if (!plain.bytes.empty()) std::memcpy(tensor.data_ptr(), plain.bytes.data(), plain.bytes.size());
  return tensor;
}

void write_rounded(entropy::ByteWriter& out, const std::vector<torch::Tensor>& tensors) {
  for (const auto& tensor : tensors)
    write_tensor(out, kept_in_half(tensor) ? tensor.to(torch::kHalf) : tensor);
}

void write_module(entropy::ByteWriter& out, const torch::nn::Module& module) {
  write_rounded(out, module.parameters());
  for (const auto& buffer : module.buffers()) write_tensor(out, buffer);
}

void fill_tensors(const std::vector<torch::Tensor>& targets,
                  const std::vector<PlainTensor>& tensors) {
  torch::NoGradGuard no_grad;
  if (tensors.size() != targets.size())
    throw Error(ErrorKind::kCorrupt, "networks: ", tensors.size(), " tensors, expected ",
                targets.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const auto value = to_tensor(tensors[i]);
    if (value.sizes() != targets[i].sizes())
      throw Error(ErrorKind::kCorrupt, "networks: a tensor of sizes ", value.sizes(), ", expected ",
                  targets[i].sizes());
    auto target = targets[i];
    target.copy_(value);
  }
}

void fill_module(torch::nn::Module& module, const std::vector<PlainTensor>& tensors) {
  auto targets = module.parameters();
  for (const auto& buffer : module.buffers()) targets.push_back(buffer);
  fill_tensors(targets, tensors);
}

}  // namespace vqcodec::models
