#include "entropy/integer_pixelcnn.h"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>

#include "entropy/error.h"

namespace vqcodec::entropy {
namespace {

constexpr int kMaxShift = 24;
constexpr std::int64_t kSumLimit = std::int64_t{1} << 24;

class LevelCheck {
 public:
  LevelCheck(const LevelPrior& level, std::size_t index, ErrorKind kind)
      : level_(level), name_("prior, level " + std::to_string(index)), kind_(kind) {}

  void run() const {
    sizes();
    weights();
    context_sums();
    for (const QualityPrior& quality : level_.qualities) groups(quality);
  }

 private:
  template <typename... Parts>
  [[noreturn]] void fail(const Parts&... parts) const {
    throw Error(kind_, name_, ": ", parts...);
  }
  void in_range(const char* what, std::int64_t value, std::int64_t lowest,
                std::int64_t highest) const {
    if (value < lowest || value > highest) {
      fail(what, " is ", value, ", expected ", lowest, "..", highest);
    }
  }
  void count(const char* what, std::size_t found, std::int64_t expected) const {
    if (found != static_cast<std::size_t>(expected)) {
      fail(what, " has ", found, " entries, expected ", expected);
    }
  }
  void matrix(const char* what, const std::vector<std::int8_t>& values,
              std::int64_t expected) const {
    count(what, values.size(), expected);
    if (!values.empty() && std::memchr(values.data(), 0x80, values.size()) != nullptr)
      fail(what, " is -128, expected -127..127");
  }
  void shifts(const char* what, const std::vector<std::uint8_t>& values,
              std::int64_t expected) const {
    count(what, values.size(), expected);
    for (const std::uint8_t value : values) in_range(what, value, 0, kMaxShift);
  }
  // An output's sum stays below 2^24 whatever the activations are.
  void bounded(const char* what, std::int64_t absolute_weights, std::int64_t bias) const {
    const std::int64_t largest = kMaxActivation * absolute_weights + std::abs(bias);
    if (largest >= kSumLimit) fail(what, ": a sum could reach ", largest, ", not below 2^24");
  }

  void sizes() const;
  void weights() const;
  void context_sums() const;
  void groups(const QualityPrior& quality) const;
  void group(const GroupPrior& group) const;

