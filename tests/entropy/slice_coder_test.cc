#include "entropy/slice_coder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "entropy/error.h"
#include "entropy/escape_coder.h"
#include "tests/entropy/random_maps.h"
#include "tests/entropy/reference_prior.h"

namespace vqcodec::entropy {
namespace {

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
