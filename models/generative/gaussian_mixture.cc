#include "models/generative/gaussian_mixture.h"

#include <cmath>

#include "models/distributions.h"
#include "models/generative/simple_factory.h"
#include "models/k_means.h"
#include "models/layers.h"

namespace vqcodec::models {

namespace {

constexpr std::int64_t kTrialSteps = 30;  // of each restart
constexpr double kFewestPoints = 1e-8;    // below, a component is without points
constexpr double kLeastLog = -700;        // of a weight; exp() of it is not yet zero

// The nearest matrix none of whose eigenvalues is below the floor: among those, the likeliest
// covariance of points whose own is the given one.
torch::Tensor floored(const torch::Tensor& covariances, double floor) {
  const auto [values, vectors] = torch::linalg_eigh(covariances);
  if (values.min().item<double>() >= floor) return covariances;
  return torch::matmul(vectors * values.clamp_min(floor).unsqueeze(-2), vectors.transpose(-2, -1));
}

// No bits a dimension: the points are not quantized.
Figure figure_of(const char* name, const Estimate& estimate) {
  return mean_figure(name, -estimate.per_example, "nats",
                     estimate.estimator + " (" + name_of(estimate.kind) + ")");
}

}  // namespace

OptionList GaussianMixtureOptions::list() {
  return {
      {"components", "Gaussians of the mixture", IntegerOption{&components, 1, 65536}},
      {"covariance", "of each component; tied: one for all",
       ChoiceOption{&covariance, {"full", "diagonal", "spherical", "tied"}}},
      {"learner",
       "em: exact steps; k-means: hard assignments, equal weights and one spherical covariance; "
       "gradient: of the likelihood; vae: of the bound with an encoder",
       ChoiceOption{&learner, {"em", "k-means", "gradient", "vae"}}},
      {"restarts", "from seeds drawn anew; the likeliest goes on",
       IntegerOption{&restarts, 1, 10000}},
      {"floor", "least variance, in any direction", RealOption{&floor, 1e-12, 1e12}},
      {"reduce", "pictures to this many principal components; 0: not at all",
       IntegerOption{&reduce, 0, 65536}},
      {"hidden", "units of the encoder's layers (vae)", ListOption{&hidden, 1, 65536}}};
}

GaussianMixture::GaussianMixture(const GaussianMixtureOptions& options, const PictureShape& shape)
    : options_(options), shape_(shape) {
  const auto values = shape.values();
  const auto dimension = options.reduce == 0 ? values : std::min(options.reduce, values);
  const auto k = options.components, rows = is_shared() ? 1 : k;
  weight_logits_ = register_parameter("weight_logits", torch::zeros({k}, torch::kFloat64));
  means_ = register_parameter("means", torch::randn({k, dimension}, torch::kFloat64));
  const std::vector<std::int64_t> sizes =
      options.learner == "k-means" || options.covariance == "spherical"
          ? std::vector<std::int64_t>{rows, 1}
      : options.covariance == "diagonal" ? std::vector<std::int64_t>{rows, dimension}
                                         : std::vector<std::int64_t>{rows, dimension, dimension};
  scales_ = register_parameter("scales", torch::zeros(sizes, torch::kFloat64));
  if (options.reduce > 0) {
    centre_ = register_buffer("centre", torch::zeros({values}));
    axes_ = register_buffer("axes", torch::eye(values).slice(1, 0, dimension).clone());
  }
  is_seeded_ = register_buffer("is_seeded", torch::zeros({}));
  if (options.learner != "vae") return;
  std::vector<std::int64_t> layers = {dimension};
  layers.insert(layers.end(), options.hidden.begin(), options.hidden.end());
  layers.push_back(k);
  encoder_ = register_module("encoder", perceptron(layers, "tanh"));
  encoder_->to(torch::kFloat64);
}

bool GaussianMixture::is_shared() const {
  return options_.learner == "k-means" || options_.covariance == "tied";
}

bool GaussianMixture::steps_itself() const {
  return options_.learner == "em" || options_.learner == "k-means";
}

torch::Tensor GaussianMixture::points(const torch::Tensor& images) const {
  const auto values = images.flatten(1);
  if (!axes_.defined()) return values.to(torch::kFloat64);
  return (torch::matmul(values, axes_) - torch::matmul(centre_, axes_)).to(torch::kFloat64);
}

torch::Tensor GaussianMixture::pictures(const torch::Tensor& points) const {
  auto values = points;
  if (axes_.defined()) values = torch::matmul(points.to(axes_.scalar_type()), axes_.t()) + centre_;
  return values.view({-1, shape_.channels, shape_.height, shape_.width});
}

torch::Tensor GaussianMixture::factors() const {
  const auto k = options_.components, d = means_.size(1);
  const bool is_matrix = scales_.dim() == 3;
  const auto logs = is_matrix ? scales_.diagonal(0, 1, 2) : scales_.expand({-1, d});
  auto factors = torch::diag_embed(logs.exp().clamp_min(std::sqrt(options_.floor)));
  if (is_matrix) factors = factors + scales_.tril(-1);
  return factors.expand({k, d, d});
}

torch::Tensor GaussianMixture::covariances() const {
  const auto factor = factors();
  return torch::matmul(factor, factor.transpose(1, 2));
}

torch::Tensor GaussianMixture::log_joint(const torch::Tensor& points) const {
  const auto log_weights = weight_logits_.log_softmax(0);
  const auto factor = factors();
  std::vector<torch::Tensor> columns;
  for (std::int64_t k = 0; k < options_.components; ++k)
    columns.push_back(log_weights[k] + FullGaussian{means_[k], factor[k]}.log_prob(points));
  return torch::stack(columns, 1);
}

torch::Tensor GaussianMixture::log_density(const torch::Tensor& points) const {
  return log_joint(points).logsumexp(1);
}

torch::Tensor GaussianMixture::log_posterior(const torch::Tensor& points) const {
  return log_joint(points).log_softmax(1);
}

torch::Tensor GaussianMixture::log_q(const torch::Tensor& points) {
  return encoder_->forward(points).log_softmax(1);
}

torch::Tensor free_energy(const torch::Tensor& log_joint, const torch::Tensor& log_q) {
  return (log_q.exp() * (log_joint - log_q)).sum(1);
}

torch::Tensor GaussianMixture::responsibilities(const torch::Tensor& points) const {
  if (options_.learner == "em") return log_posterior(points).exp();
  return torch::one_hot(nearest_centres(points, means_), options_.components).to(torch::kFloat64);
}

void GaussianMixture::assign(const torch::Tensor& weights, const torch::Tensor& means,
                             const torch::Tensor& covariances) {
  torch::NoGradGuard no_grad;
  const bool are_equal = options_.learner == "k-means";
  weight_logits_.copy_(are_equal ? torch::zeros_like(weights) : weights.log().clamp_min(kLeastLog));
  means_.copy_(means);
  auto own = is_shared() ? covariances.slice(0, 0, 1) : covariances;
  if (scales_.dim() == 2) {
    const auto variances = own.diagonal(0, 1, 2);
    own = torch::diag_embed(scales_.size(1) == 1 ? variances.mean(1, true).expand_as(variances)
                                                 : variances);
  }
  const auto factor = torch::linalg_cholesky(floored(own, options_.floor));
  const auto logs = factor.diagonal(0, 1, 2).log();  // (K or 1, D)
  scales_.copy_(scales_.dim() == 3 ? factor.tril(-1) + torch::diag_embed(logs)
                                   : logs.slice(1, 0, scales_.size(1)));
}

void GaussianMixture::maximize(const torch::Tensor& points, const torch::Tensor& q) {
  torch::NoGradGuard no_grad;
  const auto counts = q.sum(0);  // (K)
  const auto has_points = counts > kFewestPoints;
  const auto divisor = counts.clamp_min(kFewestPoints);
  const auto means = torch::where(has_points.unsqueeze(1),
                                  torch::matmul(q.t(), points) / divisor.unsqueeze(1), means_);
  std::vector<torch::Tensor> scatters;
  for (std::int64_t k = 0; k < options_.components; ++k) {
    const auto away = points - means[k];
    scatters.push_back(torch::matmul((away * q.select(1, k).unsqueeze(1)).t(), away));
  }
  const auto scatter = torch::stack(scatters);  // (K,D,D)
  assign(counts / counts.sum(), means,
         is_shared() ? (scatter.sum(0) / counts.sum()).expand_as(scatter)
                     : torch::where(has_points.view({-1, 1, 1}), scatter / divisor.view({-1, 1, 1}),
                                    covariances()));
}

void GaussianMixture::fit_principal_components(const torch::Tensor& images) {
  const auto values = images.flatten(1).to(centre_.scalar_type());
  centre_.copy_(values.mean(0));
  const auto away = values - centre_;
  const auto [variances, axes] =
      torch::linalg_eigh(torch::matmul(away.t(), away) / values.size(0));  // in rising order
  axes_.copy_(axes.flip(1).slice(1, 0, axes_.size(1)));
}

// Every restart begins with k-means++ seeds and the covariance within their clusters, the same for
// all components: of a small cluster its own would be singular. The trial steps of gradient
// learners are those of k-means.
void GaussianMixture::seed(const torch::Tensor& points, Rng& rng) {
  double best = -std::numeric_limits<double>::infinity();
  std::vector<torch::Tensor> likeliest;
  const auto one_each = torch::ones({points.size(0)}, points.options().dtype(torch::kFloat64));
  for (std::int64_t restart = 0; restart < options_.restarts; ++restart) {
    const auto centres = seed_centres(points, one_each, options_.components, rng);
    const auto nearest = nearest_centres(points, centres);
    const auto away = points - centres.index_select(0, nearest);
    const auto within = torch::matmul(away.t(), away) / points.size(0);
    assign(torch::bincount(nearest, one_each / points.size(0), options_.components), centres,
           within.expand({options_.components, -1, -1}));
    if (options_.restarts == 1) return;
    for (std::int64_t step = 0; step < kTrialSteps; ++step)
      maximize(points, responsibilities(points));
    const double found = log_density(points).mean().item<double>();
    if (!(found > best)) continue;
    best = found;
    likeliest = {weight_logits_.clone(), means_.clone(), scales_.clone()};
  }
  weight_logits_.copy_(likeliest[0]);
  means_.copy_(likeliest[1]);
  scales_.copy_(likeliest[2]);
}

Loss GaussianMixture::loss(const Batch& batch, Rng& rng) {
  if (is_training() && is_seeded_.item<double>() == 0) {
    torch::NoGradGuard no_grad;
    if (axes_.defined()) fit_principal_components(batch.images);
    seed(points(batch.images), rng);
    is_seeded_.fill_(1);
  }
  const auto x = points(batch.images);
  if (steps_itself()) {
    torch::NoGradGuard no_grad;
    const auto nll = -log_density(x).mean();
    if (is_training()) maximize(x, responsibilities(x));
    return {.total = nll, .terms = {{"nll_nats", nll}}};
  }
  const auto joint = log_joint(x);
  const auto nll = -joint.logsumexp(1).mean();
  if (options_.learner == "gradient") return {.total = nll, .terms = {{"nll_nats", nll}}};
  const auto bound = -free_energy(joint, log_q(x)).mean();
  return {.total = bound, .terms = {{"negative_elbo_nats", bound}, {"nll_nats", nll.detach()}}};
}

torch::Tensor GaussianMixture::sample(std::int64_t n, const SampleOptions& options, Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto z = torch::multinomial(weights(), n, /*replacement=*/true, rng);
  const auto mean = means_.index_select(0, z);
  if (options.means) return pictures(mean);
  const auto noise = torch::randn({n, means_.size(1), 1}, rng, torch::kFloat64);
  return pictures(mean + torch::matmul(factors().index_select(0, z), noise).squeeze(2));
}

torch::Tensor GaussianMixture::reconstruct(const Batch& batch, Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto z = torch::multinomial(log_posterior(points(batch.images)).exp(), 1,
                                    /*replacement=*/true, rng);
  return pictures(means_.index_select(0, z.squeeze(1)));
}

Estimate GaussianMixture::log_prob(const Batch& batch, const EvaluationOptions& /*options*/,
                                   Rng& /*rng*/) {
  torch::NoGradGuard no_grad;
  return {.per_example = log_density(points(batch.images)),
          .kind = EstimateKind::kExact,
          .estimator =
              "sum over the components, of " + std::to_string(means_.size(1)) + " coordinates"};
}

std::vector<Figure> GaussianMixture::figures(const Batch& batch, const EvaluationOptions& options,
                                             Rng& rng) {
  torch::NoGradGuard no_grad;
  std::vector<Figure> figures = {figure_of("nll", log_prob(batch, options, rng))};
  if (encoder_.is_empty()) return figures;
  const auto x = points(batch.images);
  figures.push_back(figure_of("negative_elbo", {.per_example = free_energy(log_joint(x), log_q(x)),
                                                .kind = EstimateKind::kLowerBound,
                                                .estimator = "sum over the components under q"}));
  return figures;
}

std::unique_ptr<ModelFactory> make_gaussian_mixture_factory() {
  class Factory : public SimpleFactory<GaussianMixture, GaussianMixtureOptions> {
   public:
    std::unique_ptr<Dataset> batches(ImageSet train) const override {
      return std::make_unique<WholeSetBatches>(std::move(train), pixels());
    }
  };
  return std::make_unique<Factory>();
}

}  // namespace vqcodec::models
