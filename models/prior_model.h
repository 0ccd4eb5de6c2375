// models/prior_model.h: phase 4 of the codec's training: the PixelCNN prior on its code maps.
#pragma once

#include "models/code_map_prior.h"
#include "models/quantized_codec.h"

namespace vqcodec::models {

class PriorModel : public CodeMapPrior {
 public:
  // Borrows the codec, whose networks and codebooks stay as they are. price_factor: of a bit while
  // codes are assigned with the codebooks' own lengths, which are longer than the prior's.
  PriorModel(QuantizedCodec& codec, double price_factor);

  Coded encode(const torch::Tensor& images, std::int64_t quality) override;
  // From now on codes are assigned again with the prior's own lengths, contexts from the first
  // assignment: what the encoder does, but in parallel.
  void assign_conditionally(bool on) override { conditional_ = on; }
  double usual_rate_bpp(std::int64_t quality) const override;
  void compute_in(torch::ScalarType type) override;  // the codec's networks too
  using CodeMapPrior::to;
  void to(torch::Device device, bool non_blocking = false) override;

 private:
  QuantizedCodec& codec_;
  double price_factor_;
  bool conditional_ = false;
};

}  // namespace vqcodec::models
