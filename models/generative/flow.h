// models/generative/flow.h: invertible maps and the logarithm of how they change volumes.
// Source: Tabak and Turner, "A Family of Nonparametric Density Estimation Algorithms", 2013;
// Rezende and Mohamed, "Variational Inference with Normalizing Flows", arXiv:1505.05770, eq. 5.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <vector>

namespace vqcodec::models {

struct Mapped {
  torch::Tensor value;       // (N,...)
  torch::Tensor log_volume;  // (N) nats: log |det d value / d x|
};

class Flow : public torch::nn::Module {
 public:
  virtual Mapped forward(const torch::Tensor& x) = 0;
  // The x that forward() takes to z.
  virtual torch::Tensor inverse(const torch::Tensor& z) = 0;
};

// One after the other; their logarithms add up (arXiv:1505.05770, eq. 7). Empty, it is the
// identity.
class FlowChain : public Flow {
 public:
  void add(const std::shared_ptr<Flow>& flow);
  Mapped forward(const torch::Tensor& x) override;
  torch::Tensor inverse(const torch::Tensor& z) override;

 private:
  std::vector<std::shared_ptr<Flow>> flows_;
};

}  // namespace vqcodec::models
