// tests/entropy/reference_prior.h: the equations of entropy/integer_pixelcnn.h, one output at a
// time in int64, with nothing kept from position to position: slow, and plain enough to trust.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "entropy/integer_pixelcnn.h"
#include "entropy/range_coder.h"

namespace vqcodec::entropy {

class ReferencePrior {
 public:
  ReferencePrior(const IntegerPixelCnn& prior, int quality, int level,
                 const std::vector<CodeMap>& maps)
      : prior_(prior),
        level_(prior.levels[static_cast<std::size_t>(level)]),
        quality_(level_.qualities[static_cast<std::size_t>(quality)]),
        quality_index_(static_cast<std::size_t>(quality)),
        level_index_(level),
        maps_(maps),
        map_(maps[static_cast<std::size_t>(level)]) {}

  // Codes without escapes, in the order of entropy/slice_coder.h.
  std::vector<std::uint8_t> encode() const {
    std::vector<std::vector<std::int64_t>> hidden;  // h2 by position
    for (int position = 0; position < map_.positions(); ++position) {
      hidden.push_back(h2(position / map_.width, position % map_.width));
    }
    RangeEncoder encoder;
    std::map<std::pair<int, int>, Learned> learned;  // by group and node
    for (int t = 0; t < map_.width + 3 * map_.height; ++t) {
      for (int g = 0; g < map_.groups; ++g) {
        for (int y = 0; y < map_.height; ++y) {
          const int x = t - 3 * y;
          if (x < 0 || x >= map_.width) continue;
          const int code = map_.codes[map_.index(y * map_.width + x, g)];
          const int position = y * map_.width + x;
          const auto features = t_at(position, g, hidden[static_cast<std::size_t>(position)]);
          const GroupPrior& group = quality_.groups[static_cast<std::size_t>(g)];
          for (const auto& step : group.tree.path(code)) {
            Learned& node = learned[{g, step.node}];
            const Probability one = probability(group, step.node, features, node);
            encoder.encode(step.branch, one);
            const std::int64_t rate =
                std::max<std::int64_t>(6, (1536 + (64 + node.seen) / 2) / (64 + node.seen));
            node.offset += rate * ((step.branch ? 65536 : 0) - std::int64_t{one});
            ++node.seen;
          }
        }
      }
    }
    return encoder.finish();
  }

 private:
  struct Learned {
    std::int64_t offset = 0, seen = 0;
  };
  static std::int64_t at(const auto& values, std::int64_t index) {
    return values[static_cast<std::size_t>(index)];
  }
  static std::int64_t round_shift(std::int64_t value, std::int64_t shift) {
    return (value + (std::int64_t{1} << shift >> 1)) >> shift;
  }
  static std::int64_t saturate(std::int64_t value, std::int64_t shift) {
    return std::clamp<std::int64_t>(round_shift(value, shift), 0, 127);
  }

  // A slot of level `l` at a position of that level; `groups_seen`: those before are decoded.
  std::int64_t slot(int l, int position, int slot, int groups_seen) const {
    const auto index = static_cast<std::size_t>(l);
    const auto& groups = prior_.levels[index].qualities[quality_index_].groups;
    for (int g = 0; g < groups_seen; ++g) {
      const GroupPrior& group = groups[static_cast<std::size_t>(g)];
      const int channel = slot - group.first_slot;
      if (channel < 0 || channel >= group.dimension) continue;
      const int code = maps_[index].codes[maps_[index].index(position, g)];
      return at(group.activations, code * group.dimension + channel);
    }
    return kZeroPoint;
  }
  bool is_inside(int y, int x) const {
    return y >= 0 && y < map_.height && x >= 0 && x < map_.width;
  }
  std::int64_t own_slot(int y, int x, int index) const {
    return is_inside(y, x) ? slot(level_index_, y * map_.width + x, index, map_.groups)
                           : kZeroPoint;
  }
  std::int64_t coarser_slot(int y, int x, int index) const {
    if (!is_inside(y, x)) return kZeroPoint;
    for (int j = 0; j < level_index_; ++j) {
      const int slots = prior_.levels[static_cast<std::size_t>(j)].slots;
      const CodeMap& map = maps_[static_cast<std::size_t>(j)];
      const int halvings = level_index_ - j;
      if (index < slots) {
        return slot(j, (y >> halvings) * map.width + (x >> halvings), index, map.groups);
      }
      index -= slots;
    }
    return kZeroPoint;
  }

