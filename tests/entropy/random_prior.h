// tests/entropy/random_prior.h: small integer priors and code maps from a seed, for tests
// everywhere.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "entropy/code_map.h"
#include "entropy/integer_pixelcnn.h"
#include "entropy/tree_builder.h"

namespace vqcodec::entropy {

struct RandomPriorOptions {
  std::vector<int> slots = {6, 9, 13};  // by level
  int slice_slots = 5;                  // of every slice but the last
  int hidden = 20;
  int features = 18;
  int qualities = 2;
  int max_dimension = 4;
  int max_codewords = 9;
  int largest_weight = 40;
  int root_bias = 0;        // in 1/128 of the logit; negative: the likely branch 0 becomes likelier
  bool leaves_gaps = true;  // some slots without a group, at some qualities
  std::uint64_t seed = 1;
};

class RandomPrior {
 public:
  explicit RandomPrior(const RandomPriorOptions& options)
      : options_(options), random_(options.seed) {}

  IntegerPixelCnn make() {
    IntegerPixelCnn prior;
    int coarser = 0;
    for (const int slots : options_.slots) {
      prior.levels.push_back(level(slots, coarser));
      coarser += slots;
    }
    for (int i = 0; i < kSigmoidSteps; ++i) {
      const double one = 65536 / (1 + std::exp(-(i - kSigmoidSteps / 2) / 128.0));
      prior.sigmoid_table.push_back(
          static_cast<std::uint16_t>(std::clamp(std::lround(one), 1L, 65535L)));
    }
    prior.check();
    return prior;
  }

 private:
  int draw(int lowest, int highest) {
    return lowest + static_cast<int>(random_() % static_cast<std::uint64_t>(highest - lowest + 1));
  }
  template <typename Value>
  std::vector<Value> draw_all(int count, int lowest, int highest) {
    std::vector<Value> values(static_cast<std::size_t>(count));
    for (Value& value : values) value = static_cast<Value>(draw(lowest, highest));
    return values;
  }
  std::vector<std::int8_t> weights(int outputs, int inputs) {
    return draw_all<std::int8_t>(outputs * inputs, -options_.largest_weight,
                                 options_.largest_weight);
  }
  // So that sums of so many inputs spread over 0..127 rather than saturate.
  int shift_for(int inputs) const {
    const double spread = options_.largest_weight * 0.58 * 74 * std::sqrt(inputs);
    return std::max(0, static_cast<int>(std::bit_width(static_cast<unsigned>(spread / 48))) - 1);
  }
  std::vector<std::uint8_t> shifts(int outputs, int inputs) {
    const int shift = shift_for(inputs);
    return draw_all<std::uint8_t>(outputs, std::max(0, shift - 1), shift + 1);
  }
  std::vector<std::int32_t> biases(int outputs, int inputs) {
    return draw_all<std::int32_t>(outputs, 0, 100 << shift_for(inputs));
  }

  LevelPrior level(int slots, int coarser) {
    LevelPrior level;
    level.slots = slots;
    level.coarser = coarser;
    level.hidden = options_.hidden;
    level.features = options_.features;
    for (int left = slots; left > 0; left -= options_.slice_slots) {
      level.slice_slots.push_back(std::min(left, options_.slice_slots));
    }
    const int first_inputs = kNearTaps * slots + kAboveTaps * coarser;
    const int second_inputs = kMixTaps * level.hidden;
    const int third_inputs = level.hidden + slots;
    level.near = weights(level.hidden, kNearTaps * slots);
    level.above = weights(level.hidden, kAboveTaps * coarser);
    level.mix = weights(level.hidden, second_inputs);
    level.shift1 = shifts(level.hidden, first_inputs);
    level.shift2 = shifts(level.hidden, second_inputs);
    int before = 0;
    for (const int slice_slots : level.slice_slots) {
      level.slice.push_back(weights(level.features, level.hidden + before));
      level.inside.push_back(weights(level.features, slice_slots));
      before += slice_slots;
    }
    const int slices = static_cast<int>(level.slice_slots.size());
    level.shift3 = shifts(slices * level.features, third_inputs);
    for (int q = 0; q < options_.qualities; ++q) {
      QualityPrior quality;
      quality.bias1 = biases(level.hidden, first_inputs);
      quality.bias2 = biases(level.hidden, second_inputs);
      quality.bias3 = biases(slices * level.features, third_inputs);
      add_groups(level, quality);
      level.qualities.push_back(quality);
    }
    return level;
  }

