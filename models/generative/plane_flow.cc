#include "models/generative/plane_flow.h"

#include <algorithm>
#include <cmath>

#include "entropy/error.h"
#include "models/distributions.h"
#include "models/generative/coupling.h"
#include "models/generative/flow_layers.h"
#include "models/generative/planar_map.h"
#include "models/generative/rate_distortion.h"
#include "models/generative/simple_factory.h"

namespace vqcodec::models {

namespace {

constexpr double kReach = 5.5;           // of the quadrature: draws go a little beyond the wall
constexpr std::int64_t kGridSide = 400;  // cells on a side
constexpr std::int64_t kDraws = 100000;

}  // namespace

OptionList PlaneFlowOptions::list() {
  OptionList options = {{"energy", "the density that is learned: exp(-energy) on the box [-4,4]^2",
                         ChoiceOption{&energy, plane_energy_names()}},
                        {"maps", "K, one after the other", IntegerOption{&maps, 0, 1000}},
                        {"warm-up", "steps over which the energy's weight rises to 1",
                         IntegerOption{&warm_up, 0, 1000000000}}};
  if (map == "coupling")
    options.push_back({"hidden", "units of a coupling's network", ListOption{&hidden, 1, 65536}});
  return options;
}

PlaneFlow::PlaneFlow(const PlaneFlowOptions& options, const PictureShape& shape)
    : options_(options), target_(options.energy) {
  if (shape.values() != 2)
    throw Error(ErrorKind::kUsage, "points of ", shape.values(),
                " dimensions, expected 2: the densities are on the plane");
  chain_ = register_module("chain", std::make_shared<FlowChain>());
  chain_->add(std::make_shared<DiagonalScale>(2));  // the Gaussian that all begins with
  for (std::int64_t k = 0; k < options.maps; ++k) {
    const CouplingSplit split{.second = k % 2 == 1};
    if (options.map == "planar")
      chain_->add(std::make_shared<PlanarFlow>(2));
    else
      chain_->add(std::make_shared<Coupling>(
          split, CouplingKind::kAffine,
          coupling_perceptron(coupling_sizes(split, 2, CouplingKind::kAffine), options.hidden)));
  }
}

PlaneFlow::Draws PlaneFlow::draw(std::int64_t n, Rng& rng) {
  const auto noise = torch::randn({n, 2}, rng, parameters().front().options().requires_grad(false));
  const auto [points, log_volume] = chain_->forward(noise);
  return {.points = points,
          .log_density = standard_normal_like(noise).log_prob(noise) - log_volume};
}

torch::Tensor PlaneFlow::log_density(const torch::Tensor& z) {
  const auto noise = chain_->inverse(z);
  return standard_normal_like(noise).log_prob(noise) - chain_->forward(noise).log_volume;
}

void PlaneFlow::begin_step(const Progress& progress) {
  const auto done = static_cast<double>(progress.step + 1);
  warmth_ = options_.warm_up > 0 ? std::min(1.0, done / static_cast<double>(options_.warm_up)) : 1;
}

// The wall stands from the start: behind it, a weak energy would be forgotten.
Loss PlaneFlow::loss(const Batch& batch, Rng& rng) {
  const auto [points, log_density] = draw(batch.images.size(0), rng);
  const auto energy = target_.energy(points).mean();
  const auto held_back = (1 - warmth_) * plane_energy(options_.energy, points).mean();
  const auto divergence = log_density.mean() + energy + target_.log_partition();
  return {.total = divergence - held_back, .terms = {{"kl_nats", divergence}}};
}

torch::Tensor PlaneFlow::sample(std::int64_t n, const SampleOptions& /*options*/, Rng& rng) {
  return draw(n, rng).points.view({n, 1, 1, 2});
}

Estimate PlaneFlow::log_prob(const Batch& batch, const EvaluationOptions& /*options*/,
                             Rng& /*rng*/) {
  torch::NoGradGuard no_grad;
  return {.per_example = log_density(batch.images.flatten(1)).to(torch::kFloat64),
          .kind = EstimateKind::kExact,
          .estimator = "maps inverted"};
}

// log q + U + log Z at points of q, whose mean is the divergence.
torch::Tensor PlaneFlow::excess(const torch::Tensor& z, const torch::Tensor& log_q) const {
  return log_q.to(torch::kFloat64) + target_.energy(z.to(torch::kFloat64)) +
         target_.log_partition();
}

PlaneFlow::Divergence PlaneFlow::divergence() {
  torch::NoGradGuard no_grad;
  const auto grid = plane_grid(kReach, kGridSide);
  const auto type = parameters().front().scalar_type();
  const auto log_q = log_density(grid.points.to(type)).to(torch::kFloat64);
  const auto sum = (log_q.exp() * excess(grid.points, log_q)).sum().item<double>();
  return {.nats = sum * grid.cell, .mass = std::exp(log_integral(log_q, grid))};
}

std::vector<Figure> PlaneFlow::figures(const Batch& batch, const EvaluationOptions& options,
                                       Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto [nats, mass] = divergence();
  const auto drawn = draw(kDraws, rng);
  std::vector<Figure> figures = {
      {.name = "kl",
       .value = nats,
       .unit = "nats",
       .estimator = "of q from the density, by quadrature"},
      mean_figure("kl_by_draws", excess(drawn.points, drawn.log_density), "nats",
                  "of q from the density, " + std::to_string(kDraws) + " draws"),
      {.name = "log_partition",
       .value = target_.log_partition(),
       .unit = "nats",
       .estimator = "log Z of the box and its wall by quadrature"},
      {.name = "mass",
       .value = mass,
       .unit = "of 1",
       .estimator = "q by the same quadrature as its divergence"}};
  // Of points, no bits a dimension: nothing says how finely they are to be told.
  figures.push_back(GenerativeModel::figures(batch, options, rng).front());
  return figures;
}

namespace {

class PlaneFlowFactory : public SimpleFactory<PlaneFlow, PlaneFlowOptions> {
 public:
  using SimpleFactory::SimpleFactory;
  bool wants_folder() const override { return false; }
  ImageSets sets(const std::string& /*folder*/) const override {
    const PlaneDensity density(chosen().energy);
    const auto set = [&](std::int64_t n, std::uint64_t seed) {
      return ImageSet{.images = density.draw(n, seed), .labels = {}};
    };
    return {.train = set(1000, 1), .validation = set(2000, 2), .test = set(5000, 3)};
  }
};

}  // namespace

std::unique_ptr<ModelFactory> make_planar_flow_factory() {
  return std::make_unique<PlaneFlowFactory>(PlaneFlowOptions{});
}

std::unique_ptr<ModelFactory> make_coupling_flow_factory() {
  return std::make_unique<PlaneFlowFactory>(PlaneFlowOptions{.map = "coupling", .maps = 12});
}

}  // namespace vqcodec::models
