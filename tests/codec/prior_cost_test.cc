#include "codec/prior_cost.h"

#include <gtest/gtest.h>

#include "tests/codec/tiny_model.h"

namespace vqcodec::codec {
namespace {

// The tiny model's shapes, by hand: 4 slots, 12 hidden, 8 features, slices of 3 and 1 slots, groups
// of 25, 9 and 1 codewords (as many nodes, with the escape); level l sees 4 l coarser slots.
TEST(PriorCost, IsOneMultiplyAddForEachWeightAtEachPosition) {
  const auto model = testing::tiny_model();
  double networks = 0, trees = 0;
  for (int l = 0; l < 3; ++l) {
    const auto& level = model.prior.levels[static_cast<std::size_t>(l)];
    double inside = 0, slices = 0;
    int before = 0;
    for (const int slots : level.slice_slots) {
      slices += level.features * (level.hidden + before);
      inside += level.features * slots;
      before += slots;
    }
    const double weights =
        level.hidden * (entropy::kNearTaps * level.slots + entropy::kAboveTaps * level.coarser +
                        entropy::kMixTaps * level.hidden) +
        slices + inside;
    const double area = (32 >> l) * (32 >> l);
    networks += weights / area;
    trees += (25 + 9 + 1) * level.features / area;
  }
  EXPECT_DOUBLE_EQ(prior_cost(model, 0).networks, networks);
  EXPECT_DOUBLE_EQ(prior_cost(model, 2).trees, trees);
}

}  // namespace
}  // namespace vqcodec::codec
