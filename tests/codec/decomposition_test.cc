#include "codec/decomposition.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "codec/metrics.h"
#include "entropy/error.h"
#include "tests/codec/fake_transform.h"
#include "tests/codec/test_pictures.h"

namespace vqcodec::codec {
namespace {

using Histogram = std::vector<std::uint64_t>;

class Decomposition : public ::testing::Test {
 protected:
  std::vector<std::uint8_t> file(const Image& picture, std::optional<int> tile_size = {}) {
    return compress(picture, model, networks, {.quality = 2, .tile_size = tile_size});
  }

  const ModelFile model = testing::tiny_model();
  testing::FakeTransform networks;
};

TEST(CodeCosts, EvenlyUsedCodewordsHavePerplexityKAndTheFixedLength) {
  const GroupCounts group{.histogram = Histogram(64, 10)};
  EXPECT_NEAR(perplexity(group.histogram), 64, 1e-9);
  EXPECT_EQ(used_codewords(group.histogram), 64u);
  const auto costs = costs_of(group);
  EXPECT_EQ(costs.codes, 640);
  EXPECT_EQ(costs.fixed_length_bits, 640 * 6);
  EXPECT_NEAR(costs.order0_bits, 640 * 6, 1e-6);
}

TEST(CodeCosts, OneCodewordHasPerplexityOneAndCostsNothing) {
  const Histogram histogram{0, 99, 0};
  EXPECT_EQ(perplexity(histogram), 1);
  EXPECT_EQ(used_codewords(histogram), 1u);
  EXPECT_EQ(costs_of(GroupCounts{.histogram = histogram}).order0_bits, 0);
  EXPECT_EQ(costs_of(GroupCounts{.histogram = histogram}).fixed_length_bits, 99 * 2);
  EXPECT_EQ(costs_of(GroupCounts{.histogram = {99}}).fixed_length_bits, 0);  // K = 1
}

TEST(CodeCosts, Order0IsTheEntropyOfTheHistogram) {
  const GroupCounts group{.histogram = {4, 2, 1, 1}};  // 1, 2, 3, 3 bits
  EXPECT_DOUBLE_EQ(entropy_bits(group.histogram), 1.75);
  EXPECT_DOUBLE_EQ(costs_of(group).order0_bits, 14);
  EXPECT_EQ(entropy_bits(Histogram(5)), 0);  // without codes
}

TEST(CodeCosts, NatsAreBitsTimesLn2BySymbolsEscapesAmongThem) {
  const GroupCounts group{
      .histogram = {6, 3}, .escapes = 1, .code_bits = 15, .escape_bits = 5, .plain_bits = 999};
  EXPECT_DOUBLE_EQ(costs_of(group).nats_a_code(), 20 * std::numbers::ln2 / 10);
  EXPECT_EQ(CodeCosts{}.nats_a_code(), 0);
}

TEST(CodeCosts, OfALevelAreTheSumOfItsGroups) {
  const GroupCounts one{.histogram = {8, 8}, .escapes = 2, .code_bits = 3, .escape_bits = 4};
  const GroupCounts other{.histogram = {1, 1, 1, 1}, .code_bits = 30, .plain_bits = 7};
  const auto sum = costs_of(LevelCounts{.groups = {one, other}});
  EXPECT_EQ(sum.codes, 20);
  EXPECT_EQ(sum.fixed_length_bits, 16 + 8);
  EXPECT_DOUBLE_EQ(sum.order0_bits, 16 + 8);
  EXPECT_EQ(sum.prior_bits, 33);
  EXPECT_EQ(sum.escape_bits, 4);
  EXPECT_EQ(sum.plain_bits, 7);
  EXPECT_EQ(sum.escapes, 2u);
}

TEST(CodeCosts, OfChannelSlicesAreThoseOfTheirGroups) {
  const GroupCounts first{.channel_slice = 0, .histogram = {3, 1}, .code_bits = 5};
  const GroupCounts second{.channel_slice = 2, .histogram = {1, 1}, .code_bits = 7};
  const GroupCounts third{.channel_slice = 2, .histogram = {0, 4}, .code_bits = 1};
  const auto slices = costs_by_channel_slice(LevelCounts{.groups = {first, second, third}});
  ASSERT_EQ(slices.size(), 3u);
  EXPECT_EQ(slices[0].prior_bits, 5);
  EXPECT_EQ(slices[1].codes, 0);
  EXPECT_EQ(slices[2].prior_bits, 8);
  EXPECT_EQ(slices[2].codes, 6);
}

TEST(CodebookUse, IsTheMeanOverTheGroupsAndTheWorstByItsShareOfCodewords) {
  const GroupCounts even{.histogram = Histogram(8, 5)}, half{.histogram = {9, 9, 0, 0}};
  const GroupCounts single{.histogram = {7}};  // perplexity 1 is all that it can have
  const auto use = codebook_use(LevelCounts{.groups = {even, half, single}});
  EXPECT_EQ(use.groups, 3u);
  EXPECT_EQ(use.codewords, 13u);
  EXPECT_EQ(use.used, 11u);
  EXPECT_NEAR(use.mean_perplexity, (8 + 2 + 1) / 3.0, 1e-12);
  EXPECT_NEAR(use.worst_perplexity, 2, 1e-12);
  EXPECT_EQ(use.worst_codewords, 4u);
}

TEST_F(Decomposition, EveryByteOfTheFileIsCountedOnce) {
  networks.is_plain = [](int row, int column) { return row == column; };
  const auto picture = testing::with_metadata(testing::with_alpha(testing::test_picture(200, 150)));
  for (const auto tile_size : {std::optional<int>(), std::optional(64)}) {
    const auto bytes = file(picture, tile_size);
    const auto counts = count_file(bytes, model, 2);
    const auto summary = inspect(bytes);
    EXPECT_EQ(counts.pixels, 200u * 150);
    EXPECT_EQ(counts.size_bytes(3), bytes.size());
    EXPECT_EQ(counts.size_bytes(0), summary.header_bytes + summary.alpha_bytes +
                                        summary.metadata_bytes + summary.plain_bytes);
    for (std::size_t l = 0; l < 3; ++l)
      EXPECT_EQ(counts.levels[l].size_bytes, summary.levels[l].size_bytes);
  }
}

// The range coder's promise: 1.001 x ideal + 16 bits a slice, and no less than ideal.
TEST_F(Decomposition, BitsOfTheGroupsAddUpToTheLevel) {
  networks.is_plain = [](int row, int column) { return row == 1 && column < 2; };
  const auto counts = count_file(file(testing::test_picture(200, 150)), model, 1);
  for (const auto& level : counts.levels) {
    double ideal = 0;
    for (const auto& group : level.groups)
      ideal += group.code_bits + group.escape_bits + group.plain_bits;
    EXPECT_GT(ideal, 100);
    EXPECT_LE(8.0 * static_cast<double>(level.size_bytes), 1.001 * ideal + 16);
    EXPECT_GE(8.0 * static_cast<double>(level.size_bytes) + 8, ideal);
  }
}

TEST_F(Decomposition, EveryPositionIsACodeAnEscapeOrPlain) {
  networks.is_plain = [](int row, int column) { return row == 0 && column == 1; };
  const auto counts = count_file(file(testing::test_picture(160, 96)), model, 1);
  ASSERT_EQ(counts.levels.size(), 3u);
  std::uint64_t escapes = 0;
  for (std::size_t l = 0; l < 3; ++l) {
    const std::uint64_t positions = (std::uint64_t{5 * 3} - 1) << 2 * l;
    ASSERT_EQ(counts.levels[l].groups.size(), testing::kTinyGroups.size());
    for (std::size_t g = 0; g < testing::kTinyGroups.size(); ++g) {
      const auto& group = counts.levels[l].groups[g];
      EXPECT_EQ(group.codes() + group.escapes, positions) << l << ", " << g;
      EXPECT_EQ(group.histogram.size(),
                static_cast<std::size_t>(testing::kTinyGroups[g].codewords()));
      EXPECT_EQ(group.channel_slice, g == 0 ? 0 : 1);
      escapes += group.escapes;
    }
  }
  EXPECT_GT(escapes, 0u);  // The picture's edge makes some.
}

TEST_F(Decomposition, TheZstdFrameIsOfTheCodesAlone) {
  networks.is_plain = [](int, int) { return true; };
  const auto counts = count_file(file(testing::test_picture(64, 64)), model, 1);
  const std::uint64_t of_nothing = 13;  // frame header, empty block, checksum
  for (const auto& level : counts.levels) EXPECT_LE(level.zstd_bytes, of_nothing);
  networks.is_plain = {};
  EXPECT_GT(count_file(file(testing::test_picture(64, 64)), model, 1).levels[2].zstd_bytes,
            of_nothing);
}

TEST_F(Decomposition, SumsOfFilesAreThoseOfTheirParts) {
  const auto one = count_file(file(testing::test_picture(64, 96)), model, 1);
  const auto other = count_file(file(testing::test_picture(160, 32, 3, 9)), model, 1);
  FileCounts sum;
  sum += one;
  sum += other;
  EXPECT_EQ(sum.pixels, one.pixels + other.pixels);
  EXPECT_EQ(sum.size_bytes(2), one.size_bytes(2) + other.size_bytes(2));
  for (std::size_t l = 0; l < 3; ++l) {
    EXPECT_EQ(sum.levels[l].zstd_bytes, one.levels[l].zstd_bytes + other.levels[l].zstd_bytes);
    const auto parts = costs_of(one.levels[l]), more = costs_of(other.levels[l]);
    const auto whole = costs_of(sum.levels[l]);
    EXPECT_EQ(whole.codes, parts.codes + more.codes);
    EXPECT_EQ(whole.escapes, parts.escapes + more.escapes);
    EXPECT_NEAR(whole.prior_bits, parts.prior_bits + more.prior_bits, 1e-6);
    EXPECT_NEAR(whole.escape_bits, parts.escape_bits + more.escape_bits, 1e-6);
    EXPECT_GE(whole.order0_bits + 1e-6, parts.order0_bits + more.order0_bits);  // concave
  }
  FileCounts foreign = one;
  foreign.levels[1].groups[0].histogram.pop_back();
  EXPECT_THROW(sum += foreign, Error);
}

TEST_F(Decomposition, DistortionsAreThoseOfAFileCutAfterEachLevel) {
  const auto picture = testing::test_picture(128, 96);
  const auto parts = decompose(picture, model, networks, 3, 1);
  const auto bytes = compress(picture, model, networks, {.quality = 3});
  EXPECT_EQ(parts.counts.size_bytes(3), bytes.size());
  ASSERT_EQ(parts.mse.size(), 3u);
  for (int levels = 1; levels <= 3; ++levels) {
    const auto index = static_cast<std::size_t>(levels);
    const auto cut = std::span(bytes).first(parts.counts.size_bytes(index));
    const auto decoded = decompress(cut, model, networks, {.levels = levels});
    EXPECT_EQ(parts.mse[index - 1], mse(picture, decoded));
  }
  EXPECT_GT(parts.mse[0], parts.mse[2]);
}

TEST_F(Decomposition, SecondsAreThoseOfTheStagesOfOneRunEach) {
  const auto parts = decompose(testing::test_picture(64, 64), model, networks, 1, 1);
  const auto names = [](const Timings& timings) {
    std::vector<std::string> result;
    for (const auto& [name, seconds] : timings) result.push_back(name);
    return result;
  };
  Timings compress_alone, decompress_alone;
  const auto bytes =
      compress(testing::test_picture(64, 64), model, networks, {.quality = 1}, &compress_alone);
  decompress(bytes, model, networks, {}, &decompress_alone);
  EXPECT_EQ(names(parts.compress_seconds), names(compress_alone));
  EXPECT_EQ(names(parts.decompress_seconds), names(decompress_alone));
}

TEST_F(Decomposition, DamageIsRefused) {
  auto bytes = file(testing::test_picture(64, 64));
  bytes.back() ^= 1;
  EXPECT_THROW(count_file(bytes, model, 1), Error);
  bytes.pop_back();
  EXPECT_THROW(count_file(bytes, model, 1), Error);
  bytes = file(testing::with_metadata(testing::test_picture(64, 64)));
  bytes[inspect(bytes).header_bytes] ^= 1;
  EXPECT_THROW(count_file(bytes, model, 1), Error);
}

}  // namespace
}  // namespace vqcodec::codec
