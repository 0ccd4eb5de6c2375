// models/generative/glow.h: steps of activation normalization, a 1x1 convolution and a coupling.
// Source: Kingma and Dhariwal, "Glow: Generative Flow with Invertible 1x1 Convolutions",
// arXiv:1807.03039.
#pragma once

#include "models/generative/density_flow.h"

namespace vqcodec::models {

struct GlowOptions {
  std::int64_t levels = 2;          // L
  std::int64_t steps = 8;           // K of each level
  std::int64_t channels = 32;       // of the couplings' networks
  std::string coupling = "affine";  // or "additive"
  double logit_alpha = 0;           // 0: no logit, as in the paper
  std::string pixels = "grey";

  OptionList list();
};

// At each level squeezing and K steps; half of the channels leave, shifted and scaled by what the
// other half says (the paper's learned prior).
class Glow : public DensityFlow {
 public:
  Glow(const GlowOptions& options, const PictureShape& shape);
};

std::unique_ptr<ModelFactory> make_glow_factory();

}  // namespace vqcodec::models
