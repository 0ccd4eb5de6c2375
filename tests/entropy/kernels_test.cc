#include "entropy/kernels.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "entropy/error.h"

namespace vqcodec::entropy {
namespace {

template <typename Value>
std::vector<Value> draw(std::size_t count, int lowest, int highest, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Value> values(count);
  for (Value& value : values) {
    const auto span = static_cast<std::uint64_t>(highest - lowest + 1);
    // Extremes are frequent: sums that saturate must show.
    const auto roll = random() % 4;
    value = static_cast<Value>(roll == 0   ? lowest
                               : roll == 1 ? highest
                                           : lowest + static_cast<int>(random() % span));
  }
  return values;
}

class KernelsOfSet : public testing::TestWithParam<Isa> {
 protected:
  void SetUp() override {
    if (!is_supported(GetParam())) GTEST_SKIP() << "this processor lacks " << name(GetParam());
  }
};

INSTANTIATE_TEST_SUITE_P(, KernelsOfSet, testing::Values(Isa::kAvx2, Isa::kAvx512),
                         [](const auto& set) { return std::string(name(set.param)); });

TEST_P(KernelsOfSet, MultiplyAsThePlainOnes) {
  for (const int rows : {1, 2, 3, 4, 5, 7, 8, 9, 21}) {
    for (const int blocks : {1, 2, 3, 4, 5, 7}) {
      for (const int quads : {1, 2, 17}) {
        const std::ptrdiff_t row_stride = quads * kQuad + 3;
        const std::ptrdiff_t sums_stride = blocks * kBlock + 5;
        const auto activations =
            draw<std::uint8_t>(static_cast<std::size_t>(rows * row_stride), 0, 127, 1);
        std::vector<WeightTile> tiles(static_cast<std::size_t>(blocks * (quads + 2)));
        const auto weights = draw<std::int8_t>(tiles.size() * kBlock * kQuad, -127, 127, 2);
        for (std::size_t i = 0; i < weights.size(); ++i) {
          tiles[i / 64].weights[i / 4 % 16][i % 4] = weights[i];
        }
        const auto start =
            draw<std::int32_t>(static_cast<std::size_t>(rows * sums_stride), -9999, 9999, 3);
        auto expected = start, found = start;
        Product product = {.weights = tiles.data() + 1,
                           .block_stride = quads + 2,
                           .blocks = blocks,
                           .quads = quads,
                           .rows = activations.data(),
                           .row_stride = row_stride,
                           .row_count = rows,
                           .sums = expected.data(),
                           .sums_stride = sums_stride};
        kernels(Isa::kPortable).multiply(product);
        product.sums = found.data();
        kernels(GetParam()).multiply(product);
        ASSERT_EQ(found, expected) << rows << " rows, " << blocks << " blocks, " << quads;
      }
    }
  }
}

TEST_P(KernelsOfSet, SaturateAsThePlainOnes) {
  constexpr int kRows = 3, kOutputs = 48;
  const auto sums = draw<std::int32_t>(kRows * 50, -(1 << 24), 1 << 24, 1);
  const auto shift = draw<std::int32_t>(kOutputs, 0, 24, 2);
  std::vector<std::int32_t> rounding;
  for (const std::int32_t s : shift) rounding.push_back(1 << s >> 1);
  std::vector<std::uint8_t> expected(kRows * 60, 200), found(kRows * 60, 200);
  Saturation saturation = {.sums = sums.data(),
                           .sums_stride = 50,
                           .rounding = rounding.data(),
                           .shift = shift.data(),
                           .outputs = kOutputs,
                           .row_count = kRows,
                           .out = expected.data(),
                           .out_stride = 60};
  kernels(Isa::kPortable).saturate(saturation);
  saturation.out = found.data();
  kernels(GetParam()).saturate(saturation);
  EXPECT_EQ(found, expected);
}

TEST_P(KernelsOfSet, DotAndAddAsThePlainOnes) {
  for (const int length : {1, 15, 31, 32, 33, 63, 64, 65, 128, 200}) {
    constexpr int kCount = 7;
    const auto size = static_cast<std::size_t>(length);
    // No byte beyond the last row exists: an address sanitizer sees a read past it.
    const auto activations = draw<std::uint8_t>(size * kCount, 0, 127, 4);
    const auto weights = draw<std::int8_t>(size * kCount, -127, 127, 5);
    std::vector<std::int32_t> expected(kCount), found(kCount);
    DotProducts products = {.activations = activations.data(),
                            .activation_stride = length,
                            .weights = weights.data(),
                            .weight_stride = length,
                            .length = length,
                            .count = kCount,
                            .out = expected.data()};
    kernels(Isa::kPortable).dots(products);
    products.out = found.data();
    kernels(GetParam()).dots(products);
    EXPECT_EQ(found, expected) << length;
    for (std::size_t k = 0; k < kCount; ++k) {
      EXPECT_EQ(
          kernels(GetParam()).dot(activations.data() + k * size, weights.data() + k * size, length),
          expected[k]);
    }
  }
  const auto terms = draw<std::int32_t>(64, -(1 << 24), 1 << 24, 6);
  auto expected = draw<std::int32_t>(64, -(1 << 24), 1 << 24, 7);
  auto found = expected;
  kernels(Isa::kPortable).add(expected.data(), terms.data(), 48);
  kernels(GetParam()).add(found.data(), terms.data(), 48);
  EXPECT_EQ(found, expected);
}

TEST(Kernels, AreChosenByTheEnvironment) {
  const char* before = std::getenv("VQCODEC_ISA");
  const std::string saved = before == nullptr ? "" : before;
  setenv("VQCODEC_ISA", "portable", 1);
  EXPECT_EQ(choose_isa(), Isa::kPortable);
  setenv("VQCODEC_ISA", "mmx", 1);
  try {
    choose_isa();
    ADD_FAILURE() << "an unknown set was chosen";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
  }
  unsetenv("VQCODEC_ISA");
  EXPECT_TRUE(is_supported(choose_isa()));
  if (before != nullptr) setenv("VQCODEC_ISA", saved.c_str(), 1);
}

}  // namespace
}  // namespace vqcodec::entropy