  const LevelPrior& level_;
  std::string name_;
  ErrorKind kind_;
};

// Sum of the absolute weights of one row.
std::int64_t absolute_sum(std::span<const std::int8_t> matrix, std::size_t row,
                          std::size_t columns) {
  std::int32_t sum = 0;
  for (const std::int8_t weight : matrix.subspan(row * columns, columns)) sum += std::abs(weight);
  return sum;
}

void LevelCheck::sizes() const {
  in_range("slots", level_.slots, 1, kMaxSlots);
  in_range("coarser slots", level_.coarser, 0, kMaxSlots);
  in_range("hidden", level_.hidden, 1, kMaxHidden);
  in_range("features", level_.features, 1, kMaxFeatures);
  in_range("qualities", static_cast<std::int64_t>(level_.qualities.size()), 1, kMaxQualities);
  std::int64_t sum = 0;
  for (const int slots : level_.slice_slots) {
    in_range("slots of a slice", slots, 1, level_.slots);
    sum += slots;
  }
  if (sum != level_.slots) fail("slices have ", sum, " slots, expected ", level_.slots);
  for (const QualityPrior& quality : level_.qualities) {
    count("bias1", quality.bias1.size(), level_.hidden);
    count("bias2", quality.bias2.size(), level_.hidden);
    count("bias3", quality.bias3.size(),
          static_cast<std::int64_t>(level_.slice_slots.size()) * level_.features);
  }
}

void LevelCheck::weights() const {
  const auto slices = static_cast<std::int64_t>(level_.slice_slots.size());
  matrix("near", level_.near, std::int64_t{level_.hidden} * kNearTaps * level_.slots);
  matrix("above", level_.above, std::int64_t{level_.hidden} * kAboveTaps * level_.coarser);
  matrix("mix", level_.mix, std::int64_t{level_.hidden} * kMixTaps * level_.hidden);
  shifts("shift1", level_.shift1, level_.hidden);
  shifts("shift2", level_.shift2, level_.hidden);
  shifts("shift3", level_.shift3, slices * level_.features);
  count("slice", level_.slice.size(), slices);
  count("inside", level_.inside.size(), slices);
  std::int64_t before = 0;
  for (std::size_t s = 0; s < level_.slice_slots.size(); ++s) {
    matrix("slice", level_.slice[s], level_.features * (level_.hidden + before));
    matrix("inside", level_.inside[s], std::int64_t{level_.features} * level_.slice_slots[s]);
    before += level_.slice_slots[s];
  }
}

void LevelCheck::context_sums() const {
  const auto hidden = static_cast<std::size_t>(level_.hidden);
  const auto features = static_cast<std::size_t>(level_.features);
  for (std::size_t h = 0; h < hidden; ++h) {
    const std::int64_t first = absolute_sum(level_.near, h, level_.near.size() / hidden) +
                               absolute_sum(level_.above, h, level_.above.size() / hidden);
    const std::int64_t second = absolute_sum(level_.mix, h, level_.mix.size() / hidden);
    for (const QualityPrior& quality : level_.qualities) {
      bounded("near and above", first, quality.bias1[h]);
      bounded("mix", second, quality.bias2[h]);
    }
  }
  for (std::size_t s = 0; s < level_.slice.size(); ++s) {
    for (std::size_t f = 0; f < features; ++f) {
      const std::int64_t sum =
          absolute_sum(level_.slice[s], f, level_.slice[s].size() / features) +
          absolute_sum(level_.inside[s], f, level_.inside[s].size() / features);
      for (const QualityPrior& quality : level_.qualities) {
        bounded("slice and inside", sum, quality.bias3[s * features + f]);
      }
    }
  }
}

void LevelCheck::groups(const QualityPrior& quality) const {
  int first_free = 0;
  for (const GroupPrior& item : quality.groups) {
    in_range("slice of a group", item.slice, 0,
             static_cast<std::int64_t>(level_.slice_slots.size()) - 1);
    int begin = 0;
    for (int s = 0; s < item.slice; ++s) begin += level_.slice_slots[static_cast<std::size_t>(s)];
    const int end = begin + level_.slice_slots[static_cast<std::size_t>(item.slice)];
    in_range("dimension of a group", item.dimension, 1, kMaxDimension);
    in_range("first slot of a group", item.first_slot, begin > first_free ? begin : first_free,
             end - item.dimension);
    first_free = item.first_slot + item.dimension;
    group(item);
  }
}

void LevelCheck::group(const GroupPrior& group) const {
  in_range("codewords of a group", group.codewords, 1, kMaxCodewords);
  count("activations", group.activations.size(), std::int64_t{group.codewords} * group.dimension);
  for (const std::uint8_t value : group.activations)
    in_range("activation", value, 0, kMaxActivation);
  count("leaves of a tree", static_cast<std::size_t>(group.tree.leaves()), group.codewords + 1);
  matrix("node weights", group.node_weights, std::int64_t{group.codewords} * level_.features);
  count("node bias", group.node_bias.size(), group.codewords);
  shifts("node shift", group.node_shift, group.codewords);
  for (std::size_t node = 0; node < group.node_bias.size(); ++node) {
    bounded("node",
            absolute_sum(group.node_weights, node, static_cast<std::size_t>(level_.features)),
            group.node_bias[node]);
  }
}

}  // namespace

void IntegerPixelCnn::check(ErrorKind kind) const {
  if (levels.empty() || levels.size() > kMaxLevels) {
    throw Error(kind, "prior: ", levels.size(), " levels, expected 1..", kMaxLevels);
  }
  if (sigmoid_table.size() != kSigmoidSteps) {
    throw Error(kind, "prior: sigmoid table has ", sigmoid_table.size(), " entries, expected ",
                kSigmoidSteps);
  }
  for (const std::uint16_t probability : sigmoid_table) {
    if (probability == 0) throw Error(kind, "prior: sigmoid table holds a probability of 0");
  }
  int slots = 0;
  for (std::size_t l = 0; l < levels.size(); ++l) {
    LevelCheck(levels[l], l, kind).run();
    if (levels[l].coarser != slots || levels[l].qualities.size() != levels[0].qualities.size()) {
      throw Error(kind, "prior, level ", l, ": ", levels[l].coarser, " coarser slots and ",
                  levels[l].qualities.size(), " qualities, expected ", slots, " and ",
                  levels[0].qualities.size());
    }
    slots += levels[l].slots;
  }
}

}  // namespace vqcodec::entropy
