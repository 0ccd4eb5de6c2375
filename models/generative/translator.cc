#include "models/generative/translator.h"

#include "models/generative/sequences.h"

namespace vqcodec::models {

namespace {

constexpr double kFirstDeviation = 0.1;  // of the table's logits: enough for tries to differ

// log_prob of each place, zero where there is no symbol: (N,T).
torch::Tensor masked(const torch::Tensor& log_p, const torch::Tensor& symbols) {
  const auto chosen = log_p.gather(2, symbols.clamp_min(0).unsqueeze(2)).squeeze(2);
  return chosen * places_of(symbols);
}

torch::Tensor without_places(const torch::Tensor& symbols, const torch::Tensor& input) {
  return symbols.masked_fill(places_of(input).logical_not(), kNone);
}

}  // namespace

TranslatorImpl::TranslatorImpl(const TranslatorOptions& options)
    : inputs_(options.inputs), outputs_(options.outputs) {
  table_ = register_module("table", torch::nn::Embedding(options.inputs + 1, options.outputs));
  torch::nn::init::normal_(table_->weight, 0, kFirstDeviation);
  if (options.layers == 0) return;
  const auto c = options.channels;
  first_ = register_module("first", torch::nn::Embedding(options.inputs + 1, c));
  for (std::int64_t l = 0; l < options.layers; ++l) {
    const auto dilation = std::int64_t{1} << l;
    layers_.push_back(register_module(
        "layer" + std::to_string(l),
        torch::nn::Conv1d(torch::nn::Conv1dOptions(c, c, 3).dilation(dilation).padding(dilation))));
  }
  leave_ = register_module("leave", torch::nn::Linear(c, options.outputs));
}

Categorical TranslatorImpl::forward(const torch::Tensor& input) {
  const auto seen = torch::where(places_of(input), input, torch::full_like(input, inputs_));
  auto logits = table_(seen);
  if (layers_.empty()) return {.logits = logits};
  auto x = first_(seen).transpose(1, 2);  // (N,C,T)
  for (auto& layer : layers_) x = x + layer(x).relu();
  return {.logits = logits + leave_(x.transpose(1, 2))};
}

torch::Tensor TranslatorImpl::log_prob(const torch::Tensor& output, const torch::Tensor& input) {
  return masked(forward(input).log_probabilities(), output).sum(1);
}

torch::Tensor TranslatorImpl::sample(const torch::Tensor& input, Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto p = forward(input).log_probabilities().exp();
  const auto drawn = torch::multinomial(p.flatten(0, 1), 1, /*replacement=*/true, rng);
  return without_places(drawn.view_as(input), input);
}

torch::Tensor TranslatorImpl::likeliest(const torch::Tensor& input) {
  torch::NoGradGuard no_grad;
  return without_places(forward(input).logits.argmax(2), input);
}

}  // namespace vqcodec::models
