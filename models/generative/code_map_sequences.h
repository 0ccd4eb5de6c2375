// models/generative/code_map_sequences.h: code maps of pictures as sequences: each patch's nearest
// of K codewords, found by k-means, in raster order. A code map in small, without a codec.
#pragma once

#include "models/generative/markov_sequences.h"

namespace vqcodec::models {

struct CodeMapOptions {
  std::int64_t patch = 4;       // side, pixels
  std::int64_t codewords = 32;  // K
};

// Luminance (of colour pictures) in patches: (N,C,H,W) uint8 to (N h w,patch^2), 0..1. Throws
// Error(kUsage) where the sides are no multiples of the patch.
torch::Tensor patches_of(const torch::Tensor& images, std::int64_t patch);

// Codewords of the training pictures, (K,patch^2), always the same.
torch::Tensor codewords_of(const torch::Tensor& images, const CodeMapOptions& options);

// (N,1,h,w) float32, 0..K-1.
torch::Tensor code_maps_of(const torch::Tensor& images, const torch::Tensor& codewords,
                           std::int64_t patch);

// Of a folder's pictures, with the training pictures' codewords.
std::unique_ptr<ModelFactory> make_code_map_wavenet_factory();

}  // namespace vqcodec::models