  void add_groups(const LevelPrior& level, QualityPrior& quality) {
    int begin = 0;
    for (int s = 0; s < static_cast<int>(level.slice_slots.size()); ++s) {
      const int end = begin + level.slice_slots[static_cast<std::size_t>(s)];
      for (int slot = begin; slot < end;) {
        if (options_.leaves_gaps && draw(0, 5) == 0) {
          ++slot;
          continue;
        }
        const int dimension = std::min(end - slot, draw(1, options_.max_dimension));
        quality.groups.push_back(group(slot, dimension, s, level.features));
        slot += dimension;
      }
      begin = end;
    }
  }

  GroupPrior group(int first_slot, int dimension, int slice, int features) {
    GroupPrior group;
    group.first_slot = first_slot;
    group.dimension = dimension;
    group.slice = slice;
    group.codewords = draw(0, 3) == 0 ? 1 : draw(1, options_.max_codewords);
    group.activations = draw_all<std::uint8_t>(group.codewords * dimension, 0, kMaxActivation);
    std::vector<std::uint64_t> counts;
    for (int k = 0; k < group.codewords; ++k) {
      counts.push_back(static_cast<std::uint64_t>(draw(1, 100)));
    }
    group.tree = build_code_tree(
        counts, draw_all<std::int32_t>(group.codewords * dimension, -1000, 1000), dimension);
    group.node_weights = weights(group.codewords, features);
    group.node_shift = draw_all<std::uint8_t>(group.codewords, 4, 6);
    group.node_bias = draw_all<std::int32_t>(group.codewords, -20000, 20000);
    group.node_bias[0] += options_.root_bias << group.node_shift[0];
    return group;
  }

  RandomPriorOptions options_;
  std::mt19937_64 random_;
};

inline IntegerPixelCnn random_prior(const RandomPriorOptions& options = {}) {
  return RandomPrior(options).make();
}

// escape_every: one code in so many is an escape; 0: none.
inline CodeMap random_map(const IntegerPixelCnn& prior, int quality, int level, int height,
                          int width, int escape_every, std::uint64_t seed) {
  const auto& groups = prior.levels[static_cast<std::size_t>(level)]
                           .qualities[static_cast<std::size_t>(quality)]
                           .groups;
  std::mt19937_64 random(seed);
  CodeMap map;
  map.height = height;
  map.width = width;
  map.groups = static_cast<int>(groups.size());
  for (int position = 0; position < map.positions(); ++position) {
    for (const GroupPrior& group : groups) {
      if (escape_every > 0 && random() % static_cast<std::uint64_t>(escape_every) == 0) {
        Escape escape{.index = static_cast<std::uint32_t>(map.codes.size()), .remainder = {}};
        for (int c = 0; c < group.dimension; ++c) {
          const int digits = static_cast<int>(random() % 21);
          const auto magnitude = static_cast<std::int32_t>(random() % (std::uint64_t{1} << digits));
          escape.remainder[static_cast<std::size_t>(c)] =
              random() % 2 == 0 ? magnitude : -magnitude;
        }
        map.escapes.push_back(escape);
      }
      map.codes.push_back(
          static_cast<std::uint16_t>(random() % static_cast<std::uint64_t>(group.codewords)));
    }
  }
  return map;
}

}  // namespace vqcodec::entropy
