#include "entropy/integer_pixelcnn.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "entropy/error.h"
#include "tests/entropy/random_prior.h"

namespace vqcodec::entropy {
namespace {

std::vector<std::uint8_t> bytes_of(const IntegerPixelCnn& prior) {
  ByteWriter out;
  prior.write(out);
  return out.take();
}

TEST(IntegerPixelCnn, ReadsBackWhatWasWritten) {
  const auto bytes = bytes_of(random_prior());
  ByteReader in(bytes);
  EXPECT_EQ(bytes_of(IntegerPixelCnn::read(in)), bytes);
  EXPECT_EQ(in.remaining(), 0U);
}

TEST(IntegerPixelCnn, CheckFindsWhatIsOff) {
  using Change = std::function<void(IntegerPixelCnn&)>;
  const auto group = [](IntegerPixelCnn& p) -> GroupPrior& {
    return p.levels[2].qualities[1].groups[1];
  };
  const std::vector<std::pair<const char*, Change>> changes = {
      {"no level", [](auto& p) { p.levels.clear(); }},
      {"short sigmoid table", [](auto& p) { p.sigmoid_table.pop_back(); }},
      {"certain probability", [](auto& p) { p.sigmoid_table[7] = 0; }},
      {"coarser slots", [](auto& p) { p.levels[1].coarser = 5; }},
      {"missing quality", [](auto& p) { p.levels[1].qualities.pop_back(); }},
      {"too many slots", [](auto& p) { p.levels[0].slots = kMaxSlots + 1; }},
      {"no hidden", [](auto& p) { p.levels[0].hidden = 0; }},
      {"slices do not add up", [](auto& p) { p.levels[0].slice_slots[0] -= 1; }},
      {"near shape", [](auto& p) { p.levels[0].near.pop_back(); }},
      {"above shape", [](auto& p) { p.levels[1].above.pop_back(); }},
      {"mix shape", [](auto& p) { p.levels[0].mix.push_back(0); }},
      {"slice shape", [](auto& p) { p.levels[0].slice[1].pop_back(); }},
      {"slice missing", [](auto& p) { p.levels[0].slice.pop_back(); }},
      {"inside shape", [](auto& p) { p.levels[0].inside[1].pop_back(); }},
      {"weight -128", [](auto& p) { p.levels[0].near[3] = -128; }},
      {"shift1", [](auto& p) { p.levels[0].shift1[0] = 25; }},
      {"shift3 shape", [](auto& p) { p.levels[0].shift3.pop_back(); }},
      {"bias1 shape", [](auto& p) { p.levels[0].qualities[0].bias1.pop_back(); }},
      {"bias2 shape", [](auto& p) { p.levels[0].qualities[0].bias2.pop_back(); }},
      {"bias3 shape", [](auto& p) { p.levels[0].qualities[0].bias3.pop_back(); }},
      {"first sum", [](auto& p) { p.levels[1].qualities[1].bias1[2] = 1 << 24; }},
      {"second sum", [](auto& p) { p.levels[1].qualities[1].bias2[2] = -(1 << 24); }},
      {"third sum", [](auto& p) { p.levels[1].qualities[1].bias3[2] = 1 << 24; }},
      {"lowest bias", [](auto& p) { p.levels[1].qualities[1].bias3[2] = INT32_MIN; }},
      {"node sum", [&](auto& p) { group(p).node_bias[0] = 1 << 24; }},
      {"node shift", [&](auto& p) { group(p).node_shift[0] = 25; }},
      {"node weights", [&](auto& p) { group(p).node_weights.pop_back(); }},
      {"node weight -128", [&](auto& p) { group(p).node_weights[0] = -128; }},
      {"tree",
       [&](auto& p) {
         group(p).tree = build_code_tree(std::vector<std::uint64_t>(10, 1),
                                         std::vector<std::int32_t>(10, 1), 1);
       }},
      {"activation", [&](auto& p) { group(p).activations[0] = 128; }},
      {"activations", [&](auto& p) { group(p).activations.pop_back(); }},
      {"codewords", [&](auto& p) { group(p).codewords += 1; }},
      {"dimension", [&](auto& p) { group(p).dimension = 0; }},
      {"slice of a group", [&](auto& p) { group(p).slice = 99; }},
      {"overlap",
       [&](auto& p) { group(p).first_slot = p.levels[2].qualities[1].groups[0].first_slot; }},
      {"order", [&](auto& p) { std::swap(group(p), p.levels[2].qualities[1].groups[2]); }},
      {"beyond its slice",
       [&](auto& p) { p.levels[2].qualities[1].groups.back().first_slot = 13; }}};
  for (const auto& [what, change] : changes) {
    IntegerPixelCnn prior = random_prior();
    EXPECT_NO_THROW(prior.check());
    change(prior);
    EXPECT_THROW(prior.check(), Error) << what;
  }
}

std::int32_t absolute_sum(const std::vector<std::int8_t>& row_first, std::size_t columns) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < columns; ++i) sum += std::abs(row_first[i]);
  return sum;
}

// For the first output of each layer: 127 * sum|w| + |bias| may be 2^24 - 1, no more.
TEST(IntegerPixelCnn, CheckAllowsTheLargestSum) {
  IntegerPixelCnn prior = random_prior();
  LevelPrior& level = prior.levels[1];
  QualityPrior& quality = level.qualities[0];
  GroupPrior& group = quality.groups[0];
  const auto hidden = static_cast<std::size_t>(level.hidden);
  const auto features = static_cast<std::size_t>(level.features);
  const auto row = [](const std::vector<std::int8_t>& matrix, std::size_t outputs) {
    return absolute_sum(matrix, matrix.size() / outputs);
  };
  const std::vector<std::pair<std::int32_t*, std::int32_t>> outputs = {
      {&quality.bias1[0], row(level.near, hidden) + row(level.above, hidden)},
      {&quality.bias2[0], row(level.mix, hidden)},
      {&quality.bias3[0], row(level.slice[0], features) + row(level.inside[0], features)},
      {&group.node_bias[0], absolute_sum(group.node_weights, features)}};
  for (const auto& [bias, sum] : outputs) {
    for (const std::int32_t sign : {-1, 1}) {
      *bias = sign * ((1 << 24) - 1 - 127 * sum);
      EXPECT_NO_THROW(prior.check());
      *bias += sign;
      EXPECT_THROW(prior.check(), Error);
      *bias = 0;
    }
  }
}

TEST(IntegerPixelCnn, SurvivesHostileBytes) {
  RandomPriorOptions options{.slots = {3, 4}};
  options.hidden = 4;
  options.features = 5;
  const auto bytes = bytes_of(random_prior(options));
  std::mt19937_64 random(4);
  for (std::size_t round = 0; round < 3000; ++round) {
    auto broken = bytes;
    if (round < 200) {
      broken.resize(round * bytes.size() / 200);
    } else {
      broken[random() % (round % 2 == 0 ? 40 : broken.size())] ^=
          static_cast<std::uint8_t>(1 + random() % 255);
    }
    ByteReader in(broken);
    try {
      const IntegerPixelCnn prior = IntegerPixelCnn::read(in);
      EXPECT_NO_THROW(prior.check());
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kCorrupt);
    }
  }
}

}  // namespace
}  // namespace vqcodec::entropy
