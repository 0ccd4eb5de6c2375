#include "models/generative/base_rates.h"

#include <algorithm>

#include "models/joint_batch.h"

namespace vqcodec::models {

BaseRatesImpl::BaseRatesImpl(std::int64_t units) {
  mean_ = register_buffer("mean", torch::full({units}, 0.5));
  steps_ = register_buffer("steps", torch::zeros({}));
}

void BaseRatesImpl::follow(const torch::Tensor& units) {
  torch::NoGradGuard no_grad;
  steps_ += 1;
  mean_.lerp_(mean_over_ranks(units.mean(0)), std::max(0.01, 1 / steps_.item<double>()));
}

torch::Tensor BaseRatesImpl::logits() const { return torch::logit(mean_, /*eps=*/0.01); }

}  // namespace vqcodec::models
