// models/generative/translator.h: P(output|input) of sequences, place by place: each output symbol
// given the input symbols around its place, by a table of symbols and convolutions of them.
#pragma once

#include "models/distributions.h"
#include "models/generative/registry.h"

namespace vqcodec::models {

struct TranslatorOptions {
  std::int64_t inputs = 16, outputs = 16;  // symbols
  std::int64_t layers = 0;  // of kernel 3 and dilations 1, 2, 4, ...; 0: the table alone
  std::int64_t channels = 32;
};

class TranslatorImpl : public torch::nn::Module {
 public:
  explicit TranslatorImpl(const TranslatorOptions& options);

  // Of each place's output: (N,T) to logits (N,T,outputs). Places past an input's end (kNone) are
  // seen as such.
  Categorical forward(const torch::Tensor& input);
  // (N) nats, over the places that hold a symbol.
  torch::Tensor log_prob(const torch::Tensor& output, const torch::Tensor& input);
  // (N,T), kNone where the input is. Nothing of it is differentiable.
  torch::Tensor sample(const torch::Tensor& input, Rng& rng);
  torch::Tensor likeliest(const torch::Tensor& input);
  // Of each input symbol alone: (inputs,outputs) logits; all there is where there are no layers.
  const torch::Tensor& table() const { return table_->weight; }
  std::int64_t outputs() const { return outputs_; }

 private:
  std::int64_t inputs_, outputs_;
  torch::nn::Embedding table_{nullptr};  // row `inputs` stands for no symbol
  torch::nn::Embedding first_{nullptr};
  std::vector<torch::nn::Conv1d> layers_;
  torch::nn::Linear leave_{nullptr};
};
TORCH_MODULE(Translator);

}  // namespace vqcodec::models
