// What an encoder that weighs lengths is told of a slice's codes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "entropy/slice_coder.h"
#include "tests/entropy/random_maps.h"

namespace vqcodec::entropy {
namespace {

// Asks for lengths, keeps them, and takes its codes from a map.
class RecordingSource : public CodeSource {
 public:
  explicit RecordingSource(const CodeMap& map) : map_(map) {}
  bool weighs_lengths() const override { return true; }
  Choice choose(int position, int group, std::span<const std::uint32_t> lengths) override {
    order.push_back(map_.index(position, group));
    all_lengths.emplace_back(lengths.begin(), lengths.end());
    return CodeMapSource(map_).choose(position, group, lengths);
  }
  Choice choose_plain(int, int, int codeword) override { return {.code = codeword}; }

  std::vector<std::size_t> order;  // of coding
  std::vector<std::vector<std::uint32_t>> all_lengths;

 private:
  const CodeMap& map_;
};

TEST(SliceCoder, GivesTheLengthsOfAPmfAndTheSameBytes) {
  const IntegerPixelCnn prior = random_prior();
  const SliceCoder coder(prior);
  const auto maps = random_maps(prior, 0, {2, 3}, 0, 8);
  for (int l = 0; l < 3; ++l) {
    const auto index = static_cast<std::size_t>(l);
    RecordingSource source(maps[index]);
    const EncodedSlice encoded = coder.encode(0, l, maps[index].height, maps[index].width,
                                              std::span(maps).first(index), source);
    EXPECT_EQ(encoded.bytes, encode(coder, 0, l, maps).bytes);
    double chosen = 0;
    for (std::size_t i = 0; i < source.order.size(); ++i) {
      double mass = 0;
      for (const std::uint32_t length : source.all_lengths[i]) {
        mass += std::exp2(-static_cast<double>(length) / kLengthOne);
      }
      EXPECT_NEAR(mass, 1, 0.003);
      chosen += source.all_lengths[i][maps[index].codes[source.order[i]]];
    }
    const auto& lengths = encoded.statistics.code_length;
    EXPECT_NEAR(chosen, std::accumulate(lengths.begin(), lengths.end(), 0.0),
                2.0 * static_cast<double>(source.order.size()));
  }
}

// A code may change only the lengths that are asked for after it; and each of the receptive field
// does change those of a position looked at, with one of several priors at least.
TEST(SliceCoder, IsCausalWithoutABlindSpot) {
  constexpr int kSide = 7;
  constexpr int kRow = 4, kColumn = 3;  // of the position looked at
  std::vector<bool> has_influence;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    RandomPriorOptions options{.slots = {4}, .seed = seed};
    options.leaves_gaps = false;
    options.slice_slots = 2;
    options.max_dimension = 1;
    const IntegerPixelCnn prior = random_prior(options);
    const SliceCoder coder(prior);
    CodeMap map = random_map(prior, 0, 0, kSide, kSide, 0, seed);
    ASSERT_EQ(map.groups, 4);
    // What a slice learns (node_offsets.h) comes from everywhere before: that is switched off.
    const auto record = [&](RecordingSource& source, NodeLearning learning) {
      coder.encode(0, 0, kSide, kSide, {}, source, {}, learning);
    };
    RecordingSource before(map), learned_before(map);
    record(before, NodeLearning::kOff);
    record(learned_before, NodeLearning::kOn);
    const std::size_t target = map.index(kRow * kSide + kColumn, 3);
    const auto rank = [&before](std::size_t index) {
      return std::find(before.order.begin(), before.order.end(), index) - before.order.begin();
    };
    has_influence.resize(map.codes.size());
    for (std::size_t changed = 0; changed < map.codes.size(); ++changed) {
      const GroupPrior& group = prior.levels[0].qualities[0].groups[changed % 4];
      for (std::uint16_t code = 0; code < group.codewords; ++code) {
        CodeMap other = map;
        other.codes[changed] = code;
        RecordingSource after(other), learned_after(other);
        record(after, NodeLearning::kOff);
        record(learned_after, NodeLearning::kOn);
        for (std::size_t i = 0; i <= static_cast<std::size_t>(rank(changed)); ++i) {
          ASSERT_EQ(after.all_lengths[i], before.all_lengths[i]);
          ASSERT_EQ(learned_after.all_lengths[i], learned_before.all_lengths[i]);
        }
        const auto at = static_cast<std::size_t>(rank(target));
        if (after.all_lengths[at] != before.all_lengths[at]) has_influence[changed] = true;
      }
    }
  }
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const int dy = y - kRow, dx = x - kColumn;
      const bool in_raster_before = dy < 0 || (dy == 0 && dx < 0);
      // 12 taps of 5x5 seen directly, or through the hidden activations of 4 neighbours.
      bool is_seen = dy == 0 && dx == 0;
      for (const Grid via : {Grid{0, 0}, {-1, -1}, {-1, 0}, {-1, 1}, {0, -1}}) {
        const int row = dy - via.height, column = dx - via.width;
        const bool is_tap = (row == 0 && column >= -2 && column < 0) ||
                            (row < 0 && row >= -2 && column >= -2 && column <= 2);
        is_seen = is_seen || is_tap;
      }
      for (std::size_t g = 0; g < 4; ++g) {
        const std::size_t index = static_cast<std::size_t>(y * kSide + x) * 4 + g;
        const bool expected = is_seen && (in_raster_before || g < 3);
        EXPECT_EQ(has_influence[index], expected)
            << "row " << dy << ", column " << dx << ", group " << g;
      }
    }
  }
}

// A slice whose codes are always the same soon costs next to nothing, whatever the prior thinks of
// them; without learning it costs the same from beginning to end.
TEST(SliceCoder, LearnsWhatThePriorDoesNotKnow) {
  constexpr int kSide = 40;
  RandomPriorOptions options{.slots = {4}, .seed = 5};
  options.leaves_gaps = false;
  const IntegerPixelCnn prior = random_prior(options);
  const SliceCoder coder(prior);
  CodeMap map = random_map(prior, 0, 0, kSide, kSide, 0, 5);
  for (int position = 0; position < map.positions(); ++position)
    for (int g = 0; g < map.groups; ++g) map.codes[map.index(position, g)] = 0;
  RecordingSource taught(map), untaught(map);
  const auto learned = coder.encode(0, 0, kSide, kSide, {}, taught);
  const auto fixed = coder.encode(0, 0, kSide, kSide, {}, untaught, {}, NodeLearning::kOff);
  EXPECT_LT(learned.bytes.size(), fixed.bytes.size() / 3);
  EXPECT_EQ(coder.decode(0, 0, kSide, kSide, {}, learned.bytes).map.codes, map.codes);
  EXPECT_EQ(coder.decode(0, 0, kSide, kSide, {}, fixed.bytes, {}, NodeLearning::kOff).map.codes,
            map.codes);
}

}  // namespace
}  // namespace vqcodec::entropy
