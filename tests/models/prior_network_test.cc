#include "models/prior_network.h"

#include <gtest/gtest.h>

namespace vqcodec::models {
namespace {

struct OneLevel {
  std::vector<LevelQuantizer> quantizers;
  PriorNetwork network{nullptr};
  torch::Tensor slots, leaves;
};

OneLevel make_level() {
  torch::manual_seed(21);
  OneLevel level;
  GroupingOptions grouping;
  grouping.price = 0.1;
  grouping.codewords = 20;
  level.quantizers.push_back(train_level_quantizer(
      torch::randn({2000, 6}) * torch::tensor({5.0f, 2.0f, 1.0f, 0.6f, 0.4f, 0.3f}),
      torch::ones({6}), make_layout({2, 4}, std::vector<bool>(6, false)), grouping));
  PriorOptions options;
  options.slots = 6;
  options.hidden = 16;
  options.features = 12;
  options.slice_slots = {2, 4};
  level.network = PriorNetwork(options, level.quantizers);
  torch::NoGradGuard no_grad;
  level.network->node_weights[0].normal_(0, 0.5);
  const auto quantized = level.quantizers[0].quantize(torch::randn({2, 6, 5, 7}) * 2, 0.1);
  level.slots = level.quantizers[0].slots(quantized.codes);
  level.leaves = quantized.leaves;
  return level;
}

// A full categorical distribution at every position, whose parts are what bits() adds up.
TEST(PriorNetwork, LengthsOfAllLeavesMakeADistribution) {
  torch::NoGradGuard no_grad;
  auto level = make_level();
  const auto lengths = level.network->lengths(level.slots, {}, 0, torch::kFloat32);
  const auto bits = level.network->bits(level.slots, {}, level.leaves, 0, torch::kFloat32);
  for (std::size_t g = 0; g < lengths.size(); ++g) {
    EXPECT_TRUE(torch::allclose(torch::exp2(-lengths[g]).sum(1), torch::ones({70}), 1e-4, 1e-4));
    const auto leaf = level.leaves.select(1, static_cast<std::int64_t>(g)).flatten().unsqueeze(1);
    EXPECT_NEAR(lengths[g].gather(1, leaf).sum().item<double>(),
                bits[static_cast<std::int64_t>(g)].item<double>(), 1e-2);
  }
}

// What a position costs depends on codes before it in raster order, never on later ones.
TEST(PriorNetwork, SeesOnlyWhatIsDecoded) {
  torch::NoGradGuard no_grad;
  auto level = make_level();
  const auto before = level.network->lengths(level.slots, {}, 0, torch::kFloat32);
  auto changed = level.slots.clone();
  changed[0].select(1, 2).select(1, 3) += 1;  // position (2,3) of the first picture
  const auto after = level.network->lengths(changed, {}, 0, torch::kFloat32);
  for (std::int64_t position = 0; position < 35; ++position) {
    const bool same = torch::equal(before[0][position], after[0][position]);
    if (position <= 2 * 7 + 3) {
      EXPECT_TRUE(same) << position;
    } else if (position == 2 * 7 + 4 || position == 3 * 7 + 3) {
      EXPECT_FALSE(same) << position;
    }
  }
  EXPECT_TRUE(torch::equal(before[0].slice(0, 35), after[0].slice(0, 35)));
  // A later group sees the earlier ones of its position.
  EXPECT_FALSE(torch::equal(before.back()[2 * 7 + 3], after.back()[2 * 7 + 3]));
}

// Free lengths for one codeword, and every latent within its reach takes it.
TEST(GroupQuantizer, AssignsWithConditionalLengths) {
  auto level = make_level();
  const auto& quantizer = level.quantizers[0];
  const auto latents = torch::randn({2, 6, 5, 7}) * 0.1;
  std::vector<torch::Tensor> lengths;
  for (const auto& group : quantizer.groups) {
    lengths.push_back(torch::full({70, group.codebook.size() + 1}, 1e6));
    lengths.back().select(1, group.codebook.size() - 1).zero_();
  }
  const auto quantized = quantizer.quantize(latents, 1, lengths);
  for (std::size_t g = 0; g < quantizer.groups.size(); ++g)
    EXPECT_TRUE((quantized.codes.select(1, static_cast<std::int64_t>(g)) ==
                 quantizer.groups[g].codebook.size() - 1)
                    .all()
                    .item<bool>());
}

}  // namespace
}  // namespace vqcodec::models
