#include "models/generative/learned_codebook.h"

#include <algorithm>

#include "models/gradient_estimators.h"
#include "models/joint_batch.h"
#include "models/k_means.h"

namespace vqcodec::models {

namespace {

constexpr double kSmoothing = 1e-5;         // of the numbers of latents, as in the paper's code
constexpr std::int64_t kIdleSteps = 50;     // before a codeword is restarted
constexpr std::int64_t kMostPoints = 4096;  // that codewords start from
constexpr std::int64_t kLloydSteps = 3;

torch::Tensor rows_of(const torch::Tensor& z) { return z.permute({0, 2, 3, 1}).flatten(0, 2); }

// (P,D) to (N,D,h,w), in the shape of z.
torch::Tensor maps_of(const torch::Tensor& rows, const torch::Tensor& z) {
  return rows.view({z.size(0), z.size(2), z.size(3), -1}).permute({0, 3, 1, 2});
}

}  // namespace

OptionList LearnedCodebookOptions::list() {
  return {{"codewords", "of each codebook", IntegerOption{&codewords, 2, 65536}},
          {"dimension", "of a codeword", IntegerOption{&dimension, 1, 4096}},
          {"codebook",
           "averages: means of their latents; gradient: that of the squared distance; gumbel: "
           "relaxed draws, the gradient of the distortion",
           ChoiceOption{&learning, {"averages", "gradient", "gumbel"}}},
          {"decay", "of these averages", RealOption{&decay, 0, 1}},
          {"commitment", "beta: weight of the latents' distance from their codewords",
           RealOption{&commitment, 0, 1e6}},
          {"codebook-rate", "learning rate of the codewords, as a multiple of the others'",
           RealOption{&codebook_rate, 0, 1e6}},
          {"restarts", "codewords out of use become latents", FlagOption{&restarts}},
          {"temperature", "of relaxed draws at the end; at first 1",
           RealOption{&temperature, 1e-3, 10}}};
}

LearnedCodebookImpl::LearnedCodebookImpl(const LearnedCodebookOptions& options)
    : options_(options) {
  const auto k = options.codewords, d = options.dimension;
  const auto start = torch::randn({k, d});
  codewords_ = learns_by_gradient() ? register_parameter("codewords", start)
                                    : register_buffer("codewords", start);
  sums_ = register_buffer("sums", start.clone());
  uses_ = register_buffer("uses", torch::ones({k}));
  idle_ = register_buffer("idle", torch::zeros({k}));
}

torch::Tensor LearnedCodebookImpl::assigned(const torch::Tensor& rows) const {
  torch::NoGradGuard no_grad;
  const Codebook book{.codewords = codewords_, .length_bits = torch::zeros_like(uses_)};
  return assign(rows, book, torch::ones_like(codewords_[0]), /*price=*/0);
}

torch::Tensor LearnedCodebookImpl::codes_of(const torch::Tensor& z) const {
  return assigned(rows_of(z)).view({z.size(0), z.size(2), z.size(3)});
}

torch::Tensor LearnedCodebookImpl::lookup(const torch::Tensor& codes) const {
  return torch::embedding(codewords_, codes).permute({0, 3, 1, 2});
}

torch::Tensor LearnedCodebookImpl::relaxed(const torch::Tensor& rows, double temperature,
                                           Rng& rng) const {
  const auto squares = codewords_.square().sum(1) - 2 * torch::matmul(rows, codewords_.t());
  const Categorical q{.logits =
                          -squares / temperature};  // (P,K); what is equal for all is left out
  return torch::matmul(gumbel_softmax(q, temperature, rng), codewords_);
}

// arXiv:1711.00937, eq. 3: |sg(z) - C|^2 + beta |z - sg(C)|^2. Averages do without the first term.
LearnedCodebookImpl::Result LearnedCodebookImpl::forward(const torch::Tensor& z, double temperature,
                                                         Rng& rng) {
  const auto rows = rows_of(z);
  const auto codes = assigned(rows);
  last_codes_ = codes;
  if (is_training()) {
    last_rows_ = rows.detach();
    const auto words = codewords_.detach().index_select(0, codes);
    last_distance_ = (last_rows_ - words).square().mean().item<double>();
  }
  const auto map = codes.view({z.size(0), z.size(2), z.size(3)});
  if (options_.learning == "gumbel" && temperature > 0)
    return {.latents = maps_of(relaxed(rows, temperature, rng), z),
            .codes = map,
            .loss = torch::zeros({}, z.options())};
  const auto words = torch::embedding(codewords_, codes);  // (P,D)
  auto loss = options_.commitment * (rows - words.detach()).square().mean();
  if (options_.learning == "gradient") loss = loss + (words - rows.detach()).square().mean();
  return {
      .latents = maps_of(straight_through(words.detach(), rows), z), .codes = map, .loss = loss};
}

void LearnedCodebookImpl::start_from(const torch::Tensor& z, Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto all = rows_of_all_ranks(rows_of(z.detach()));
  const auto points =
      all.index_select(0, torch::randperm(all.size(0), rng, all.options().dtype(torch::kInt64))
                              .slice(0, 0, kMostPoints));
  const auto weights = torch::ones({points.size(0)}, points.options());
  auto centres = seed_centres(points, weights, size(), rng);
  for (std::int64_t step = 0; step < kLloydSteps; ++step)
    centres = lloyd_step(points, weights, centres);
  codewords_.copy_(as_rank_0_has_it(centres));
  sums_.copy_(codewords_);
  uses_.fill_(1);
}

void LearnedCodebookImpl::average(const torch::Tensor& rows, const torch::Tensor& codes) {
  torch::NoGradGuard no_grad;
  const auto uses = sum_over_ranks(torch::bincount(codes, {}, size())).to(uses_.scalar_type());
  const auto sums = sum_over_ranks(torch::zeros_like(sums_).index_add_(0, codes, rows));
  uses_.mul_(options_.decay).add_(uses, 1 - options_.decay);
  sums_.mul_(options_.decay).add_(sums, 1 - options_.decay);
  if (learns_by_gradient()) return;
  const auto total = uses_.sum();
  const auto smoothed =
      (uses_ + kSmoothing) / (total + static_cast<double>(size()) * kSmoothing) * total;
  codewords_.copy_(sums_ / smoothed.unsqueeze(1));
}

double LearnedCodebookImpl::distance_from_means() const {
  torch::NoGradGuard no_grad;
  const auto means = (sums_ / uses_.unsqueeze(1)).nan_to_num();  // those long out of use
  const auto squares = (codewords_ - means).square().mean(1);
  return (squares * uses_ / uses_.sum()).sum().item<double>() / last_distance_;
}

void LearnedCodebookImpl::restart(const torch::Tensor& rows, const torch::Tensor& codes, Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto uses = sum_over_ranks(torch::bincount(codes, {}, size()));
  idle_.copy_(torch::where(uses > 0, torch::zeros_like(idle_), idle_ + 1));
  const auto dead = (idle_ >= kIdleSteps).nonzero().squeeze(1);
  if (dead.size(0) == 0) return;
  const auto all = rows_of_all_ranks(rows);
  const auto chosen = torch::randint(all.size(0), {dead.size(0)}, rng, dead.options());
  const auto words = all.index_select(0, chosen);
  codewords_.index_copy_(0, dead, words);
  sums_.index_copy_(0, dead, words);
  uses_.index_fill_(0, dead, 1);
  idle_.index_fill_(0, dead, 0);
  restarted_ += dead.size(0);
}

void LearnedCodebookImpl::follow(Rng& rng) {
  if (!last_rows_.defined()) return;
  average(last_rows_, last_codes_);
  if (options_.restarts) restart(last_rows_, last_codes_, rng);
  last_rows_ = torch::Tensor();
}

}  // namespace vqcodec::models
