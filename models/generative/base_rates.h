// models/generative/base_rates.h: how often binary units are on, followed over training: the
// independent model from which annealing starts (Salakhutdinov and Murray, ICML 2008, 4.1).
#pragma once

#include <torch/torch.h>

namespace vqcodec::models {

class BaseRatesImpl : public torch::nn::Module {
 public:
  explicit BaseRatesImpl(std::int64_t units);

  void follow(const torch::Tensor& units);  // (N,units) of a batch, 0..1
  torch::Tensor logits() const;             // (units), of rates held within 0.01..0.99

 private:
  torch::Tensor mean_, steps_;
};
TORCH_MODULE(BaseRates);

}  // namespace vqcodec::models
