#include "models/generative/reward_baseline.h"

#include <gtest/gtest.h>

namespace vqcodec::models {
namespace {

TEST(RewardBaseline, TheRunningMeanIsThatOfTheRewardsSeenBefore) {
  RewardBaseline baseline("mean", 4);
  const auto x = torch::zeros({2, 4});
  EXPECT_EQ(baseline->forward(torch::tensor({-3.0F, -5.0F}), x).item<double>(), 0);
  EXPECT_NEAR(baseline->forward(torch::tensor({-8.0F, -8.0F}), x).item<double>(), -4, 1e-6);
  EXPECT_NEAR(baseline->forward(torch::tensor({1.0F, 1.0F}), x).item<double>(), -6, 1e-6);
}

TEST(RewardBaseline, OnlyTheOthersWantTwoDraws) {
  EXPECT_EQ(RewardBaseline("others", 4)->draws(1), 2);
  EXPECT_EQ(RewardBaseline("others", 4)->draws(5), 5);
  EXPECT_EQ(RewardBaseline("mean", 4)->draws(1), 1);
}

// Learning it changes no figure.
TEST(RewardBaseline, ItsOwnLossIsZeroWithASlope) {
  const auto baseline = torch::zeros({2}).requires_grad_();
  const auto loss = RewardBaseline("learned", 4)->own_loss(torch::tensor({-3.0F, -5.0F}), baseline);
  EXPECT_EQ(loss.item<double>(), 0);
  loss.backward();
  EXPECT_GT(baseline.grad().min().item<double>(), 0);  // down, towards the rewards
}

}  // namespace
}  // namespace vqcodec::models
