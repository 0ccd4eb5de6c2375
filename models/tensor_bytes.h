// models/tensor_bytes.h: tensors as bytes, read back without trust: type, sizes and every length
// are checked before anything is allocated.
#pragma once

#include <torch/torch.h>

#include "entropy/byte_io.h"

namespace vqcodec::models {

// float32, float16 and int64 tensors of up to six dimensions.
void write_tensor(entropy::ByteWriter& out, const torch::Tensor& tensor);
torch::Tensor read_tensor(entropy::ByteReader& in);  // Throws Error(kCorrupt).

// All parameters and buffers in their order. Parameters of two or more dimensions are kept in
// float16, the rest as it is.
void write_module(entropy::ByteWriter& out, const torch::nn::Module& module);
// Throws Error(kCorrupt) where a tensor's sizes are not those of the module.
void read_module(entropy::ByteReader& in, torch::nn::Module& module);

}  // namespace vqcodec::models
