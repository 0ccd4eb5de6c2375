// The tree prior of a VqVae's codes.
#include "models/generative/vq_vae_prior.h"

#include <gtest/gtest.h>

#include "models/integer_export.h"
#include "models/prior_report.h"
#include "tests/models/small_vq_vae.h"

namespace vqcodec::models {
namespace {

constexpr std::int64_t kCodewords = 12;

std::shared_ptr<VqVae> small_coder() { return coder_of(/*levels=*/2, kCodewords); }

// (K,K), weighed alike.
torch::Tensor distances(const torch::Tensor& points) {
  return torch::cdist(points.to(torch::kFloat64), points.to(torch::kFloat64));
}

TEST(PrincipalCoordinates, KeepDistancesAndComeBySpread) {
  torch::manual_seed(1);
  const auto words = torch::randn({9, 5}) + 3;
  const auto uses = torch::tensor({5, 0, 1, 9, 2, 2, 30, 4, 1});
  const auto coordinates = principal_coordinates(words, uses);
  EXPECT_EQ(coordinates.sizes(), (std::vector<std::int64_t>{9, 5}));
  EXPECT_TRUE(torch::allclose(distances(coordinates), distances(words), 0, 1e-5));
  const auto weights = ((uses + 0.5) / (uses + 0.5).sum()).unsqueeze(1);
  EXPECT_LT((weights * coordinates).sum(0).abs().max().item<double>(), 1e-5);  // about the mean
  const auto covariance = torch::matmul(coordinates.t(), weights * coordinates);
  const auto spread = covariance.diagonal();
  EXPECT_LT((covariance - spread.diag()).abs().max().item<double>(), 1e-5);
  EXPECT_TRUE((spread.slice(0, 1) <= spread.slice(0, 0, -1) + 1e-6).all().item<bool>());
  EXPECT_EQ(principal_coordinates(torch::randn({40, 64}), torch::ones({40})).size(1), 16);
}

TEST(TreeQuantizers, HaveTheUsesThatWereCounted) {
  const auto model = small_coder();
  torch::manual_seed(2);
  const auto x = torch::rand({3, 3, 30, 32});  // padded to 32 rows
  auto quantizers = tree_quantizers(*model, {x.slice(0, 0, 1), x.slice(0, 1)});
  const auto codes = model->codes_of(torch::cat({x, x.slice(2, 29), x.slice(2, 29)}, 2));
  ASSERT_EQ(quantizers.size(), 2u);
  for (std::size_t l = 0; l < 2; ++l) {
    const auto& group = quantizers[l].at(0).groups.at(0);
    const auto uses = torch::bincount(codes[l].flatten(), {}, kCodewords) + 0.5;
    EXPECT_TRUE(torch::allclose(torch::exp2(-group.codebook.length_bits), uses / uses.sum()));
    EXPECT_EQ(group.activations.sizes(), (std::vector<std::int64_t>{kCodewords, 4}));
    // One deviation is 16 units.
    const auto share = (uses / uses.sum()).unsqueeze(1);
    const auto square = (share * group.activations.to(torch::kFloat32).square()).sum(0);
    EXPECT_LT((square.sqrt() - 16).abs().max().item<double>(), 1.5);
  }
}

// Pictures become the model's own codes; bits are order 0's where no context counts, and the
// integers' are the floats'.
TEST(VqVaePrior, CodesAreTheModelsAndBothPriorsAgree) {
  const auto model = small_coder();
  torch::manual_seed(2);
  const auto x = torch::rand({1, 3, 30, 32});
  auto quantizers = tree_quantizers(*model, {x});
  VqVaePrior prior(*model, quantizers);
  EXPECT_DOUBLE_EQ(prior.usual_rate_bpp(0), std::log2(12.0) * (1.0 / 16 + 1.0 / 4));
  const auto coded = prior.encode(x, 0);
  const auto codes = model->codes_of(torch::cat({x, x.slice(2, 29), x.slice(2, 29)}, 2));
  for (std::size_t l = 0; l < 2; ++l) {
    EXPECT_TRUE(torch::equal(coded.codes[l].squeeze(1), codes[l]));
    EXPECT_TRUE(torch::equal(coded.leaves[l], coded.codes[l]));
  }
  for (const auto& level : measure_prior(prior, export_prior(prior.levels()), x, 0)) {
    EXPECT_NEAR(level.integer_prior, level.float_prior, 0.02 * level.float_prior + 4);
    EXPECT_EQ(level.fixed_length, 4 * level.codes);  // ceil(log2 12)
  }
  torch::NoGradGuard no_grad;
  for (auto& level : prior.levels())
    for (auto& weights : level->node_weights) weights.zero_();
  const auto bits = prior.group_bits(x, 0);
  for (std::size_t l = 0; l < 2; ++l) {
    const auto order0 = quantizers[l][0].order0_bits(coded.codes[l]);
    EXPECT_NEAR(bits[l].item<double>(), order0, 0.02 * order0);
  }
}

// A picture's two halves alike: after some steps the prior knows more than the codewords' uses.
TEST(VqVaePrior, LearnsWhatFollowsWhat) {
  const auto model = small_coder();
  torch::manual_seed(2);
  const auto x = torch::rand({1, 3, 4, 4}).repeat({1, 1, 8, 8});
  auto quantizers = tree_quantizers(*model, {x});
  VqVaePrior prior(*model, quantizers);
  torch::optim::Adam optimizer(prior.parameters(), 1e-2);
  auto rng = make_rng(1, 2);
  double first = 0, last = 0;
  for (int step = 0; step < 30; ++step) {
    optimizer.zero_grad();
    const auto loss = prior.loss({.images = x, .labels = {}}, rng);
    loss.total.backward();
    optimizer.step();
    (step == 0 ? first : last) = loss.total.item<double>();
    const auto& [name, rate] = loss.terms.at(2);  // after those of the levels
    EXPECT_EQ(name, "rate_bpp");
    EXPECT_NEAR(rate.item<double>() / prior.usual_rate_bpp(0), loss.total.item<double>(), 1e-4);
  }
  EXPECT_LT(last, 0.5 * first);
  EXPECT_FALSE(prior.health().values.empty());
}

}  // namespace
}  // namespace vqcodec::models
