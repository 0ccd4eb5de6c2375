// models/generative/nice.h: additive couplings of vectors.
// Source: Dinh, Krueger and Bengio, "NICE: Non-linear Independent Components Estimation",
// arXiv:1410.8516.
#pragma once

#include "models/generative/density_flow.h"

namespace vqcodec::models {

struct NiceOptions {
  std::int64_t couplings = 4;
  std::vector<std::int64_t> hidden = {500, 500};  // the paper's: five of 1,000
  std::string base = "logistic";                  // or "normal"
  std::string pixels = "grey";

  OptionList list();
};

// Even places move odd ones and the other way round, in turn; then each value has a scale.
class Nice : public DensityFlow {
 public:
  Nice(const NiceOptions& options, const PictureShape& shape);
};

std::unique_ptr<ModelFactory> make_nice_factory();

}  // namespace vqcodec::models
