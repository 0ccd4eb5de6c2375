#include "models/generative/pixel_output.h"

#include <cmath>

#include "models/distributions.h"

namespace vqcodec::models {

namespace {

constexpr double kLeastLogScale = -7;  // of values -1..1, as PixelCNN++ has it

// Three numbers a component: logit, and mean and log scale of values -1..1.
LogisticMixture mixture_of(const torch::Tensor& outputs, std::int64_t levels) {
  const auto parts = outputs.chunk(3, 1);
  return {.logits = parts[0],
          .parts = {.mean = 0.5 + 0.5 * parts[1],
                    .log_scale = parts[2].clamp_min(kLeastLogScale) - std::log(2.0),
                    .levels = levels}};
}

Categorical classes_of(const torch::Tensor& outputs) {
  return {.logits = outputs.flatten(2).transpose(1, 2)};  // (N,C H W,K)
}

}  // namespace

std::int64_t PixelOutput::parameters() const {
  return pixels == "binary" ? 1 : pixels == "softmax" ? levels : 3 * components;
}

torch::Tensor PixelOutput::quantized(const torch::Tensor& x) const {
  return pixels == "binary" ? x : rounded_to_levels(x, levels);
}

torch::Tensor PixelOutput::log_prob(const torch::Tensor& outputs, const torch::Tensor& x) const {
  if (pixels == "binary") return Bernoulli{outputs.squeeze(1)}.log_prob(x);
  if (pixels == "logistic") return mixture_of(outputs, levels).log_prob(x);
  const auto top = static_cast<double>(levels - 1);
  return classes_of(outputs).log_prob_of((x * top).round().to(torch::kInt64).flatten(1));
}

torch::Tensor PixelOutput::sample(const torch::Tensor& outputs, Rng& rng) const {
  if (pixels == "binary") return Bernoulli{outputs.squeeze(1)}.sample(rng);
  if (pixels == "logistic") return mixture_of(outputs, levels).sample(rng);
  const auto drawn = classes_of(outputs).sample(rng).argmax(-1).view_as(outputs.select(1, 0));
  return drawn.to(outputs.scalar_type()) / static_cast<double>(levels - 1);
}

}  // namespace vqcodec::models
