// models/generative/pixel_output.h: what an autoregressive model says of a pixel: how its value is
// distributed given those before it. Sources: van den Oord et al., arXiv:1601.06759, section 3 (a
// class for each level); Salimans et al., "PixelCNN++", arXiv:1701.05517, section 2.1 (logistic).
#pragma once

#include "models/model.h"

namespace vqcodec::models {

struct PixelOutput {
  std::string pixels = "binary";  // Bernoulli; or "softmax", "logistic"
  std::int64_t levels = 256;      // K, of the latter two
  std::int64_t components = 10;   // of the logistic mixture

  std::int64_t parameters() const;                        // P, of each value
  torch::Tensor quantized(const torch::Tensor& x) const;  // 0..1, to the values that there are
  // outputs: (N,P,C,H,W); x: (N,C,H,W), quantized. Returns (N) nats.
  torch::Tensor log_prob(const torch::Tensor& outputs, const torch::Tensor& x) const;
  torch::Tensor sample(const torch::Tensor& outputs, Rng& rng) const;  // (N,C,H,W)
};

}  // namespace vqcodec::models
