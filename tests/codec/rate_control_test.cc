#include "codec/rate_control.h"

#include <gtest/gtest.h>

#include <cmath>

#include "codec/codec.h"
#include "codec/metrics.h"
#include "tests/codec/fake_transform.h"
#include "tests/codec/files.h"
#include "tests/codec/test_pictures.h"

namespace vqcodec::codec {
namespace {

using namespace vqcodec::testing;

// A rate that rises with quality and falls with the price of a bit.
double model_rate(const RateSetting& setting) {
  return std::pow(2, setting.quality) / std::pow(setting.lagrangian, 0.25);
}

TEST(RateControl, KnobRunsThroughAllSettings) {
  EXPECT_EQ(setting_at(0, 8), (RateSetting{0, 4}));
  EXPECT_EQ(setting_at(0.5, 8), (RateSetting{0, 1}));
  EXPECT_EQ(setting_at(4.5, 8), (RateSetting{4, 1}));
  EXPECT_EQ(setting_at(8, 8), (RateSetting{7, 0.25}));
}

TEST(RateControl, FindsTheCrossingBetweenNeighbours) {
  for (const double target : {0.8, 1.0, 3.7, 64.0, 150.0}) {
    const Crossing crossing =
        find_crossing(8, [&](const RateSetting& s) { return model_rate(s) > target; });
    ASSERT_TRUE(crossing.below && crossing.beyond);
    EXPECT_LE(model_rate(*crossing.below), target);
    EXPECT_GT(model_rate(*crossing.beyond), target);
    EXPECT_LT(model_rate(*crossing.beyond) / model_rate(*crossing.below), 1.02);
  }
}

TEST(RateControl, SaysWhereATargetIsOutOfReach) {
  EXPECT_FALSE(find_crossing(8, [](const RateSetting&) { return true; }).below);
  EXPECT_FALSE(find_crossing(8, [](const RateSetting&) { return false; }).beyond);
}

class Targets : public ::testing::Test {
 protected:
  std::size_t size_with(const CompressOptions& options) {
    return compress(image, model, transform, options).size();
  }
  const ModelFile model = tiny_model();
  FakeTransform transform;
  const Image image = test_picture(250, 200);
};

TEST_F(Targets, SizeIsNeverExceededAndNearlyReached) {
  const std::size_t smallest = size_with({.quality = 1});
  const std::size_t largest = size_with({.quality = 3});
  for (std::size_t target = smallest; target <= largest; target += (largest - smallest) / 7) {
    const std::size_t size = size_with({.target_size_bytes = target});
    EXPECT_LE(size, target);
    EXPECT_GT(size, target * 94 / 100) << target;
  }
}

TEST_F(Targets, SizeThatIsLargeEnoughGetsTheFinestFile) {
  EXPECT_GT(size_with({.target_size_bytes = 1000000}), size_with({.quality = 3}));
}

TEST_F(Targets, RunTheNetworksOncePerQuality) {
  transform.analyses = 0;
  size_with({.target_size_bytes = size_with({.quality = 2})});
  EXPECT_LE(transform.analyses, 1 + kTinyQualities);
}

TEST_F(Targets, PsnrIsReached) {
  const auto psnr_db = [&](const CompressOptions& options) {
    const auto bytes = compress(image, model, transform, options);
    return psnr_rgb_db(image, decompress(bytes, model, transform, {}));
  };
  const double lowest_db = psnr_db({.quality = 1});
  const double highest_db = psnr_db({.quality = 3});
  for (const double share : {0.0, 0.3, 0.7, 1.0}) {
    const double target_db = lowest_db + share * (highest_db - lowest_db);
    const double reached_db = psnr_db({.target_psnr_db = target_db});
    EXPECT_GE(reached_db, target_db);
    EXPECT_LT(reached_db, target_db + 0.1);
  }
}

TEST_F(Targets, BppIsReached) {
  const double target = bits_per_pixel(size_with({.quality = 2}), image);
  const double bpp = bits_per_pixel(size_with({.target_bpp = target}), image);
  EXPECT_LE(bpp, target);
  EXPECT_GT(bpp, 0.94 * target);
}

// The message names what would be possible.
TEST_F(Targets, OutOfReachAreUsageErrors) {
  for (const CompressOptions& options :
       {CompressOptions{.target_size_bytes = 50}, CompressOptions{.target_bpp = 50},
        CompressOptions{.target_bpp = 1e-6}, CompressOptions{.target_psnr_db = 90}}) {
    try {
      size_with(options);
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      EXPECT_NE(std::string(error.what()).find("nearest possible is"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace vqcodec::codec
