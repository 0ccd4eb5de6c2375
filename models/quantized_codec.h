// models/quantized_codec.h: networks and codebooks together: what the networks section of a `.vqm`
// holds (codec/FORMAT.md, "Networks").
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/codec_networks.h"
#include "models/group_quantizer.h"

namespace vqcodec::models {

// Price of a bit where codes are chosen by the prior's own lengths, as a share of the slope: one
// sees the bits of now alone, not what a zero costs the contexts of later codes. On held-out
// pictures half the price is 3 % better in rate at equal PSNR than all of it.
inline constexpr double kCodingPriceFactor = 0.5;

struct QuantizedCodec {
  CodecNetworks networks{nullptr};
  std::vector<std::vector<LevelQuantizer>> quantizers;  // [level][quality]

  // Price of a bit in the picture's squared error: loss = bpp + lambda MSE, three samples a pixel.
  double price(std::int64_t quality) const {
    return 3 / networks->options().lambdas[static_cast<std::size_t>(quality)];
  }
  // All levels of latents quantized with the codebooks' own lengths.
  std::vector<Quantized> quantize(const std::vector<torch::Tensor>& levels, std::int64_t quality,
                                  double price_factor) const;
};

std::vector<std::uint8_t> write_codec(const QuantizedCodec& codec);
QuantizedCodec read_codec(std::span<const std::uint8_t> bytes);  // Throws Error(kCorrupt).

// Slots of the levels coarser than `level` as its prior sees them: upsampled to its grid, coarsest
// first; undefined for level 0. slots: [level], activations of each (N,S_l,H_l,W_l).
torch::Tensor coarser_slots(const std::vector<torch::Tensor>& slots, std::size_t level);

}  // namespace vqcodec::models
