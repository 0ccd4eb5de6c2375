// models/prior_model.h: phase 4 of the codec's training: the PixelCNN prior on code maps.
#pragma once

#include <vector>

#include "models/model.h"
#include "models/prior_network.h"
#include "models/quantized_codec.h"

namespace vqcodec::models {

class PriorModel : public Model {
 public:
  // Borrows the codec, whose networks and codebooks stay as they are. price_factor: of a bit while
  // codes are assigned with the codebooks' own lengths, which are longer than the prior's.
  PriorModel(QuantizedCodec& codec, double price_factor);

  // One quality for each batch, drawn at random. Loss: bits per pixel, divided by what is usual at
  // the quality, so that all count alike.
  Loss loss(const Batch& batch, Rng& rng) override;
  Health health() const override;  // usage and perplexity of each level's codebooks
  // The trees' nodes are new, each sees few batches, and they are near a convex problem: faster.
  std::vector<ParameterGroup> parameter_groups() override;

  struct Coded {
    std::vector<torch::Tensor> slots;   // [level] (N,S,H,W): what the prior sees
    std::vector<torch::Tensor> codes;   // [level] (N,G,H,W) int64
    std::vector<torch::Tensor> leaves;  // [level] (N,G,H,W) int64: the code, or K where it escaped
  };
  // Pictures (N,3,H,W) as codes of one quality, from 0.
  Coded encode(const torch::Tensor& images, std::int64_t quality);

  // Bits of every group on pictures (N,3,H,W): [level] (G).
  std::vector<torch::Tensor> group_bits(const torch::Tensor& images, std::int64_t quality);

  // From now on codes are assigned again with the prior's own lengths, contexts from the first
  // assignment: what the encoder does, but in parallel.
  void assign_conditionally(bool on) { conditional_ = on; }

  // Without one of its contexts, for good: what does it bring?
  void remove(PriorContext context);

  std::vector<PriorNetwork>& levels() { return levels_; }
  std::int64_t qualities() const { return codec_.networks->options().qualities(); }
  void compute_in(torch::ScalarType type) { compute_ = type; }

 private:
  QuantizedCodec& codec_;
  double price_factor_;
  bool conditional_ = false;
  Coded last_;  // what loss() saw last, of quality last_quality_
  std::int64_t last_quality_ = 0;
  torch::ScalarType compute_ = torch::kFloat32;
  std::vector<PriorNetwork> levels_;
};

}  // namespace vqcodec::models
