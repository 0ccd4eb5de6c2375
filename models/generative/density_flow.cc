#include "models/generative/density_flow.h"

#include <cmath>

#include "models/distributions.h"
#include "models/generative/dequantization.h"

namespace vqcodec::models {

namespace {

constexpr std::int64_t kAtATime = 250;  // pictures measured at once, so that memory stays small

// Of mean 0 and scale 1.
torch::Tensor logistic_log_prob(const torch::Tensor& z) {
  return -sum_events(torch::softplus(z) + torch::softplus(-z));
}

torch::Tensor draw_logistic(torch::IntArrayRef sizes, const torch::TensorOptions& type, Rng& rng) {
  constexpr double kEdge = 1e-6;
  return torch::rand(sizes, rng, type).clamp(kEdge, 1 - kEdge).logit();
}

}  // namespace

DensityFlow::DensityFlow(const DensityFlowSettings& settings, const PictureShape& shape)
    : settings_(settings), shape_(shape) {
  flow_ = register_module("flow", std::make_shared<FlowChain>());
  if (settings.logit_alpha > 0) flow_->add(std::make_shared<Logit>(settings.logit_alpha));
}

torch::Tensor DensityFlow::log_density(const torch::Tensor& y) {
  const auto [z, log_volume] = flow_->forward(y);
  const auto log_base =
      settings_.base == "logistic" ? logistic_log_prob(z) : standard_normal_like(z).log_prob(z);
  return log_base + log_volume;
}

torch::Tensor DensityFlow::continuous(const torch::Tensor& x, Rng& rng) const {
  return settings_.points ? x : dequantized(x, rng);
}

double DensityFlow::log_width() const {
  return settings_.points ? 0 : static_cast<double>(shape_.values()) * std::log(kLevels);
}

torch::Tensor DensityFlow::log_probability(const torch::Tensor& x, Rng& rng) {
  return log_density(continuous(x, rng)) - log_width();
}

Loss DensityFlow::loss(const Batch& batch, Rng& rng) {
  const auto nll = -log_probability(batch.images, rng).mean();
  return {.total = nll, .terms = {{"nll_nats", nll}}};
}

torch::Tensor DensityFlow::sample(std::int64_t n, const SampleOptions& /*options*/, Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto type = torch::TensorOptions().dtype(parameters().front().scalar_type());
  const std::vector<std::int64_t> sizes = {n, shape_.values()};
  const auto z = settings_.base == "logistic" ? draw_logistic(sizes, type, rng)
                                              : torch::randn(sizes, rng, type);
  const auto y = flow_->inverse(z).view({n, shape_.channels, shape_.height, shape_.width});
  return settings_.points ? y : quantized(y);
}

Estimate DensityFlow::log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto samples = settings_.points ? 1 : options.samples;
  auto estimate = importance_estimate(batch.images, samples, [&](const torch::Tensor& x) {
    std::vector<torch::Tensor> parts;
    for (const auto& part : x.split(kAtATime)) {
      std::vector<torch::Tensor> draws;
      for (std::int64_t s = 0; s < samples; ++s) draws.push_back(log_probability(part, rng));
      parts.push_back(torch::stack(draws));
    }
    return torch::cat(parts, 1);
  });
  if (settings_.points) estimate.kind = EstimateKind::kExact;
  estimate.estimator = settings_.points
                           ? "density of points"
                           : "uniform dequantization of 256 levels, " + std::to_string(samples) +
                                 (samples == 1 ? " draw" : " draws");
  return estimate;
}

std::vector<Figure> DensityFlow::figures(const Batch& batch, const EvaluationOptions& options,
                                         Rng& rng) {
  auto figures = GenerativeModel::figures(batch, options, rng);
  if (settings_.points) {
    figures.resize(1);  // nothing says how finely points are to be told
    return figures;
  }
  auto density = figures[0];
  density.name = "log_density";
  density.value = log_width() - density.value;
  density.unit = "nats, of levels in 0..1";
  figures.push_back(density);
  return figures;
}

}  // namespace vqcodec::models
