#include "models/inference/plain_choice.h"

#include <gtest/gtest.h>

#include "tests/inference/tiny_networks.h"

namespace vqcodec::models {
namespace {

using namespace vqcodec::testing;

codec::PlainCells choice(const TinyNetworks& tiny, codec::Tuning tuning) {
  const auto bytes = bytes_of(tiny);
  const auto file = read_network_file(bytes);
  const auto networks = make_cpu_networks(file, Precision::kFloat32);
  auto picture = noise_picture(64, 128, 2);  // of single black and white pixels
  for (std::size_t i = 0; i < picture.values.size(); ++i)
    picture.values[i] = std::round(picture.values[i / 3 * 3]);
  const PlainChoice choice{*networks, tuning, file.options.lambda(0), /*quality=*/0,
                           /*threads=*/1};
  return choice.better_plain(picture, networks->analyse(picture, 0, {}, 1));
}

TEST(PlainChoice, MarksWhatTheNetworksBreakAndNothingElse) {
  for (const auto tuning : {codec::Tuning::kPsnr, codec::Tuning::kMsSsim}) {
    const auto cells = choice({.lap_deviation = 0.05f, .log_restore = -0.2f}, tuning);
    ASSERT_EQ(cells.columns, 4);
    ASSERT_EQ(cells.rows, 2);
    for (int i = 0; i < 8; ++i) EXPECT_TRUE(cells.at(i / 4, i % 4)) << i;
    EXPECT_FALSE(choice({}, tuning).any());
  }
}

// Damage that saves no bits.
TEST(PlainChoice, CountsDistortionByLambda) {
  const CodecOptions careless{.hidden = 8, .blocks = 1, .lambdas = {1e-6}};
  EXPECT_TRUE(choice({.log_restore = -0.2f}, codec::Tuning::kPsnr).any());
  EXPECT_FALSE(choice({.log_restore = -0.2f, .options = careless}, codec::Tuning::kPsnr).any());
}

TEST(PlainChoice, ActivePlacesAreFourByFourACell) {
  const auto active = active_places({.columns = 2, .rows = 1, .plain = {1, 0}});
  ASSERT_EQ(active.size(), 32u);
  for (std::size_t i = 0; i < active.size(); ++i) EXPECT_EQ(active[i], i % 8 >= 4) << i;
  EXPECT_TRUE(active_places({.columns = 2, .rows = 1, .plain = {0, 0}}).empty());
}

}  // namespace
}  // namespace vqcodec::models
