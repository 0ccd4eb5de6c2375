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

// Those of float32 and two or more dimensions in float16, the rest as they are.
void write_rounded(entropy::ByteWriter& out, const std::vector<torch::Tensor>& tensors);
// Values into tensors of the same sizes, one by one. Throws Error(kCorrupt) where they are others.
void fill_tensors(const std::vector<torch::Tensor>& targets,
                  const std::vector<PlainTensor>& tensors);

// All parameters, rounded so, and buffers as they are, in their order; and back.
void write_module(entropy::ByteWriter& out, const torch::nn::Module& module);
void fill_module(torch::nn::Module& module, const std::vector<PlainTensor>& tensors);

}  // namespace vqcodec::models
