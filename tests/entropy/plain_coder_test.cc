#include "entropy/plain_coder.h"

#include <gtest/gtest.h>

#include <random>

#include "entropy/error.h"
#include "entropy/slice_coder.h"
#include "tests/entropy/random_prior.h"

namespace vqcodec::entropy {
namespace {

TEST(PlainCoder, ZeroIsTheFirstCodewordOfLeastActivations) {
  GroupPrior group;
  group.dimension = 2;
  group.codewords = 4;
  group.activations = {64, 60, 65, 66, 63, 62, 120, 64};  // from zero: 16, 5, 5, 3136
  EXPECT_EQ(zero_codeword(group), 1);
}

// The finer level of a random prior with every second position plain.
class PlainSlices : public testing::Test {
 protected:
  PlainSlices() {
    std::mt19937 random(3);
    const auto draw = [&](const QualityPrior& quality, CodeMap& map) {
      for (int p = 0; p < map.positions(); ++p)
        for (const auto& group : quality.groups)
          map.codes.push_back(
              static_cast<std::uint16_t>(random() % static_cast<unsigned>(group.codewords)));
    };
    const auto& quality = prior_.levels[1].qualities[0];
    coarse_ = {2, 3, static_cast<int>(prior_.levels[0].qualities[0].groups.size()), {}, {}};
    fine_ = {4, 6, static_cast<int>(quality.groups.size()), {}, {}};
    draw(prior_.levels[0].qualities[0], coarse_);
    draw(quality, fine_);
    for (int p = 0; p < fine_.positions(); ++p) {
      plain_.push_back(p % 2 == 0);
      if (p % 2 != 0) continue;
      for (int g = 0; g < fine_.groups; ++g) {
        const auto& group = quality.groups[static_cast<std::size_t>(g)];
        const auto index = fine_.index(p, g);
        fine_.codes[index] = static_cast<std::uint16_t>(zero_codeword(group));
        Escape escape{static_cast<std::uint32_t>(index), {}};
        for (int d = 0; d < group.dimension; ++d)
          escape.remainder[static_cast<std::size_t>(d)] = static_cast<int>(random() % 900) - 450;
        fine_.escapes.push_back(escape);
      }
    }
  }

  EncodedSlice encoded(const CodeMap& map) const {
    CodeMapSource source(map);
    return coder_.encode(0, 1, 4, 6, {&coarse_, 1}, source, plain_);
  }

  const IntegerPixelCnn prior_ = random_prior();
  const SliceCoder coder_{prior_};
  CodeMap coarse_, fine_;
  std::vector<std::uint8_t> plain_;
};

TEST_F(PlainSlices, BytesGiveBackTheCodes) {
  const auto slice = encoded(fine_);
  EXPECT_EQ(slice.map, fine_);
  const auto& statistics = slice.statistics;
  double length = 0;
  for (std::size_t g = 0; g < statistics.plain_length.size(); ++g) {
    EXPECT_GT(statistics.plain_length[g], 0u);
    EXPECT_EQ(statistics.escape_length[g], 0u);
    length += static_cast<double>(statistics.plain_length[g] + statistics.code_length[g]);
  }
  EXPECT_LE(8.0 * static_cast<double>(slice.bytes.size()), 1.001 * length / kLengthOne + 16);
  EXPECT_EQ(coder_.decode(0, 1, 4, 6, {&coarse_, 1}, slice.bytes, plain_).map, fine_);
}

TEST_F(PlainSlices, AnyBytesEndInAMapOrInDamage) {
  std::mt19937 random(5);
  for (int i = 0; i < 300; ++i) {
    std::vector<std::uint8_t> bytes(40);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    try {
      const auto map = coder_.decode(0, 1, 4, 6, {&coarse_, 1}, bytes, plain_).map;
      EXPECT_EQ(map.codes.size(), fine_.codes.size());
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kCorrupt);
    }
  }
}

TEST_F(PlainSlices, FlagsOfAnotherGridAreRefused) {
  plain_.pop_back();
  EXPECT_THROW(encoded(fine_), Error);
}

}  // namespace
}  // namespace vqcodec::entropy
