#include "entropy/slice_coder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "entropy/error.h"
#include "entropy/escape_coder.h"
#include "tests/entropy/random_prior.h"
#include "tests/entropy/reference_prior.h"

namespace vqcodec::entropy {
namespace {

struct Grid {
  int height;
  int width;
};

std::vector<CodeMap> random_maps(const IntegerPixelCnn& prior, int quality, Grid coarsest,
                                 int escape_every, std::uint64_t seed) {
  std::vector<CodeMap> maps;
  for (int l = 0; l < static_cast<int>(prior.levels.size()); ++l) {
    maps.push_back(random_map(prior, quality, l, coarsest.height << l, coarsest.width << l,
                              escape_every, seed + static_cast<std::uint64_t>(l)));
  }
  return maps;
}

EncodedSlice encode(const SliceCoder& coder, int quality, int level,
                    const std::vector<CodeMap>& maps) {
  const CodeMap& map = maps[static_cast<std::size_t>(level)];
  CodeMapSource source(map);
  return coder.encode(quality, level, map.height, map.width,
                      std::span(maps).first(static_cast<std::size_t>(level)), source);
}

std::vector<Isa> supported_sets() {
  std::vector<Isa> sets;
  for (const Isa isa : {Isa::kPortable, Isa::kAvx2, Isa::kAvx512}) {
    if (is_supported(isa)) sets.push_back(isa);
  }
  return sets;
}

std::uint64_t sum(const std::vector<std::uint64_t>& values) {
  std::uint64_t total = 0;
  for (const std::uint64_t value : values) total += value;
  return total;
}

class SliceCoderOnEverySet : public testing::TestWithParam<Isa> {};

INSTANTIATE_TEST_SUITE_P(, SliceCoderOnEverySet, testing::ValuesIn(supported_sets()),
                         [](const auto& set) { return std::string(name(set.param)); });

TEST_P(SliceCoderOnEverySet, DecodesWhatWasEncoded) {
  const IntegerPixelCnn prior = random_prior();
  const SliceCoder coder(prior, GetParam());
  std::uint64_t seed = 100;
  for (const Grid grid : {Grid{1, 1}, {1, 2}, {2, 1}, {1, 9}, {9, 1}, {3, 3}, {4, 7}, {5, 11}}) {
    for (const int escape_every : {0, 3, 40}) {
      const int quality = static_cast<int>(seed % 2);
      const auto maps = random_maps(prior, quality, grid, escape_every, seed++);
      for (int l = 0; l < 3; ++l) {
        const CodeMap& map = maps[static_cast<std::size_t>(l)];
        const EncodedSlice encoded = encode(coder, quality, l, maps);
        EXPECT_EQ(encoded.map, map);
        const DecodedSlice decoded =
            coder.decode(quality, l, map.height, map.width,
                         std::span(maps).first(static_cast<std::size_t>(l)), encoded.bytes);
        EXPECT_EQ(decoded.map, map);
        EXPECT_EQ(decoded.statistics.code_length, encoded.statistics.code_length);
        EXPECT_EQ(decoded.statistics.escape_length, encoded.statistics.escape_length);
      }
    }
  }
}

// The same bytes as a plain int64 walk over the header's equations: the same probabilities.
TEST_P(SliceCoderOnEverySet, FollowsTheEquations) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    RandomPriorOptions options{.seed = seed};
    options.hidden = seed == 2 ? 37 : 20;
    options.features = seed == 3 ? 70 : 18;
    options.slice_slots = seed == 3 ? 7 : 5;
    const IntegerPixelCnn prior = random_prior(options);
    const SliceCoder coder(prior, GetParam());
    for (const Grid grid : {Grid{1, 1}, {2, 3}, {3, 2}, {5, 4}}) {
      const auto maps = random_maps(prior, 1, grid, 0, seed);
      for (int l = 0; l < 3; ++l) {
        const EncodedSlice encoded = encode(coder, 1, l, maps);
        EXPECT_EQ(encoded.bytes, ReferencePrior(prior, 1, l, maps).encode())
            << "level " << l << ", grid " << grid.width << "x" << grid.height;
      }
    }
  }
}

TEST(SliceCoder, MeetsTheIdealLength) {
  RandomPriorOptions options;
  options.root_bias = -1200;
  const IntegerPixelCnn prior = random_prior(options);
  const SliceCoder coder(prior);
  for (const int escape_every : {0, 50}) {
    const auto maps = random_maps(prior, 0, {16, 16}, escape_every, 5);
    for (int l = 0; l < 3; ++l) {
      const EncodedSlice encoded = encode(coder, 0, l, maps);
      const double ideal_bits = static_cast<double>(sum(encoded.statistics.code_length) +
                                                    sum(encoded.statistics.escape_length)) /
                                kLengthOne;
      EXPECT_LE(static_cast<double>(encoded.bytes.size()) * 8, 1.001 * ideal_bits + 16);
      EXPECT_GE(static_cast<double>(encoded.bytes.size()) * 8, 0.999 * ideal_bits - 16);
    }
  }
}

TEST(SliceCoder, CountsEscapesApart) {
  const IntegerPixelCnn prior = random_prior();
  const SliceCoder coder(prior);
  auto maps = random_maps(prior, 0, {2, 3}, 0, 12);
  const EncodedSlice without = encode(coder, 0, 0, maps);
  EXPECT_EQ(sum(without.statistics.escape_length), 0U);
  const auto groups = static_cast<std::size_t>(maps[0].groups);
  // The first group of the last position: nothing else of that group comes after it.
  const std::size_t index = maps[0].codes.size() - groups;
  maps[0].escapes.push_back({static_cast<std::uint32_t>(index), {}});
  const EncodedSlice with = encode(coder, 0, 0, maps);
  EXPECT_GT(with.statistics.escape_length[0], 0U);
  EXPECT_LT(with.statistics.code_length[0], without.statistics.code_length[0]);
  EXPECT_EQ(sum(with.statistics.escape_length), with.statistics.escape_length[0]);
}

