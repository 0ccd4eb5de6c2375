#include "models/inference/rate_constrained_source.h"

#include <gtest/gtest.h>

namespace vqcodec::models {
namespace {

constexpr std::uint32_t kCheap = 1;

// One channel in two stages: a grid of step 8, then a fine codebook.
std::vector<GroupTable> two_stages() {
  const GroupTable coarse{.first_channel = 0,
                          .dimension = 1,
                          .codewords = 5,
                          .stage = Stage::kCoarse,
                          .reach = 8,
                          .words = {-16, -8, 0, 8, 16},
                          .weights = {1}};
  auto fine = coarse;
  fine.stage = Stage::kFine;
  fine.reach = 2;
  fine.words = {-3, -1.5, 0, 1.5, 3};
  return {coarse, fine};
}

// What the coarse stage leaves is no distortion: an escape that is cheap in bits must not win
// there.
TEST(RateConstrainedSource, ACoarseCodeEscapesOnlyBeyondItsGrid) {
  const auto groups = two_stages();
  const std::vector<std::uint32_t> lengths(6, kCheap);
  const Grid latents{.height = 1, .width = 3, .channels = 1, .values = {3.9f, -13.0f, 40.0f}};
  RateConstrainedSource source(groups, latents, /*price=*/1e-6);
  EXPECT_FALSE(source.choose(0, 0, lengths).escaped);
  EXPECT_FALSE(source.choose(1, 0, lengths).escaped);
  EXPECT_TRUE(source.choose(2, 0, lengths).escaped);
}

// The fine stage gets what the coarse one left, and takes the nearest codeword where bits are free.
TEST(RateConstrainedSource, TheFineStageCodesWhatTheCoarseOneLeft) {
  const auto groups = two_stages();
  const std::vector<std::uint32_t> lengths(6, kCheap);
  const Grid latents{.height = 1, .width = 1, .channels = 1, .values = {9.4f}};
  RateConstrainedSource source(groups, latents, /*price=*/1e-6);
  EXPECT_EQ(source.choose(0, 0, lengths).code, 3);  // 8
  const auto fine = source.choose(0, 1, lengths);
  EXPECT_EQ(fine.code, 3);  // 1.5
  EXPECT_FALSE(fine.escaped);
}

}  // namespace
}  // namespace vqcodec::models
