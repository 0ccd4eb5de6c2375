#include "models/integer_export.h"

#include <gtest/gtest.h>

#include <cmath>

#include "entropy/error.h"
#include "entropy/slice_coder.h"
#include "models/integer_import.h"
#include "models/quantized_codec.h"

namespace vqcodec::models {
namespace {

constexpr std::int64_t kHeight = 6, kWidth = 8;  // of the finer level

struct TwoLevels {
  std::vector<std::vector<LevelQuantizer>> quantizers;  // [level][quality]
  std::vector<PriorNetwork> networks;
  std::vector<torch::Tensor> slots;    // [level] (1,S,H,W)
  std::vector<torch::Tensor> leaves;   // [level] (1,G,H,W)
  std::vector<entropy::CodeMap> maps;  // [level]
};

LevelQuantizer make_quantizer(std::int64_t channels) {
  const auto deviation = torch::linspace(30, 0.2, channels);
  std::vector<bool> fine(static_cast<std::size_t>(channels), false);
  fine[0] = true;
  return train_level_quantizer(torch::randn({2000, channels}) * deviation, torch::ones({channels}),
                               make_layout({channels / 2, channels - channels / 2}, fine),
                               {.price = 0.1, .coarse_range = 60, .codewords = 24});
}

entropy::CodeMap to_map(const torch::Tensor& codes) {  // (1,G,H,W)
  entropy::CodeMap map{static_cast<int>(codes.size(2)),
                       static_cast<int>(codes.size(3)),
                       static_cast<int>(codes.size(1)),
                       {},
                       {}};
  const auto flat = codes[0].permute({1, 2, 0}).contiguous().flatten();
  for (std::int64_t i = 0; i < flat.numel(); ++i)
    map.codes.push_back(static_cast<std::uint16_t>(flat[i].item<std::int64_t>()));
  return map;
}

// Biases on the grid that every exponent can hold, and all that the integers cannot, rounded.
void make_exact(PriorNetwork& network) {
  torch::NoGradGuard no_grad;
  for (const auto& item : network->named_parameters())
    if (item.key().find("bias") != std::string::npos &&
        item.key().find("above") == std::string::npos)
      item.value().copy_((item.value() * 128).round() / 128);
  network->simulate_integers(true);
}

TwoLevels make_levels() {
  torch::manual_seed(11);
  TwoLevels all;
  for (const std::int64_t channels : {6, 9}) all.quantizers.push_back({make_quantizer(channels)});
  std::int64_t coarser = 0;
  for (std::size_t l = 0; l < 2; ++l) {
    const auto& quantizer = all.quantizers[l][0];
    const PriorOptions options{.slots = quantizer.layout.slots(),
                               .coarser = coarser,
                               .hidden = 24,
                               .features = 20,
                               .slice_slots = quantizer.layout.slice_slots()};
    all.networks.emplace_back(options, all.quantizers[l]);
    torch::NoGradGuard no_grad;
    all.networks.back()->node_weights[0].normal_(0, 0.3);
    make_exact(all.networks.back());
    coarser += options.slots;
    const auto h = kHeight >> (1 - l), w = kWidth >> (1 - l);
    const auto y = torch::randn({1, quantizer.layout.channels, h, w}) * 4;
    const auto quantized = quantizer.quantize(y.clamp(-8, 8), 0.1);
    all.slots.push_back(quantizer.slots(quantized.codes));
    all.leaves.push_back(quantized.codes);
    all.maps.push_back(to_map(quantized.codes));
  }
  return all;
}

double integer_bits(const TwoLevels& all, const entropy::IntegerPixelCnn& prior, int level,
                    std::size_t group) {
  const entropy::SliceCoder coder(prior);
  const auto& map = all.maps[static_cast<std::size_t>(level)];
  entropy::CodeMapSource source(map);
  const auto coded = coder.encode(0, level, map.height, map.width,
                                  {all.maps.data(), static_cast<std::size_t>(level)}, source, {},
                                  entropy::NodeLearning::kOff);
  EXPECT_EQ(coder
                .decode(0, level, map.height, map.width,
                        {all.maps.data(), static_cast<std::size_t>(level)}, coded.bytes, {},
                        entropy::NodeLearning::kOff)
                .map,
            map);
  return static_cast<double>(coded.statistics.code_length[group]) / entropy::kLengthOne;
}

// The module that is trained and the integers that are run give the same probabilities: with
// integers simulated, what is left is the step of the sigmoid's table, 1/256 of a logit at most.
TEST(IntegerExport, FloatAndIntegerPriorAgreeGroupByGroup) {
  torch::NoGradGuard no_grad;
  auto all = make_levels();
  const auto prior = export_prior(all.networks);
  for (int level = 0; level < 2; ++level) {
    const auto l = static_cast<std::size_t>(level);
    const auto bits = all.networks[l]->bits(all.slots[l], coarser_slots(all.slots, l),
                                            all.leaves[l], 0, torch::kFloat32);
    for (std::int64_t g = 0; g < bits.size(0); ++g) {
      const double expected = bits[g].item<double>();
      EXPECT_NEAR(integer_bits(all, prior, level, static_cast<std::size_t>(g)), expected,
                  0.002 * expected + 0.05)
          << "level " << level << " group " << g;
    }
  }
}

TEST(IntegerImport, GivesBackWhatWasExported) {
  torch::NoGradGuard no_grad;
  auto all = make_levels();
  const auto prior = export_prior(all.networks);
  for (auto& network : all.networks)
    for (const auto& item : network->named_parameters()) item.value().zero_();
  import_prior(prior, all.networks);
  entropy::ByteWriter before, after;
  prior.write(before);
  export_prior(all.networks).write(after);
  EXPECT_EQ(before.take(), after.take());
}

TEST(IntegerImport, RefusesOtherTrees) {
  auto all = make_levels();
  auto prior = export_prior(all.networks);
  prior.levels[1].qualities[0].groups[0].tree = prior.levels[1].qualities[0].groups[1].tree;
  EXPECT_THROW(import_prior(prior, all.networks), Error);
  prior.levels[0].hidden += 1;
  EXPECT_THROW(import_contexts(prior, all.networks), Error);
}

}  // namespace
}  // namespace vqcodec::models
