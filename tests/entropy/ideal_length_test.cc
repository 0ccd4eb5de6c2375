#include "entropy/ideal_length.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "entropy/code_source.h"

namespace vqcodec::entropy {
namespace {

TEST(IdealLength, IsTheLogarithm) {
  for (std::uint64_t one = 1; one < 65536; ++one) {
    const double expected = -std::log2(static_cast<double>(one) / 65536) * kLengthOne;
    ASSERT_NEAR(length_of(one << 48), expected, 0.6) << one;
  }
  EXPECT_EQ(length_of(1), 64U * kLengthOne);
  EXPECT_EQ(length_of(~std::uint64_t{0}), 0U);
}

// Nothing is lost to rounding, however many near-certain decisions there are.
TEST(IdealLength, SumsMillionsOfDecisions) {
  std::mt19937_64 random(1);
  for (const int likely : {65535, 65000, 40000}) {
    IdealLength all, parts;
    double expected = 0;
    for (int part = 0; part < 1000; ++part) {
      IdealLength some;
      for (int i = 0; i < 1000; ++i) {
        const bool decision = static_cast<int>(random() & 0xFFFF) < likely;
        const auto one = static_cast<Probability>(likely);
        all.add(decision, one);
        some.add(decision, one);
        expected -= std::log2((decision ? likely : 65536 - likely) / 65536.0) * kLengthOne;
      }
      parts.add(some);
    }
    EXPECT_NEAR(static_cast<double>(all.value()), expected, 1 + expected * 1e-7);
    EXPECT_NEAR(static_cast<double>(parts.value()), expected, 1 + expected * 1e-7);
  }
}

}  // namespace
}  // namespace vqcodec::entropy
