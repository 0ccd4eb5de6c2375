#include <gtest/gtest.h>

#include <thread>

#include "entropy/error.h"
#include "models/inference/networks.h"
#include "tests/inference/tiny_networks.h"

namespace vqcodec::models {
namespace {

using namespace vqcodec::testing;

std::unique_ptr<Networks> networks_of(const std::vector<std::uint8_t>& bytes,
                                      Precision precision = Precision::kFloat32) {
  return make_cpu_networks(read_network_file(bytes), precision);
}

// Where the networks are off, the transform is orthonormal: it gives the picture back, and its
// latents' energy is the picture's, in steps of a hundredth.
TEST(CpuNetworks, InactiveEverywhereIsOrthonormal) {
  const TinyNetworks tiny{.lap_deviation = 0.05f, .log_restore = -0.2f};
  const auto networks = networks_of(bytes_of(tiny));
  const auto picture = noise_picture(64, 96, 2);
  const std::vector<std::uint8_t> nowhere(8 * 12, 0);
  const auto levels = networks->analyse(picture, 0, nowhere, 1);
  ASSERT_EQ(levels.size(), 3u);
  double latent_energy = 0, energy = 0;
  for (const auto& level : levels)
    for (const double value : level.values) latent_energy += value * value * 1e-4;
  for (const double value : picture.values) energy += (value - 0.5) * (value - 0.5);
  EXPECT_NEAR(latent_energy / energy, 1, 1e-5);
  EXPECT_LT(largest_difference(networks->synthesise(levels, 0, nowhere, 1), picture), 1e-4);
  const auto active = networks->synthesise(networks->analyse(picture, 0, {}, 1), 0, {}, 1);
  EXPECT_GT(largest_difference(active, picture), 1e-2);
}

TEST(CpuNetworks, ActiveEverywhereIsWhatNoMaskIs) {
  const TinyNetworks tiny{.lap_deviation = 0.05f, .log_restore = -0.2f};
  const auto networks = networks_of(bytes_of(tiny));
  const auto picture = noise_picture(64, 32, 2);
  const std::vector<std::uint8_t> everywhere(8 * 4, 1);
  const auto masked = networks->analyse(picture, 0, everywhere, 1);
  const auto levels = networks->analyse(picture, 0, {}, 1);
  for (std::size_t l = 0; l < 3; ++l) EXPECT_EQ(masked[l].values, levels[l].values);
  EXPECT_EQ(networks->synthesise(levels, 0, everywhere, 1).values,
            networks->synthesise(levels, 0, {}, 1).values);
}

// A flat picture has nothing but its mean, which passes all Haar steps: 8 x 4 times the grey level.
TEST(CpuNetworks, AFlatPictureIsInTheFirstChannelAlone) {
  const TinyNetworks tiny;
  const auto networks = networks_of(bytes_of(tiny));
  auto picture = make_grid(32, 64, 3);
  for (auto& value : picture.values) value = 0.75f;
  const auto levels = networks->analyse(picture, 0, std::vector<std::uint8_t>(4 * 8, 0), 1);
  for (int x = 0; x < 2; ++x) {
    EXPECT_NEAR(levels[0].at(0, x)[0], 0.25 * std::sqrt(3.0) * 8 * 4 * 100, 1e-2);
    for (int c = 1; c < levels[0].channels; ++c) EXPECT_NEAR(levels[0].at(0, x)[c], 0, 1e-2);
  }
  for (std::size_t l = 1; l < 3; ++l)
    for (const float value : levels[l].values) EXPECT_NEAR(value, 0, 1e-2);
}

TEST(CpuNetworks, ThreadsDoNotChangeThePicture) {
  const TinyNetworks tiny{.lap_deviation = 0.05f};
  const auto networks = networks_of(bytes_of(tiny), Precision::kFast);
  const auto picture = noise_picture(96, 160, 5);
  const auto expected = networks->synthesise(networks->analyse(picture, 0, {}, 1), 0, {}, 1);
  std::vector<Grid> results(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < results.size(); ++i)
    threads.emplace_back([&, i] {
      const int own = 1 + static_cast<int>(i % 2);
      results[i] = networks->synthesise(networks->analyse(picture, 0, {}, own), 0, {}, own);
    });
  for (auto& thread : threads) thread.join();
  for (const auto& result : results) EXPECT_LT(largest_difference(result, expected), 1e-5);
}

// Beside another picture's synthesis too, and for a size that is not the one that follows.
TEST(CpuNetworks, PreparingDoesNotChangeThePicture) {
  const TinyNetworks tiny{.lap_deviation = 0.05f};
  const auto networks = networks_of(bytes_of(tiny), Precision::kFast);
  const auto levels = networks->analyse(noise_picture(96, 160, 5), 0, {}, 1);
  const auto expected = networks->synthesise(levels, 0, {}, 1);
  std::thread beside([&] {
    for (const int height : {12, 12, 40}) networks->prepare(height, /*width=*/20, /*threads=*/1);
  });
  EXPECT_EQ(networks->synthesise(levels, 0, {}, 1).values, expected.values);
  beside.join();
  EXPECT_EQ(networks->synthesise(levels, 0, {}, 1).values, expected.values);
}

// What comes from a file is an index only after it was checked.
TEST(CpuNetworks, RefusesAnOrderThatIsNone) {
  const TinyNetworks tiny{.order_is_permutation = false};
  const auto bytes = bytes_of(tiny);
  EXPECT_THROW(networks_of(bytes), Error);
}

}  // namespace
}  // namespace vqcodec::models
