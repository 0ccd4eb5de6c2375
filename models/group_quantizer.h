// models/group_quantizer.h: the latents of one level and quality as codes: many small codebooks,
// one for each group of channels (a product quantizer), with escapes and two-stage channels.
//
// Slots are what the prior sees of a position: one for each channel, and one more after a channel
// that some quality quantizes in two stages (a coarse grid, then the rest).
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "models/inference/group_table.h"
#include "models/quantizer.h"

namespace vqcodec::models {

// The same for all qualities of a level.
struct LevelLayout {
  std::int64_t channels = 0;
  std::vector<std::int64_t> slot_of;         // [channel]: its (first) slot
  std::vector<bool> has_fine_slot;           // [channel]
  std::vector<std::int64_t> slice_channels;  // channels of each slice

  std::int64_t slots() const;
  std::vector<std::int64_t> slice_slots() const;
};
LevelLayout make_layout(const std::vector<std::int64_t>& slice_channels,
                        const std::vector<bool>& has_fine_slot);

struct Group {
  std::int64_t first_channel = 0;
  std::int64_t dimension = 1;
  std::int64_t first_slot = 0;
  std::int64_t slice = 0;
  Stage stage = Stage::kSingle;
  double reach = 2;  // steps: further from its codeword in some channel, a latent escapes
  Codebook codebook;
  torch::Tensor activations;  // (K,D) int64, -64..63: what the prior sees of a codeword
};

struct Quantized {
  torch::Tensor values;  // (N,C,H,W): codewords, plus the rounded remainder where one escaped
  torch::Tensor codes;   // (N,G,H,W) int64, 0..K-1
  torch::Tensor leaves;  // (N,G,H,W) int64: the code, or K where it escaped
};

struct LevelQuantizer {
  LevelLayout layout;
  std::vector<Group> groups;  // in coding order
  torch::Tensor weights;      // (C): picture's squared error of one step squared

  // price: of a bit, in units of the weighted distance. lengths: [group] (P,K+1) bits, or empty:
  // the codebooks' own (order 0). latents: (N,C,H,W).
  Quantized quantize(const torch::Tensor& latents, double price,
                     const std::vector<torch::Tensor>& lengths = {}) const;
  // Bits of codes (N,G,H,W) by the codebooks' own lengths.
  double order0_bits(const torch::Tensor& codes) const;
  torch::Tensor slots(
      const torch::Tensor& codes) const;  // (N,G,H,W) to (N,S,H,W), activation units
  void to(const torch::Device& device);
};

// Vectors of channels to trained codewords, or each channel to integers: scalar rounding, the
// other's yardstick.
enum class Quantization { kVector, kScalar };

// Groups of consecutive channels within slices, as wide as a codebook can cover: the `codewords`
// most frequent integer points leave out at most `uncovered` of the vectors, and at most
// `uncovered_busy` of those that are not all zero. samples: (P,C) in steps.
struct GroupingOptions {
  double uncovered = 0.002;
  double uncovered_busy = 0.02;
  double price = 0;           // of a bit at a weight of `weights`
  double coarse_range = 110;  // steps: channels that reach further get two stages if they can
  double coarse_step = 8;     // grid of the coarse stage
  std::int64_t codewords = 256;
  Quantization quantization = Quantization::kVector;
};
LevelQuantizer train_level_quantizer(const torch::Tensor& samples, const torch::Tensor& weights,
                                     const LevelLayout& layout, const GroupingOptions& options);

// The magnitude that all but one value in a thousand of each channel stay below.
torch::Tensor channel_ranges(const torch::Tensor& samples);

}  // namespace vqcodec::models
