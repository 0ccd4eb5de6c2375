// models/generative/code_map_coder.h: code maps as bytes and back, by the probabilities of a prior
// that computes in floats: what its likelihood promises, kept. Only the process that wrote such
// bytes is sure to read them: floats differ from machine to machine. The codec's own files rest on
// integer priors (entropy/slice_coder.h).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/generative/pixelcnn.h"

namespace vqcodec::models {

// codes: (N,H,W) int64, 0..K-1; labels and map as the prior is given them. All maps are one stream,
// place by place.
std::vector<std::uint8_t> encode_codes(PixelCnn& prior, const torch::Tensor& codes,
                                       const torch::Tensor& labels, const torch::Tensor& map);
torch::Tensor decode_codes(PixelCnn& prior, std::span<const std::uint8_t> bytes, std::int64_t n,
                           const torch::Tensor& labels, const torch::Tensor& map);

// Codes 0..K-1 as a PixelCnn has levels, (N,H,W) int64 to (N,1,H,W) in 0..1, and back.
torch::Tensor levels_of_codes(const torch::Tensor& codes, std::int64_t codewords);
torch::Tensor codes_of_levels(const torch::Tensor& levels, std::int64_t codewords);

}  // namespace vqcodec::models
