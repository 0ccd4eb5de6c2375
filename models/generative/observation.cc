#include "models/generative/observation.h"

#include <cmath>

namespace vqcodec::models {

namespace {

constexpr double kHalfLevel = 0.5 / 255;  // of 256 grey levels, 0..1

// log P of the interval of half a level around x, of which 0 and 1 have all beyond.
torch::Tensor log_logistic_cell(const torch::Tensor& x, const torch::Tensor& mean,
                                const torch::Tensor& log_scale) {
  const auto inverse = (-log_scale).exp();
  const auto above = (x + kHalfLevel - mean) * inverse, below = (x - kHalfLevel - mean) * inverse;
  // sigmoid(a) - sigmoid(b) = sigmoid(a) sigmoid(-b) (1 - exp(b - a)), and a - b is the same
  // everywhere.
  const auto width = 2 * kHalfLevel * inverse;
  const auto inside = -torch::softplus(-above) - torch::softplus(below) + (-(-width).expm1()).log();
  const auto bottom = -torch::softplus(-above), top = -torch::softplus(below);
  return torch::where(x < kHalfLevel, bottom, torch::where(x > 1 - kHalfLevel, top, inside));
}

}  // namespace

OptionList ObservationOptions::list() {
  return {{"likelihood", "of a pixel given z; logistic: of 256 grey levels",
           ChoiceOption{&likelihood, {"bernoulli", "gaussian", "logistic"}}},
          {"deviation", "of these pixels; optimal: the Gaussian's in closed form, batch by batch",
           ChoiceOption{&deviation, {"learned", "fixed", "optimal"}}},
          {"sigma", "deviation, or logistic scale: fixed, or the first one",
           RealOption{&sigma, 1e-6, 1e3}}};
}

torch::Tensor PixelDistribution::log_prob(const torch::Tensor& x) const {
  if (likelihood == "bernoulli") return Bernoulli{output}.log_prob(x);
  if (likelihood == "gaussian") return DiagonalGaussian{output, log_variance}.log_prob(x);
  return sum_events(log_logistic_cell(x, output, 0.5 * log_variance));
}

torch::Tensor PixelDistribution::mean() const {
  return likelihood == "bernoulli" ? Bernoulli{output}.mean() : output;
}

torch::Tensor PixelDistribution::sample(Rng& rng) const {
  if (likelihood == "bernoulli") return Bernoulli{output}.sample(rng);
  if (likelihood == "gaussian") return DiagonalGaussian{output, log_variance}.sample(rng);
  constexpr double kEdge = 1e-6;
  const auto uniform = torch::rand(output.sizes(), rng, output.options().requires_grad(false))
                           .clamp(kEdge, 1 - kEdge);
  const auto drawn = output + (0.5 * log_variance).exp() * (uniform.log() - (-uniform).log1p());
  return (drawn.clamp(0, 1) * 255).round() / 255;
}

ObservationImpl::ObservationImpl(const ObservationOptions& options) : options_(options) {
  if (options.likelihood == "bernoulli") return;
  const auto start = torch::full({}, 2 * std::log(options.sigma));
  log_variance_ = options.deviation == "learned" ? register_parameter("log_variance", start)
                                                 : register_buffer("log_variance", start);
}

PixelDistribution ObservationImpl::around(const torch::Tensor& output) const {
  return {.likelihood = options_.likelihood, .output = output, .log_variance = log_variance_};
}

void ObservationImpl::fit(const torch::Tensor& x, const torch::Tensor& output) {
  if (options_.likelihood != "gaussian" || options_.deviation != "optimal") return;
  torch::NoGradGuard no_grad;
  constexpr double kLeast = 1e-12;
  log_variance_.set_data((x - output).square().mean().clamp_min(kLeast).log());
}

EstimateKind ObservationImpl::kind_of(EstimateKind bound, const std::string& pixels) const {
  const bool cross_entropy = options_.likelihood == "bernoulli" && pixels == "grey";
  return cross_entropy ? EstimateKind::kNotALikelihood : bound;
}

double ObservationImpl::sigma() const {
  return log_variance_.defined() ? std::exp(0.5 * log_variance_.item<double>()) : 0;
}

}  // namespace vqcodec::models
