// models/tensor_bytes.h: tensors as the bytes of a model file, and back
// (models/inference/plain_tensor.h).
#pragma once

#include <torch/torch.h>

#include <vector>

#include "entropy/byte_io.h"
#include "models/inference/plain_tensor.h"

namespace vqcodec::models {

// float32, float16 and int64 tensors of up to six dimensions.
void write_tensor(entropy::ByteWriter& out, const torch::Tensor& tensor);
torch::Tensor to_tensor(const PlainTensor& plain);  // a copy

// All parameters and buffers in their order. Parameters of two or more dimensions are kept in
// float16, the rest as it is.
void write_module(entropy::ByteWriter& out, const torch::nn::Module& module);
// The inverse. Throws Error(kCorrupt) where a tensor's sizes are not those of the module.
void fill_module(torch::nn::Module& module, const std::vector<PlainTensor>& tensors);

}  // namespace vqcodec::models
