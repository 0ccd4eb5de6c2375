// models/generative/dequantization.h: 8-bit levels as numbers with a density, and back.
// Sources: Uria, Murray and Larochelle, "RNADE", arXiv:1306.0186, section 5 (uniform noise); Theis,
// van den Oord and Bethge, arXiv:1511.01844, section 3.1 (the density bounds the probability);
// Dinh, Sohl-Dickstein and Bengio, arXiv:1605.08803, section 4.1 (the logit).
#pragma once

#include "models/generative/flow.h"
#include "models/model.h"

namespace vqcodec::models {

inline constexpr double kLevels = 256;

// (level + u) / 256, in 0..1, u uniform in [0,1). x: levels / 255. Of one value,
// log P(level) >= E_u[log p((level + u) / 256)] - log 256.
torch::Tensor dequantized(const torch::Tensor& x, Rng& rng);
// The level / 255 of each; what lies beyond 0..1 belongs to the outermost.
torch::Tensor quantized(const torch::Tensor& y);

// z = logit(alpha + (1 - 2 alpha) y): of values in 0..1, ones without bounds.
class Logit : public Flow {
 public:
  explicit Logit(double alpha) : alpha_(alpha) {}
  Mapped forward(const torch::Tensor& y) override;
  torch::Tensor inverse(const torch::Tensor& z) override;

 private:
  double alpha_;
};

}  // namespace vqcodec::models
