// tests/codec/tiny_model.h: a model of a few kilobytes for FakeTransform: three levels, three
// qualities, groups of two channels and one, and a prior with small random weights.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "codec/model_file.h"
#include "entropy/tree_builder.h"

namespace vqcodec::testing {

inline constexpr int kTinyLevels = 3;
inline constexpr int kTinyQualities = 3;
inline constexpr int kTinyStride = 32;

// The groups of every level and quality: red and green, blue, and one that is always zero.
// Codewords lie on the grid -reach..reach.
struct TinyGroup {
  int dimension;
  int reach;

  int side() const { return 2 * reach + 1; }
  int codewords() const { return dimension == 2 ? side() * side() : side(); }
  int value(int code, int channel) const {
    return (channel == 0 ? code % side() : code / side()) - reach;
  }
};
inline constexpr std::array<TinyGroup, 3> kTinyGroups = {{{2, 2}, {1, 4}, {1, 0}}};
inline constexpr int kTinySlots = 4;

class TinyPriorMaker {
 public:
  explicit TinyPriorMaker(std::uint32_t seed) : random_(seed) {}

  entropy::IntegerPixelCnn make() {
    entropy::IntegerPixelCnn prior;
    for (int i = 0; i < entropy::kSigmoidSteps; ++i) {
      const double p = 65536 / (1 + std::exp(-(i - 2048) / 128.0));
      prior.sigmoid_table.push_back(
          static_cast<std::uint16_t>(std::clamp(std::round(p), 1.0, 65535.0)));
    }
    for (int level = 0; level < kTinyLevels; ++level)
      prior.levels.push_back(make_level(level * kTinySlots));
    prior.check();
    return prior;
  }

 private:
  static constexpr int kHidden = 12;
  static constexpr int kFeatures = 8;

  std::vector<std::int8_t> weights(int rows, int columns) {
    std::vector<std::int8_t> result(static_cast<std::size_t>(rows * columns));
    for (auto& weight : result)
      weight = static_cast<std::int8_t>(static_cast<int>(random_() % 17) - 8);
    return result;
  }

  entropy::LevelPrior make_level(int coarser) {
    entropy::LevelPrior level;
    level.slots = kTinySlots;
    level.coarser = coarser;
    level.hidden = kHidden;
    level.features = kFeatures;
    level.slice_slots = {2, 2};
    level.near = weights(kHidden, entropy::kNearTaps * kTinySlots);
    level.above = weights(kHidden, entropy::kAboveTaps * coarser);
    level.mix = weights(kHidden, entropy::kMixTaps * kHidden);
    level.slice = {weights(kFeatures, kHidden), weights(kFeatures, kHidden + 2)};
    level.inside = {weights(kFeatures, 2), weights(kFeatures, 2)};
    level.shift1.assign(kHidden, 5);
    level.shift2.assign(kHidden, 5);
    level.shift3.assign(2 * kFeatures, 5);
    for (int quality = 0; quality < kTinyQualities; ++quality)
      level.qualities.push_back(make_quality());
    return level;
  }

  entropy::QualityPrior make_quality() {
    entropy::QualityPrior quality;
    quality.bias1.assign(kHidden, 1000);
    quality.bias2.assign(kHidden, 1000);
    quality.bias3.assign(2 * kFeatures, 1000);
    int slot = 0;
    for (const TinyGroup& group : kTinyGroups) {
      quality.groups.push_back(make_group(group, slot));
      slot += group.dimension;
    }
    return quality;
  }

  entropy::GroupPrior make_group(const TinyGroup& shape, int first_slot) {
    entropy::GroupPrior group;
    group.first_slot = first_slot;
    group.dimension = shape.dimension;
    group.slice = first_slot / 2;
    group.codewords = shape.codewords();
    std::vector<std::uint64_t> counts;
    std::vector<std::int32_t> codewords;
    for (int code = 0; code < group.codewords; ++code) {
      int distance = 0;
      for (int channel = 0; channel < shape.dimension; ++channel) {
        const int value = shape.value(code, channel);
        distance += std::abs(value);
        codewords.push_back(value);
        group.activations.push_back(static_cast<std::uint8_t>(entropy::kZeroPoint + 12 * value));
      }
      counts.push_back(std::uint64_t{100000} >> 2 * distance);
    }
    group.tree = entropy::build_code_tree(counts, codewords, shape.dimension);
    group.node_weights = weights(group.codewords, kFeatures);
    group.node_bias.assign(static_cast<std::size_t>(group.codewords), -3000);
    group.node_shift.assign(static_cast<std::size_t>(group.codewords), 4);
    return group;
  }

  std::mt19937 random_;
};

// As if read from a file, so that its fingerprint is set.
inline codec::ModelFile tiny_model(std::uint32_t seed = 7) {
  codec::ModelFile model;
  model.name = "tiny";
  model.description = "random prior, for tests";
  model.coarsest_stride = kTinyStride;
  for (int quality = 0; quality < kTinyQualities; ++quality)
    model.qualities.push_back({.lambda = 0.001 * (quality + 1),
                               .rate_bpp = 0.1 * (quality + 1),
                               .psnr_db = 25.0 + quality});
  model.prior = TinyPriorMaker(seed).make();
  model.networks = {'f', 'a', 'k', 'e'};
  return codec::read_model(codec::write_model(model));
}

}  // namespace vqcodec::testing
