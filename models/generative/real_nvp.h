// models/generative/real_nvp.h: affine couplings of pictures at several resolutions.
// Source: Dinh, Sohl-Dickstein and Bengio, "Density Estimation Using Real NVP", arXiv:1605.08803.
#pragma once

#include "models/generative/density_flow.h"

namespace vqcodec::models {

struct RealNvpOptions {
  std::int64_t levels = 2;     // resolutions
  std::int64_t channels = 32;  // of the couplings' networks
  double logit_alpha = 0.05;
  std::string normalization = "batch";  // after each coupling; or "none"
  std::string pixels = "grey";

  OptionList list();
};

// At each level but the last three checkerboard couplings, squeezing and three couplings of
// channels, after which half of the channels leave; at the last, four checkerboard couplings
// (section 3.6). The paper's residual networks are three convolutions here.
class RealNvp : public DensityFlow {
 public:
  RealNvp(const RealNvpOptions& options, const PictureShape& shape);
};

std::unique_ptr<ModelFactory> make_real_nvp_factory();

}  // namespace vqcodec::models
