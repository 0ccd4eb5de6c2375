#include "models/generative/gaussian_mixture.h"
#include "models/generative/planted_mixture.h"
#include "models/generative/registry.h"
#include "models/generative/short_run.h"

namespace vqcodec::models {

namespace {

// Steps of EM see the whole set.
TrainerOptions whole_set_run(std::int64_t steps) {
  auto options = short_run(steps, 1e-2);
  options.batch = 65536;
  options.log_every = 10;
  return options;
}

const RegisteredModel kModels[] = {
    {"gaussian-mixture", "Gaussian mixture of pictures' principal components",
     "Dempster, Laird and Rubin 1977; Neal and Hinton 1998",
     "MNIST or a set distributed like it, grey levels", whole_set_run(50),
     make_gaussian_mixture_factory},
    {"planted-mixture", "the same, of points from a mixture that is known",
     "Dempster, Laird and Rubin 1977; Neal and Hinton 1998", "makes its own points",
     whole_set_run(200), make_planted_mixture_factory},
};

}  // namespace

std::span<const RegisteredModel> mixture_models() { return kModels; }

}  // namespace vqcodec::models
