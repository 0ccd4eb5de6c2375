#include "models/generative/flow.h"

namespace vqcodec::models {

void FlowChain::add(const std::shared_ptr<Flow>& flow) {
  flows_.push_back(register_module(std::to_string(flows_.size()), flow));
}

Mapped FlowChain::forward(const torch::Tensor& x) {
  Mapped all{.value = x, .log_volume = torch::zeros({x.size(0)}, x.options())};
  for (const auto& flow : flows_) {
    auto [value, log_volume] = flow->forward(all.value);
    all.value = value;
    all.log_volume = all.log_volume + log_volume;
  }
  return all;
}

torch::Tensor FlowChain::inverse(const torch::Tensor& z) {
  auto x = z;
  for (auto flow = flows_.rbegin(); flow != flows_.rend(); ++flow) x = (*flow)->inverse(x);
  return x;
}

}  // namespace vqcodec::models
