// models/generative/counted_language.h: a language model in closed form: how often each symbol came
// after each of the contexts before it.
#pragma once

#include "models/generative/markov_sequences.h"

namespace vqcodec::models {

class CountedLanguageImpl : public torch::nn::Module {
 public:
  CountedLanguageImpl(std::int64_t symbols, std::int64_t order);

  // (N,T) int64, kNone past the end.
  void count(const torch::Tensor& symbols);
  // Laplace's rule: one more of everything than was counted.
  MarkovSource source() const;
  torch::Tensor log_prob(const torch::Tensor& symbols) const;   // (N) nats
  torch::Tensor occurrences() const { return counts_.sum(0); }  // of each symbol, (K)

 private:
  std::int64_t symbols_, order_;
  torch::Tensor counts_;  // (K^order,K) float64
};
TORCH_MODULE(CountedLanguage);

}  // namespace vqcodec::models
