#include "entropy/range_coder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace vqcodec::entropy {
namespace {

struct Decision {
  bool value;
  Probability one;
  bool operator==(const Decision&) const = default;
};

double share_of(Decision decision) {
  return (decision.value ? decision.one : 65536 - decision.one) / 65536.0;
}

std::vector<Decision> draw_decisions(Probability one, int count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Decision> decisions;
  for (int i = 0; i < count; ++i) decisions.push_back({(random() & 0xFFFF) < one, one});
  return decisions;
}

std::vector<std::uint8_t> encode_all(const std::vector<Decision>& decisions) {
  RangeEncoder encoder;
  for (const Decision& decision : decisions) encoder.encode(decision.value, decision.one);
  return encoder.finish();
}

std::vector<Decision> decode_all(std::span<const std::uint8_t> bytes,
                                 const std::vector<Decision>& decisions) {
  RangeDecoder decoder(bytes);
  std::vector<Decision> decoded;
  for (const Decision& decision : decisions) {
    decoded.push_back({decoder.decode(decision.one), decision.one});
  }
  return decoded;
}

double ideal_bits(const std::vector<Decision>& decisions) {
  double bits = 0;
  for (const Decision& decision : decisions) bits -= std::log2(share_of(decision));
  return bits;
}

// decode(encode(d)) = d; coded bits <= 1.00002 x ideal bits + 16, near-certain decisions included.
void expect_identity_and_length(const std::vector<Decision>& decisions) {
  const auto bytes = encode_all(decisions);
  EXPECT_EQ(decode_all(bytes, decisions), decisions);
  EXPECT_LE(8.0 * static_cast<double>(bytes.size()), 1.00002 * ideal_bits(decisions) + 16);
}

TEST(RangeCoder, ReturnsTheDecisionsAndMeetsTheIdealLength) {
  for (const int one : {1, 2, 16, 4096, 32768, 61440, 65519, 65534, 65535}) {
    expect_identity_and_length(draw_decisions(static_cast<Probability>(one), 300000, 7));
  }
}

TEST(RangeCoder, ReturnsDecisionsAgainstAllOdds) {
  for (const Probability one : {Probability{1}, Probability{65535}}) {
    for (const bool value : {false, true}) {
      expect_identity_and_length(std::vector<Decision>(5000, {value, one}));
    }
  }
}

TEST(RangeCoder, ReturnsMixedProbabilitiesAtEveryLength) {
  std::mt19937_64 random(11);
  std::vector<Decision> decisions;
  for (int count = 0; count < 400; ++count) {
    expect_identity_and_length(decisions);
    const auto one = static_cast<Probability>(1 + random() % 65535 % (1 + random() % 65535));
    decisions.push_back({(random() & 0xFFFF) < one, one});
  }
}

// Zeros take the top of the interval: low climbs to runs of 0xFF that a last carry must pass.
TEST(RangeCoder, CarriesThroughLongRuns) {
  for (int tail = 0; tail < 64; ++tail) {
    std::vector<Decision> decisions(200, {false, 32768});
    decisions.resize(200 + static_cast<std::size_t>(tail), {true, 65535});
    decisions.push_back({false, 65535});
    expect_identity_and_length(decisions);
  }
  // Interval around a boundary: 0 1 1 1 1 ... then a 0 of a third.
  std::vector<Decision> decisions = {{false, 21845}};
  for (int i = 0; i < 400; ++i) decisions.push_back({i % 2 == 0, 21845});
  expect_identity_and_length(decisions);
}

TEST(RangeCoder, TakesNoByteForNothingAndForCertainty) {
  EXPECT_TRUE(encode_all({}).empty());
  EXPECT_TRUE(encode_all(std::vector<Decision>(1000, {true, 65535})).empty());
  EXPECT_LE(encode_all(std::vector<Decision>(1000, {false, 1})).size(), 1U);
}

TEST(RangeCoder, WritesNoZeroAtTheEndAndDecodesPastIt) {
  for (std::uint64_t seed = 0; seed < 10000; ++seed) {
    const auto decisions = draw_decisions(20000, 40 + static_cast<int>(seed % 16), seed);
    auto bytes = encode_all(decisions);
    EXPECT_TRUE(bytes.empty() || bytes.back() != 0);
    bytes.resize(bytes.size() + 9);
    EXPECT_EQ(decode_all(bytes, decisions), decisions);
  }
}

TEST(RangeCoder, DecodesAnyBytes) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::uint8_t> bytes(random() % 20, round % 3 == 0 ? 0xFF : 0);
    if (round % 3 == 1) {
      for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    }
    RangeDecoder decoder(bytes);
    for (int i = 0; i < 1000; ++i) decoder.decode(static_cast<Probability>(1 + random() % 65535));
  }
}

}  // namespace
}  // namespace vqcodec::entropy
