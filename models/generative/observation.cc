#include "models/generative/observation.h"

#include <cmath>

#include "models/joint_batch.h"

namespace vqcodec::models {

OptionList ObservationOptions::list() {
  return {{"likelihood", "of a pixel given z; logistic: of 256 grey levels",
           ChoiceOption{&likelihood, {"bernoulli", "gaussian", "logistic"}}},
          {"deviation",
           "of these pixels; pixel: each learns its own; optimal: the Gaussian's in closed form, "
           "batch by batch",
           ChoiceOption{&deviation, {"learned", "pixel", "fixed", "optimal"}}},
          {"sigma", "deviation, or logistic scale: fixed, or the first one",
           RealOption{&sigma, 1e-6, 1e3}}};
}

torch::Tensor PixelDistribution::log_prob(const torch::Tensor& x) const {
  if (likelihood == "bernoulli") return Bernoulli{output}.log_prob(x);
  if (likelihood == "gaussian") return DiagonalGaussian{output, log_variance}.log_prob(x);
  return DiscretizedLogistic{output, 0.5 * log_variance}.log_prob(x);
}

torch::Tensor PixelDistribution::mean() const {
  return likelihood == "bernoulli" ? Bernoulli{output}.mean() : output;
}

torch::Tensor PixelDistribution::sample(Rng& rng) const {
  if (likelihood == "bernoulli") return Bernoulli{output}.sample(rng);
  if (likelihood == "gaussian") return DiagonalGaussian{output, log_variance}.sample(rng);
  return DiscretizedLogistic{output, 0.5 * log_variance}.sample(rng);
}

ObservationImpl::ObservationImpl(const ObservationOptions& options, const PictureShape& shape)
    : options_(options) {
  if (options.likelihood == "bernoulli") return;
  const bool each_pixel = options.deviation == "pixel";
  const std::vector<std::int64_t> all = {1, shape.channels, shape.height, shape.width}, one;
  const auto start = torch::full(each_pixel ? all : one, 2 * std::log(options.sigma));
  log_variance_ = each_pixel || options.deviation == "learned"
                      ? register_parameter("log_variance", start)
                      : register_buffer("log_variance", start);
}

PixelDistribution ObservationImpl::around(const torch::Tensor& output) const {
  return {.likelihood = options_.likelihood, .output = output, .log_variance = log_variance_};
}

void ObservationImpl::fit(const torch::Tensor& x, const torch::Tensor& output) {
  if (options_.likelihood != "gaussian" || options_.deviation != "optimal") return;
  torch::NoGradGuard no_grad;
  constexpr double kLeast = 1e-12;
  log_variance_.set_data(mean_over_ranks((x - output).square().mean()).clamp_min(kLeast).log());
}

EstimateKind ObservationImpl::kind_of(EstimateKind bound, const std::string& pixels) const {
  const bool cross_entropy = options_.likelihood == "bernoulli" && pixels == "grey";
  return cross_entropy ? EstimateKind::kNotALikelihood : bound;
}

double ObservationImpl::sigma() const {
  return log_variance_.defined() ? (0.5 * log_variance_).exp().mean().item<double>() : 0;
}

}  // namespace vqcodec::models
