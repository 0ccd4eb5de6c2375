// models/generative/maf.h: masked autoregressive blocks, in opposite orders.
// Source: Papamakarios, Pavlakou and Murray, "Masked Autoregressive Flow for Density Estimation",
// arXiv:1705.07057.
#pragma once

#include "models/generative/density_flow.h"
#include "models/generative/patch_set.h"

namespace vqcodec::models {

struct MafOptions {
  std::int64_t blocks = 5;
  std::vector<std::int64_t> hidden = {512};  // units of each block
  std::string normalization = "batch";       // after each block; or "none"
  double logit_alpha = 1e-6;                 // of pictures
  PointsOrPictures data = {};
  std::string pixels = "grey";

  OptionList list();
};

class Maf : public DensityFlow {
 public:
  Maf(const MafOptions& options, const PictureShape& shape);
};

std::unique_ptr<ModelFactory> make_maf_factory();

}  // namespace vqcodec::models