  std::int64_t h1(int y, int x, int h) const {
    if (!is_inside(y, x)) return 0;
    std::int64_t sum = at(quality_.bias1, h);
    for (int tap = 0; tap < kNearTaps; ++tap) {
      const int dy = tap / 5 - 2, dx = tap % 5 - 2;
      for (int i = 0; i < level_.slots; ++i) {
        sum +=
            at(level_.near, (h * kNearTaps + tap) * level_.slots + i) * own_slot(y + dy, x + dx, i);
      }
    }
    for (int tap = 0; tap < kAboveTaps; ++tap) {
      const int dy = tap / 3 - 1, dx = tap % 3 - 1;
      for (int i = 0; i < level_.coarser; ++i) {
        sum += at(level_.above, (h * kAboveTaps + tap) * level_.coarser + i) *
               coarser_slot(y + dy, x + dx, i);
      }
    }
    return saturate(sum, at(level_.shift1, h));
  }

  std::vector<std::int64_t> h2(int y, int x) const {
    std::vector<std::int64_t> inputs;
    for (int tap = 0; tap < kMixTaps; ++tap) {
      for (int i = 0; i < level_.hidden; ++i) {
        inputs.push_back(h1(y + tap / 3 - 1, x + tap % 3 - 1, i));
      }
    }
    std::vector<std::int64_t> outputs;
    for (int h = 0; h < level_.hidden; ++h) {
      std::int64_t sum = at(quality_.bias2, h);
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        sum += at(level_.mix, h * kMixTaps * level_.hidden + static_cast<int>(i)) * inputs[i];
      }
      outputs.push_back(saturate(sum, at(level_.shift2, h)));
    }
    return outputs;
  }

  std::vector<std::int64_t> t_at(int position, int g,
                                 const std::vector<std::int64_t>& hidden) const {
    const int slice = quality_.groups[static_cast<std::size_t>(g)].slice;
    const auto s = static_cast<std::size_t>(slice);
    int before = 0;
    for (std::size_t i = 0; i < s; ++i) before += level_.slice_slots[i];
    std::vector<std::int64_t> outputs;
    for (int f = 0; f < level_.features; ++f) {
      const int output = slice * level_.features + f;
      std::int64_t sum = at(quality_.bias3, output);
      const int columns = level_.hidden + before;
      for (int i = 0; i < level_.hidden; ++i) {
        sum += at(level_.slice[s], f * columns + i) * at(hidden, i);
      }
      for (int i = 0; i < before; ++i) {
        sum += at(level_.slice[s], f * columns + level_.hidden + i) *
               slot(level_index_, position, i, g);
      }
      for (int i = 0; i < level_.slice_slots[s]; ++i) {
        sum += at(level_.inside[s], f * level_.slice_slots[s] + i) *
               slot(level_index_, position, before + i, g);
      }
      outputs.push_back(saturate(sum, at(level_.shift3, output)));
    }
    return outputs;
  }

  Probability probability(const GroupPrior& group, int node,
                          const std::vector<std::int64_t>& features, const Learned& learned) const {
    std::int64_t sum = at(group.node_bias, node);
    for (int f = 0; f < level_.features; ++f) {
      sum += at(group.node_weights, node * level_.features + f) * at(features, f);
    }
    const std::int64_t logit =
        round_shift(sum, at(group.node_shift, node)) + round_shift(learned.offset, 16);
    return static_cast<Probability>(
        at(prior_.sigmoid_table, std::clamp<std::int64_t>(logit, -2048, 2047) + 2048));
  }

  const IntegerPixelCnn& prior_;
  const LevelPrior& level_;
  const QualityPrior& quality_;
  std::size_t quality_index_;
  int level_index_;
  const std::vector<CodeMap>& maps_;
  const CodeMap& map_;
};

}  // namespace vqcodec::entropy
