#include "models/generative/reward_baseline.h"

#include <algorithm>

#include "models/gradient_estimators.h"
#include "models/joint_batch.h"
#include "models/layers.h"

namespace vqcodec::models {

namespace {

constexpr double kMemory = 0.99;  // of the running mean
constexpr double kWeight = 1e-2;  // of its squared error: gradients are clipped together

}  // namespace

ChoiceOption baseline_choice(std::string* kind) {
  return {kind, {"none", "mean", "learned", "others"}};
}

RewardBaselineImpl::RewardBaselineImpl(const std::string& kind, std::int64_t inputs) : kind_(kind) {
  if (kind == "learned")
    network_ = register_module("network", perceptron({inputs, 100, 1}, "tanh"));
  steps_ = register_buffer("steps", torch::zeros({}));
  mean_ = register_buffer("mean", torch::zeros({}));
}

std::int64_t RewardBaselineImpl::draws(std::int64_t wanted) const {
  return kind_ == "others" ? std::max<std::int64_t>(2, wanted) : wanted;
}

torch::Tensor RewardBaselineImpl::forward(const torch::Tensor& rewards, const torch::Tensor& x) {
  const auto draws = rewards.size(0) / x.size(0);
  auto baseline = torch::zeros({}, rewards.options());
  if (kind_ == "mean") baseline = mean_.clone();
  if (kind_ == "learned") baseline = (mean_ + network_->forward(x).squeeze(1)).repeat({draws});
  if (kind_ == "others") baseline = mean_of_the_others(rewards.view({draws, -1})).flatten();
  if (is_training()) {
    torch::NoGradGuard no_grad;
    steps_ += 1;
    mean_.lerp_(mean_over_ranks(rewards.mean()), std::max(1 - kMemory, 1 / steps_.item<double>()));
  }
  return baseline;
}

torch::Tensor RewardBaselineImpl::own_loss(const torch::Tensor& rewards,
                                           const torch::Tensor& baseline) const {
  const auto error = kWeight * (rewards - baseline).square().mean();
  return error - error.detach();
}

}  // namespace vqcodec::models
