#include "models/generative/rbm.h"
#include "models/generative/registry.h"
#include "models/generative/short_run.h"

namespace vqcodec::models {

namespace {

const RegisteredModel kModels[] = {
    {"rbm", "restricted Boltzmann machine", "Hinton 2002; Tieleman, ICML 2008",
     "MNIST or a set distributed like it; drawn binary, or static bits", short_run(25000, 1e-3),
     make_rbm_factory},
};

}  // namespace

std::span<const RegisteredModel> energy_models() { return kModels; }

}  // namespace vqcodec::models
