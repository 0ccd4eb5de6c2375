#include "models/generative/boltzmann_machine.h"

#include "entropy/error.h"
#include "models/distributions.h"
#include "models/generative/binary_patterns.h"
#include "models/generative/simple_factory.h"

namespace vqcodec::models {

namespace {

constexpr std::int64_t kMostUnits = 16;         // that are enumerated
constexpr std::int64_t kSamplingSweeps = 1000;  // from noise

}  // namespace

OptionList BoltzmannMachineOptions::list() {
  return {{"hidden", "hidden units", IntegerOption{&hidden, 0, kMostUnits}},
          {"learner", "exact: by enumeration, up to 16 units; gibbs: both phases by sampling",
           ChoiceOption{&learner, {"exact", "gibbs"}}},
          {"units", "bits: in {0,1}; spins: in {-1,1}", ChoiceOption{&units, {"bits", "spins"}}},
          {"temperature", "T of p = exp(-E/T) / Z", RealOption{&temperature, 1e-3, 1e3}},
          {"sweeps", "of Gibbs sampling, each phase and step", IntegerOption{&sweeps, 1, 100000}},
          {"chains", "persistent ones, and of annealed importance sampling",
           IntegerOption{&chains, 2, 100000}},
          {"temperatures", "of annealed importance sampling",
           IntegerOption{&temperatures, 1, 10000000}}};
}

BoltzmannMachine::BoltzmannMachine(const BoltzmannMachineOptions& options,
                                   const PictureShape& shape)
    : options_(options), shape_(shape) {
  const auto units = shape.values() + options.hidden;
  if (options.learner == "exact" && units > kMostUnits)
    throw Error(ErrorKind::kUsage, "--learner exact: ", shape.values(), " pixels and ",
                options.hidden, " hidden units, expected at most ", kMostUnits,
                " together; choose gibbs");
  // Hidden units that all start alike would stay alike.
  links_ = register_parameter("links", 0.1 * torch::randn({units, units}));
  bias_ = register_parameter("bias", torch::zeros({units}));
  chain_ = register_buffer("chain", torch::rand({options.chains, units}).round());
}

Boltzmann BoltzmannMachine::distribution() const {
  const auto above = links_.triu(1);
  const auto symmetric = above + above.t();
  if (options_.units == "spins") return from_spins(symmetric, bias_, options_.temperature);
  return {symmetric, bias_, options_.temperature};
}

bool BoltzmannMachine::is_small() const { return bias_.size(0) <= kMostUnits; }

torch::Tensor BoltzmannMachine::noise(std::int64_t n, std::int64_t units, Rng& rng) const {
  return torch::rand({n, units}, rng, bias_.options().requires_grad(false)).round();
}

Loss BoltzmannMachine::loss(const Batch& batch, Rng& rng) {
  const auto model = distribution();
  const auto v = batch.images.flatten(1);
  if (options_.learner == "exact") {
    const auto nll = model.log_partition() - model.log_sum_over_hidden(v).mean();
    return {.total = nll, .terms = {{"nll_nats", nll}}};
  }
  const auto start = torch::cat({v, noise(v.size(0), options_.hidden, rng)}, 1);
  const auto clamped = model.gibbs(start, v.size(1), options_.sweeps, rng);
  const auto free = model.gibbs(chain_, 0, options_.sweeps, rng);
  if (is_training()) chain_.copy_(free);
  const auto gap =
      (model.energy(clamped).mean() - model.energy(free).mean()) / options_.temperature;
  return {.total = gap, .terms = {{"energy_gap", gap}}};
}

torch::Tensor BoltzmannMachine::sample(std::int64_t n, const SampleOptions& options, Rng& rng) {
  const auto model = distribution();
  const auto s = model.gibbs(noise(n, bias_.size(0), rng), 0, kSamplingSweeps, rng);
  const auto pixels = options.means ? torch::sigmoid(model.logits(s)) : s;
  return pixels.slice(1, 0, shape_.values())
      .reshape({n, shape_.channels, shape_.height, shape_.width});
}

Estimate BoltzmannMachine::log_prob(const Batch& batch, const EvaluationOptions& /*options*/,
                                    Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto model = distribution();
  const auto unnormalized = model.log_sum_over_hidden(batch.images.flatten(1));
  if (is_small())
    return {.per_example = unnormalized - model.log_partition(),
            .kind = EstimateKind::kExact,
            .estimator = "log Z by enumeration"};
  const auto partition = anneal(model.path_from(torch::zeros_like(bias_)),
                                {options_.temperatures, options_.chains}, rng);
  return {.per_example = unnormalized - partition.value,
          .kind = EstimateKind::kUnbounded,
          .samples = options_.chains,
          .estimator = "log Z by annealed importance sampling, standard error " +
                       std::to_string(partition.standard_error)};
}

namespace {

class BoltzmannMachineFactory : public SimpleFactory<BoltzmannMachine, BoltzmannMachineOptions> {
 public:
  OptionList options() override {
    auto options = SimpleFactory::options();
    options.push_back({"pattern", "the pictures that are learnt",
                       ChoiceOption{&pattern_, {"bars-and-stripes", "parity"}}});
    options.push_back({"side", "pixels of a picture's side", IntegerOption{&side_, 2, 4}});
    return options;
  }
  bool wants_folder() const override { return false; }
  ImageSets sets(const std::string& /*folder*/) const override {
    return binary_pattern_sets(pattern_, side_);
  }

 private:
  std::string pattern_ = "bars-and-stripes";
  std::int64_t side_ = 3;
};

}  // namespace

std::unique_ptr<ModelFactory> make_boltzmann_machine_factory() {
  return std::make_unique<BoltzmannMachineFactory>();
}

}  // namespace vqcodec::models
