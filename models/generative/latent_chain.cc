#include "models/generative/latent_chain.h"

#include <algorithm>
#include <limits>

namespace vqcodec::models {

namespace {

constexpr double kContrast = 1.5;          // of random tables' logits
constexpr double kLeast = 1e-12;           // probability of an entry: logarithms stay finite
constexpr std::int64_t kTryingSteps = 10;  // of each restart
enum Stream : std::uint64_t { kTables, kTrain, kValidation, kTest };

}  // namespace

OptionList LatentChainOptions::list() {
  return {{"symbols", "that sequences are made of", IntegerOption{&text.symbols, 2, kMostLetters}},
          {"length", "places of a sequence; of text, of its longest line",
           IntegerOption{&text.length, 1, 4096}},
          {"restarts", "first tables that are tried, the likeliest go on",
           IntegerOption{&restarts, 1, 1000}},
          {"planted-seed", "of the model that sequences are drawn from, where --data is not given",
           IntegerOption{&planted_seed, 0, 1000000000}}};
}

torch::Tensor draw_rows(const torch::Tensor& log_p, Rng& rng) {
  return torch::multinomial(log_p.softmax(1), 1, /*replacement=*/true, rng).squeeze(1);
}

LatentChain::LatentChain(const LatentChainOptions& options, const PictureShape& shape,
                         std::int64_t states, std::int64_t emissions)
    : options_(options), shape_(shape) {
  const auto add = [&](const char* name, std::int64_t rows, std::int64_t columns) {
    logits_.push_back(register_parameter(name, torch::zeros({rows, columns}, torch::kFloat64)));
  };
  add("initial", 1, states);
  add("transitions", states, states);
  if (emissions > 0) add("emissions", states, emissions);
  is_seeded_ = register_buffer("is_seeded", torch::zeros({}));
}

Tables LatentChain::tables() const {
  Tables tables;
  for (const auto& logits : logits_) tables.push_back(logits.detach().log_softmax(1));
  return tables;
}

Tables LatentChain::expected_counts(const torch::Tensor& x) const {
  torch::AutoGradMode with_gradients(true);
  auto tables = this->tables();
  for (auto& table : tables) table.requires_grad_();
  return torch::autograd::grad({log_likelihood(tables, x).sum()}, tables);
}

void LatentChain::maximize(const Tables& counts) {
  torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < logits_.size(); ++i) {
    const auto total = counts[i].sum(1, /*keepdim=*/true);
    const auto share = counts[i] / total.clamp_min(kLeast);
    logits_[i].copy_(torch::where(total > kLeast, share.clamp_min(kLeast).log(), logits_[i]));
  }
}

void LatentChain::assign(const Tables& tables) {
  torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < logits_.size(); ++i) logits_[i].copy_(tables[i]);
}

Tables LatentChain::random_tables(Rng& rng) const {
  Tables tables;
  for (const auto& logits : logits_)
    tables.push_back(
        (kContrast * torch::randn(logits.sizes(), rng, torch::kFloat64)).log_softmax(1));
  return tables;
}

Tables LatentChain::planted_tables() const {
  auto rng = make_rng(static_cast<std::uint64_t>(options_.planted_seed), kTables);
  return random_tables(rng);
}

void LatentChain::seed(const torch::Tensor& x, Rng& rng) {
  double highest = -std::numeric_limits<double>::infinity();
  Tables likeliest;
  for (std::int64_t i = 0; i < options_.restarts; ++i) {
    assign(random_tables(rng));
    for (std::int64_t step = 0; step < kTryingSteps; ++step) maximize(expected_counts(x));
    const auto found = log_likelihood(tables(), x).sum().item<double>();
    if (found <= highest) continue;
    highest = found;
    likeliest = tables();
  }
  assign(likeliest);
}

Loss LatentChain::loss(const Batch& batch, Rng& rng) {
  const auto x = plane_of(batch.images, 0);
  if (is_training() && is_seeded_.item<double>() == 0) {
    seed(x, rng);
    is_seeded_.fill_(1);
  }
  const auto nll = -log_likelihood(tables(), x).mean();
  if (is_training()) maximize(expected_counts(x));
  return {.total = nll, .terms = {{"nll_nats", nll}}};
}

torch::Tensor LatentChain::paths(std::int64_t n, Rng& rng) const {
  const auto tables = this->tables();
  std::vector<torch::Tensor> states = {draw_rows(tables[0].expand({n, -1}), rng)};
  while (static_cast<std::int64_t>(states.size()) < shape_.width)
    states.push_back(draw_rows(tables[1].index_select(0, states.back()), rng));
  return torch::stack(states, 1);
}

torch::Tensor LatentChain::sample(std::int64_t n, const SampleOptions& /*options*/, Rng& rng) {
  const auto path = paths(n, rng);
  return as_pictures({seen_of(path, rng), path});
}

torch::Tensor LatentChain::reconstruct(const Batch& batch, Rng& rng) {
  const auto path = posterior_paths(plane_of(batch.images, 0), rng);
  return as_pictures({seen_of(path, rng), path}).slice(1, 0, batch.images.size(1));
}

Estimate LatentChain::log_prob(const Batch& batch, const EvaluationOptions& /*options*/,
                               Rng& /*rng*/) {
  return {.per_example = log_likelihood(tables(), plane_of(batch.images, 0)),
          .kind = EstimateKind::kExact,
          .estimator = "sum over all paths"};
}

std::vector<Figure> LatentChain::figures(const Batch& batch, const EvaluationOptions& options,
                                         Rng& rng) {
  const char* exact = "sum over all paths (exact)";
  const auto nll = -log_prob(batch, options, rng).per_example;
  std::vector<Figure> figures = {mean_figure("nll", nll, "nats", exact)};
  if (batch.images.size(1) == 1) return figures;  // text: nobody knows its model
  const auto planted = -log_likelihood(planted_tables(), plane_of(batch.images, 0));
  figures.push_back(mean_figure("nll_of_the_planted", planted, "nats", exact));
  figures.push_back(mean_figure("excess", nll - planted, "nats",
                                "nll less that of the planted, sequence by sequence"));
  return figures;
}

torch::Tensor LatentChain::shown(const torch::Tensor& x) const {
  return models::shown(x, std::max(options_.text.symbols, logits_[0].size(1)));
}

std::string LatentChain::text_of(const torch::Tensor& event) const {
  return models::text_of(event.slice(0, 0, 1));  // a path has no letters
}

ImageSets planted_sets(LatentChain& model, std::int64_t planted_seed) {
  model.assign(model.planted_tables());
  const auto draw = [&](std::int64_t count, Stream stream) {
    auto rng = make_rng(static_cast<std::uint64_t>(planted_seed), stream);
    return ImageSet{.images = model.sample(count, {}, rng), .labels = {}};
  };
  return {
      .train = draw(2000, kTrain), .validation = draw(500, kValidation), .test = draw(1000, kTest)};
}

}  // namespace vqcodec::models
