// models/generative/hidden_markov_model.h: a Markov chain whose states each show one symbol, drawn
// from the state's own distribution. Source: Rabiner, "A Tutorial on Hidden Markov Models and
// Selected Applications in Speech Recognition", Proc. IEEE 77(2), 1989, section III.
#pragma once

#include "models/generative/latent_chain.h"

namespace vqcodec::models {

struct HiddenMarkovOptions {
  std::int64_t states = 4;  // S
  LatentChainOptions chain = {};
  std::string pixels = "grey";

  OptionList list();
};

class HiddenMarkovModel : public LatentChain {
 public:
  HiddenMarkovModel(const HiddenMarkovOptions& options, const PictureShape& shape);

  // The forward algorithm (eq. 19 to 21): sums over the last state.
  torch::Tensor log_likelihood(const Tables& tables, const torch::Tensor& x) const override;
  // Forward filtering, backward sampling (Scott 2002, section 2): the last state from its filter,
  // then each given the one after it.
  torch::Tensor posterior_paths(const torch::Tensor& x, Rng& rng) const override;
  torch::Tensor seen_of(const torch::Tensor& paths, Rng& rng) const override;

 private:
  // [t]: log p(x_1..x_t, state at t), (N,S); past a sequence's end, that of its last place.
  std::vector<torch::Tensor> filters(const Tables& tables, const torch::Tensor& x) const;
};

std::unique_ptr<ModelFactory> make_hidden_markov_factory();

}  // namespace vqcodec::models
