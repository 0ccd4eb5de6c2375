#include "models/generative/autoregressive_flow.h"

#include <algorithm>

namespace vqcodec::models {

namespace {

// At first sigma = sigmoid(1.5): most of z is kept (arXiv:1606.04934, section 4).
constexpr double kKept = 1.5;
// |alpha| stays below, so that no draw is lost to an overflow; near zero it changes nothing.
constexpr double kMostLogScale = 5;

// 1 .. values - 1, over and over; none of a single value.
torch::Tensor degrees_of_units(std::int64_t units, std::int64_t values) {
  return 1 + torch::arange(units).remainder(std::max<std::int64_t>(1, values - 1));
}

// The value at which a step's map of what is known so far arrives, one value after the other.
template <typename Step>
torch::Tensor value_by_value(const torch::Tensor& like, const Step& step) {
  torch::NoGradGuard no_grad;
  const auto known = torch::zeros_like(like);
  for (std::int64_t i = 0; i < like.size(1); ++i)
    known.select(1, i).copy_(step(known).select(1, i));
  return known;
}

}  // namespace

MadeImpl::MadeImpl(const MadeOptions& options) {
  auto below = torch::arange(1, options.values + 1);
  auto sizes = options.hidden;
  sizes.push_back(2 * options.values);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const bool last = i + 1 == sizes.size();
    const auto here = last ? torch::arange(1, options.values + 1).repeat({2})
                           : degrees_of_units(sizes[i], options.values);
    const auto sees = last ? here.unsqueeze(1) > below : here.unsqueeze(1) >= below;
    const auto number = std::to_string(i);
    layers_.push_back(
        register_module("layer" + number, torch::nn::Linear(below.size(0), here.size(0))));
    masks_.push_back(register_buffer("mask" + number, sees.to(torch::kFloat32)));
    below = here;
  }
  torch::nn::init::zeros_(layers_.back()->weight);
  torch::nn::init::zeros_(layers_.back()->bias);
  if (options.context == 0) return;
  const auto link = [&](std::int64_t outputs) {
    return torch::nn::Linear(torch::nn::LinearOptions(options.context, outputs).bias(false));
  };
  context_in_ = register_module("context_in", link(sizes.front()));
  context_out_ = register_module("context_out", link(sizes.back()));
  torch::nn::init::zeros_(context_out_->weight);
}

MadeImpl::Outputs MadeImpl::forward(const torch::Tensor& x, const torch::Tensor& context) {
  auto h = x;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const bool last = i + 1 == layers_.size();
    h = torch::linear(h, layers_[i]->weight * masks_[i], layers_[i]->bias);
    if (context.defined() && i == 0 && !last) h = h + context_in_->forward(context);
    // The first value's outputs have no units to see.
    if (context.defined() && last) h = h + context_out_->forward(context);
    if (!last) h = h.relu();
  }
  const auto halves = h.chunk(2, 1);
  return {.first = halves[0], .second = halves[1]};
}

MaskedAutoregressiveFlow::MaskedAutoregressiveFlow(const MadeOptions& options) {
  made_ = register_module("made", Made(options));
}

MaskedAutoregressiveFlow::Moments MaskedAutoregressiveFlow::moments(const torch::Tensor& x) {
  const auto [mean, raw] = made_->forward(x);
  return {.mean = mean, .log_scale = kMostLogScale * (raw / kMostLogScale).tanh()};
}

Mapped MaskedAutoregressiveFlow::forward(const torch::Tensor& x) {
  const auto [mean, log_scale] = moments(x);
  return {.value = (x - mean) * (-log_scale).exp(), .log_volume = -log_scale.sum(1)};
}

torch::Tensor MaskedAutoregressiveFlow::inverse(const torch::Tensor& z) {
  return value_by_value(z, [&](const torch::Tensor& x) {
    const auto [mean, log_scale] = moments(x);
    return z * log_scale.exp() + mean;
  });
}

InverseAutoregressiveFlow::InverseAutoregressiveFlow(const MadeOptions& options) {
  made_ = register_module("made", Made(options));
}

Mapped InverseAutoregressiveFlow::forward(const torch::Tensor& z, const torch::Tensor& context) {
  const auto [m, s] = made_->forward(z, context);
  const auto sigma = (s + kKept).sigmoid();
  return {.value = sigma * z + (1 - sigma) * m, .log_volume = torch::log_sigmoid(s + kKept).sum(1)};
}

torch::Tensor InverseAutoregressiveFlow::inverse(const torch::Tensor& moved,
                                                 const torch::Tensor& context) {
  return value_by_value(moved, [&](const torch::Tensor& z) {
    const auto [m, s] = made_->forward(z, context);
    const auto sigma = (s + kKept).sigmoid();
    return (moved - (1 - sigma) * m) / sigma;
  });
}

}  // namespace vqcodec::models
