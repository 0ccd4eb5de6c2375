// Guarded lines broken once on purpose: the probabilities, which half is which, their limits.
#include "models/generative/code_map_coder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/models/small_vq_vae.h"

namespace vqcodec::models {
namespace {

// What the likelihood promises: -log2 p bits, 0.1 % and the tail of a stream aside.
TEST(CodeMapCoder, BytesAreAsManyAsTheLikelihoodSaysAndGiveTheCodesBack) {
  auto options = small_options(2, 1, 37);
  options.classes = 3;
  const auto model = made(options, {1, 32, 32});
  const auto labels = torch::tensor({0, 1, 2, 1, 0, 2, 2, 1}, torch::kInt64);
  auto rng = make_rng(1, 0);
  VqVae::Codes codes;  // likely ones of the coarser level, any of the finer
  codes = random_codes(*model, 8);
  codes[0] = model->sample_codes(8, {.label = 1}, rng)[0];
  torch::NoGradGuard no_grad;
  for (std::int64_t level = 0; level < 2; ++level) {
    const auto& map = codes[static_cast<std::size_t>(level)];
    const auto given = model->prior_map(codes, level);
    const auto bytes = encode_codes(model->prior(level), map, labels, given);
    EXPECT_TRUE(torch::equal(decode_codes(model->prior(level), bytes, 8, labels, given), map));
    const auto nats = -model->code_log_prob(codes, level, labels).sum().item<double>();
    const double bits = nats / std::numbers::ln2, coded = 8.0 * static_cast<double>(bytes.size());
    EXPECT_LE(std::abs(coded - bits), 0.001 * bits + 16) << level;
  }
}

// A prior cannot beat the source: its mean cost is the entropy plus a divergence.
TEST(CodeMapCoder, NoPriorCostsLessThanTheEntropy) {
  const auto model = made(small_options(1, 1, 3), {1, 4, 4});
  const auto number = torch::arange(81);
  std::vector<torch::Tensor> digits;
  for (std::int64_t d = 0, power = 1; d < 4; ++d, power *= 3)
    digits.push_back(number.div(power, "floor").remainder(3));
  const VqVae::Codes codes = {torch::stack(digits, 1).view({81, 2, 2})};
  torch::NoGradGuard no_grad;
  const auto log_q = model->code_log_prob(codes, 0, {});
  torch::manual_seed(8);
  const auto p = torch::randn({81}, torch::kFloat64).softmax(0);
  const auto entropy = -(p * p.log()).sum().item<double>();
  EXPECT_GT(-(p * log_q).sum().item<double>(), entropy);
  const auto q = log_q.exp();  // its own source
  EXPECT_NEAR(-(q * log_q).sum().item<double>(), -(q * q.log()).sum().item<double>(), 1e-12);
  EXPECT_LE(entropy, model->most_rate_nats());
}

}  // namespace
}  // namespace vqcodec::models