TEST(SliceCoder, RefusesToWriteWhatCouldNotBeRead) {
  const IntegerPixelCnn prior = random_prior();
  const SliceCoder coder(prior);
  const auto whole = random_maps(prior, 0, {2, 3}, 0, 12);
  const auto kind_of_writing = [&coder](const std::vector<CodeMap>& maps) {
    try {
      encode(coder, 0, 0, maps);
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::kUsage;  // Nothing was thrown.
  };
  EXPECT_EQ(kind_of_writing(whole), ErrorKind::kUsage);
  auto maps = whole;
  maps[0].codes[3] = 500;
  EXPECT_EQ(kind_of_writing(maps), ErrorKind::kInternal) << "code";
  for (const std::int32_t remainder : {1 << kRemainderBits, -(1 << kRemainderBits)}) {
    maps = whole;
    maps[0].escapes.push_back({4, {remainder}});
    EXPECT_EQ(kind_of_writing(maps), ErrorKind::kInternal) << "remainder";
  }
}

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
    EXPECT_NEAR(chosen, static_cast<double>(sum(encoded.statistics.code_length)),
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
    RecordingSource before(map);
    coder.encode(0, 0, kSide, kSide, {}, before);
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
        RecordingSource after(other);
        coder.encode(0, 0, kSide, kSide, {}, after);
        for (std::ptrdiff_t i = 0; i <= rank(changed); ++i) {
          ASSERT_EQ(after.all_lengths[static_cast<std::size_t>(i)],
                    before.all_lengths[static_cast<std::size_t>(i)]);
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

TEST(SliceCoder, SurvivesAnyBytes) {
  const IntegerPixelCnn prior = random_prior();
  const SliceCoder coder(prior);
  const auto maps = random_maps(prior, 0, {3, 4}, 20, 9);
  std::mt19937_64 random(3);
  int maps_decoded = 0;
  for (int round = 0; round < 300; ++round) {
    const int level = round % 3;
    const CodeMap& map = maps[static_cast<std::size_t>(level)];
    std::vector<std::uint8_t> bytes = encode(coder, 0, level, maps).bytes;
    if (round % 2 == 0) {
      bytes.resize(random() % 300);
      for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    } else {
      bytes[random() % bytes.size()] ^= static_cast<std::uint8_t>(1 + random() % 255);
      bytes.resize(random() % (bytes.size() + 1));
    }
    try {
      const DecodedSlice decoded =
          coder.decode(0, level, map.height, map.width,
                       std::span(maps).first(static_cast<std::size_t>(level)), bytes);
      ++maps_decoded;
      // Whatever was decoded is a map: it can be encoded again.
      auto others = maps;
      others[static_cast<std::size_t>(level)] = decoded.map;
      EXPECT_EQ(encode(coder, 0, level, others).map, decoded.map);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kCorrupt);
    }
  }
  EXPECT_GT(maps_decoded, 0);
}

TEST(SliceCoder, RefusesMapsThatDoNotFit) {
  const IntegerPixelCnn prior = random_prior();
  const SliceCoder coder(prior);
  const auto maps = random_maps(prior, 0, {2, 2}, 0, 4);
  const auto refuses = [&](int quality, int level, int height, int width, int coarser,
                           const std::vector<CodeMap>& with) {
    try {
      coder.decode(quality, level, height, width,
                   std::span(with).first(static_cast<std::size_t>(coarser)), {});
      return false;
    } catch (const Error& error) {
      return error.kind() == ErrorKind::kInternal;
    }
  };
  EXPECT_FALSE(refuses(0, 1, 4, 4, 1, maps));
  EXPECT_TRUE(refuses(2, 1, 4, 4, 1, maps)) << "quality";
  EXPECT_TRUE(refuses(0, 3, 4, 4, 3, maps)) << "level";
  EXPECT_TRUE(refuses(0, 1, 4, 4, 0, maps)) << "a coarser map is missing";
  EXPECT_TRUE(refuses(0, 1, 6, 4, 1, maps)) << "height";
  EXPECT_TRUE(refuses(0, 0, 0, 4, 0, maps)) << "empty grid";
  auto broken = maps;
  broken[0].codes[1] = 1000;
  EXPECT_TRUE(refuses(0, 1, 4, 4, 1, broken)) << "code out of range";
  broken = maps;
  broken[0].codes.pop_back();
  EXPECT_TRUE(refuses(0, 1, 4, 4, 1, broken)) << "codes are missing";
}

TEST(SliceCoder, AcceptsOddGridsOnFinerLevels) {
  const IntegerPixelCnn prior = random_prior();
  const SliceCoder coder(prior);
  std::vector<CodeMap> maps;
  const Grid grids[] = {{2, 3}, {3, 5}, {5, 9}};
  for (int l = 0; l < 3; ++l) {
    maps.push_back(random_map(prior, 0, l, grids[l].height, grids[l].width, 0, 77));
    const EncodedSlice encoded = encode(coder, 0, l, maps);
    EXPECT_EQ(encoded.bytes, ReferencePrior(prior, 0, l, maps).encode()) << "level " << l;
  }
}

}  // namespace
}  // namespace vqcodec::entropy
