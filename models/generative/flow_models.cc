#include "models/generative/plane_flow.h"
#include "models/generative/registry.h"
#include "models/generative/short_run.h"

namespace vqcodec::models {

namespace {

// Draws are cheap, and their mean is the loss.
TrainerOptions plane_run(std::int64_t steps, double learning_rate) {
  auto options = short_run(steps, learning_rate);
  options.batch = 500;
  options.clip_norm = 10;
  return options;
}

const RegisteredModel kModels[] = {
    {"planar-flow", "planar maps of a Gaussian to a known density on the plane", "arXiv:1505.05770",
     "needs none", plane_run(20000, 2e-3), make_planar_flow_factory},
    {"coupling-flow", "Real NVP's affine couplings, to the same densities", "arXiv:1605.08803",
     "needs none", plane_run(10000, 2e-3), make_coupling_flow_factory},
};

}  // namespace

std::span<const RegisteredModel> flow_models() { return kModels; }

}  // namespace vqcodec::models
