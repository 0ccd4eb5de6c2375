// models/quantized_codec.h: networks and codebooks together: what the networks section of a `.vqm`
// holds (codec/FORMAT.md, "Networks").
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/codec_networks.h"
#include "models/group_quantizer.h"
#include "models/inference/network_file.h"

namespace vqcodec::models {

struct QuantizedCodec {
  CodecNetworks networks{nullptr};
  std::vector<std::vector<LevelQuantizer>> quantizers;  // [level][quality]

  double price(std::int64_t quality) const { return networks->options().price(quality); }
  // All levels of latents quantized with the codebooks' own lengths.
  std::vector<Quantized> quantize(const std::vector<torch::Tensor>& levels, std::int64_t quality,
                                  double price_factor) const;
  void to(const torch::Device& device);
};

std::vector<std::uint8_t> write_codec(const QuantizedCodec& codec);
CodecNetworks networks_of(const NetworkFile& file);  // ready to be used. Throws Error(kCorrupt).
QuantizedCodec read_codec(std::span<const std::uint8_t> bytes);  // Throws Error(kCorrupt).

// Slots of the levels coarser than `level` as its prior sees them: upsampled to its grid, coarsest
// first; undefined for level 0. slots: [level], activations of each (N,S_l,H_l,W_l).
torch::Tensor coarser_slots(const std::vector<torch::Tensor>& slots, std::size_t level);

}  // namespace vqcodec::models
