#include "models/generative/energy_model.h"

#include <cmath>

#include "entropy/error.h"
#include "models/generative/point_sets.h"
#include "models/generative/simple_factory.h"
#include "models/layers.h"

namespace vqcodec::models {

namespace {

constexpr double kWidth = 2;                // standard deviation of the wide Gaussian
constexpr double kReach = 5 * kWidth;       // of the quadrature, from the origin
constexpr std::int64_t kGrid = 300;         // its points on a side: the midpoint rule, whose error
                                            // falls exponentially for smooth densities
constexpr std::int64_t kSamplingRuns = 50;  // of `steps` each

}  // namespace

OptionList EnergyModelOptions::list() {
  return {{"hidden", "units of the network's layers", ListOption{&hidden, 1, 65536}},
          {"learner",
           "persistent: Langevin chains that go on; short-run: chains from noise each time; exact: "
           "log Z by quadrature",
           ChoiceOption{&learner, {"persistent", "short-run", "exact"}}},
          {"langevin-steps", "each training step", IntegerOption{&steps, 1, 100000}},
          {"step-size", "of Langevin's dynamics", RealOption{&step_size, 1e-6, 10}},
          {"restarts", "share of the persistent chains that start anew each step",
           RealOption{&restarts, 0, 1}},
          {"chains", "at a time", IntegerOption{&chains, 1, 1000000}}};
}

torch::Tensor langevin(const std::function<torch::Tensor(const torch::Tensor&)>& energy,
                       torch::Tensor x, std::int64_t steps, double step_size, Rng& rng) {
  const torch::AutoGradMode with_gradients(true);
  x = x.detach();
  for (std::int64_t s = 0; s < steps; ++s) {
    x.requires_grad_();
    const auto force = -torch::autograd::grad({energy(x).sum()}, {x})[0];
    const auto noise = torch::randn(x.sizes(), rng, force.options().requires_grad(false));
    x = (x + 0.5 * step_size * step_size * force + step_size * noise).detach();
  }
  return x;
}

EnergyModel::EnergyModel(const EnergyModelOptions& options, const PictureShape& shape)
    : options_(options) {
  if (shape.values() != 2)
    throw Error(ErrorKind::kUsage, "energy-model: points of ", shape.values(),
                " dimensions, expected 2: its log Z is an integral over the plane");
  std::vector<std::int64_t> sizes = {2};
  sizes.insert(sizes.end(), options.hidden.begin(), options.hidden.end());
  sizes.push_back(1);
  network_ = register_module("network", perceptron(sizes, "tanh"));
  chain_ = register_buffer("chain", kWidth * torch::randn({options.chains, 2}));
}

torch::Tensor EnergyModel::energy(const torch::Tensor& x) {
  return network_->forward(x).squeeze(1) + x.square().sum(1) / (2 * kWidth * kWidth);
}

torch::Tensor EnergyModel::log_partition() {
  const double spacing = 2 * kReach / static_cast<double>(kGrid);
  const auto line = -kReach + spacing * (torch::arange(kGrid, chain_.options()) + 0.5);
  const auto points = torch::cartesian_prod({line, line});
  return (-energy(points)).to(torch::kFloat64).logsumexp(0) + 2 * std::log(spacing);
}

Loss EnergyModel::loss(const Batch& batch, Rng& rng) {
  const auto x = batch.images.flatten(1);
  if (options_.learner == "exact") {
    const auto nll = energy(x).mean() + log_partition();
    return {.total = nll, .terms = {{"nll_nats", nll}}};
  }
  const auto gap = energy(x).mean() - energy(negative_phase(rng)).mean();
  return {.total = gap, .terms = {{"energy_gap_nats", gap}}};
}

torch::Tensor EnergyModel::noise(std::int64_t n, Rng& rng) const {
  return kWidth * torch::randn({n, 2}, rng, chain_.options());
}

torch::Tensor EnergyModel::negative_phase(Rng& rng) {
  const auto own_energy = [this](const torch::Tensor& x) { return energy(x); };
  auto start = noise(options_.chains, rng);
  if (options_.learner == "persistent") {
    const auto uniform = torch::rand({options_.chains, 1}, rng, chain_.options());
    start = torch::where(uniform < options_.restarts, start, chain_);
  }
  const auto end = langevin(own_energy, start, options_.steps, options_.step_size, rng);
  if (is_training() && options_.learner == "persistent") chain_.copy_(end);
  return end;
}

torch::Tensor EnergyModel::sample(std::int64_t n, const SampleOptions& /*options*/, Rng& rng) {
  const auto own_energy = [this](const torch::Tensor& x) { return energy(x); };
  const auto runs = options_.learner == "short-run" ? 1 : kSamplingRuns;
  return langevin(own_energy, noise(n, rng), runs * options_.steps, options_.step_size, rng)
      .view({n, 1, 1, 2});
}

Estimate EnergyModel::log_prob(const Batch& batch, const EvaluationOptions& /*options*/,
                               Rng& /*rng*/) {
  torch::NoGradGuard no_grad;
  const auto unnormalized = -energy(batch.images.flatten(1)).to(torch::kFloat64);
  return {.per_example = unnormalized - log_partition(),
          .kind = EstimateKind::kExact,
          .estimator = "log Z by quadrature"};
}

// Of points, no bits a dimension: nothing says how finely they are to be told.
std::vector<Figure> EnergyModel::figures(const Batch& batch, const EvaluationOptions& options,
                                         Rng& rng) {
  return {GenerativeModel::figures(batch, options, rng).front()};
}

namespace {

class EnergyModelFactory : public SimpleFactory<EnergyModel, EnergyModelOptions> {
 public:
  OptionList options() override {
    auto options = SimpleFactory::options();
    options.push_back(
        {"points", "the density that is learnt", ChoiceOption{&points_, point_set_names()}});
    return options;
  }
  bool wants_folder() const override { return false; }
  ImageSets sets(const std::string& /*folder*/) const override { return point_sets(points_); }

 private:
  std::string points_ = "eight-gaussians";
};

}  // namespace

std::unique_ptr<ModelFactory> make_energy_model_factory() {
  return std::make_unique<EnergyModelFactory>();
}

}  // namespace vqcodec::models
