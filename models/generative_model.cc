#include "models/generative_model.h"

#include "entropy/error.h"

namespace vqcodec::models {

namespace {

[[noreturn]] void refuse(const char* what) {
  throw Error(ErrorKind::kUsage, "this model does not ", what);
}

}  // namespace

torch::Tensor GenerativeModel::sample(std::int64_t /*n*/, const SampleOptions& /*options*/,
                                      Rng& /*rng*/) {
  refuse("draw pictures");
}

torch::Tensor GenerativeModel::reconstruct(const Batch& /*batch*/, Rng& /*rng*/) {
  refuse("reconstruct pictures");
}

Estimate GenerativeModel::log_prob(const Batch& /*batch*/, const EvaluationOptions& /*options*/,
                                   Rng& /*rng*/) {
  refuse("give likelihoods");
}

torch::Tensor GenerativeModel::decode(const torch::Tensor& /*latents*/) {
  refuse("decode latents");
}

}  // namespace vqcodec::models
