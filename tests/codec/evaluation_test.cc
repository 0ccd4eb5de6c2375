#include "codec/evaluation.h"

#include <gtest/gtest.h>

#include "codec/metrics.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

Image picture_of(std::vector<std::uint8_t> samples) {
  Image image;
  image.width = 16;
  image.height = 8;
  image.channels = 3;
  image.pixels = std::move(samples);
  return image;
}

// Costs `setting` bytes and returns the picture with every sample raised by 1.
PeerCodec brightening_codec() {
  return {.name = "brightening",
          .encode =
              [](const Image& image, double setting) {
                auto file = image.pixels;
                for (auto& sample : file) ++sample;
                file.resize(file.size() + static_cast<std::size_t>(setting));
                return file;
              },
          .decode =
              [](std::span<const std::uint8_t> bytes) {
                return picture_of({bytes.begin(), bytes.begin() + 16 * 8 * 3});
              },
          .sweep = {1}};
}

TEST(Evaluation, APointCountsEveryByteOfTheFileAndComparesWhatItDecodesTo) {
  const auto picture = picture_of(std::vector<std::uint8_t>(16 * 8 * 3, 100));
  const auto point = measure(brightening_codec(), 40, picture, {});
  EXPECT_EQ(point.size_bytes, 16u * 8 * 3 + 40);
  EXPECT_DOUBLE_EQ(point.rate_bpp, 8.0 * (16 * 8 * 3 + 40) / (16 * 8));
  EXPECT_NEAR(point.psnr_db, 48.1308, 1e-4);  // 20 log10(255)
  EXPECT_FALSE(point.ms_ssim);                // too small
  EXPECT_GE(point.encode_seconds, 0);
}

TEST(Evaluation, MeansAreTakenOverThePicturesValues) {
  const Measurement pictures[] = {
      {.size_bytes = 10, .rate_bpp = 0.2, .psnr_db = 30, .ms_ssim = 0.9, .encode_seconds = 1},
      {.size_bytes = 99, .rate_bpp = 0.6, .psnr_db = 40, .ms_ssim = 0.99, .encode_seconds = 2}};
  const auto mean = mean_point(7, pictures);
  EXPECT_EQ(mean.setting, 7);
  EXPECT_DOUBLE_EQ(mean.rate_bpp, 0.4);
  EXPECT_DOUBLE_EQ(mean.psnr_db, 35);
  ASSERT_TRUE(mean.ms_ssim);
  EXPECT_DOUBLE_EQ(*mean.ms_ssim, 0.945);
  EXPECT_DOUBLE_EQ(mean.encode_seconds, 1.5);
}

TEST(Evaluation, AMeanWithoutOneOfItsPicturesIsNone) {
  const Measurement first = {.ms_ssim = 0.9}, without = {}, last = {.ms_ssim = 0.9};
  EXPECT_FALSE(mean_point(1, std::vector{first, without, last}).ms_ssim);
}

MeanCurve curve_of(double factor) {
  MeanCurve curve{.codec = "", .settings = "", .points = {}};
  for (const double psnr_db : {25., 29., 33., 37.})
    curve.points.push_back({.setting = psnr_db,
                            .rate_bpp = factor * psnr_db * psnr_db,
                            .psnr_db = psnr_db,
                            .ms_ssim = 1 - 1 / psnr_db});
  return curve;
}

TEST(Evaluation, AConstantFactorOfRateIsTheBdRateInEachMeasureAndRange) {
  for (const auto& measure : kQualityMeasures)
    for (const std::optional<QualityRange> range :
         {std::optional<QualityRange>(), std::optional(measure.usual_range)}) {
      const auto rate = compare_curves(curve_of(1), curve_of(0.75), measure, range);
      ASSERT_TRUE(rate.percent) << measure.name << ": " << rate.problem;
      EXPECT_NEAR(*rate.percent, -25, 1e-9) << measure.name;
    }
}

TEST(Evaluation, TheRangeIsWhatTheMeanIsOver) {
  const auto& psnr = kQualityMeasures[0];
  const auto full = compare_curves(curve_of(1), curve_of(2), psnr, std::nullopt).range;
  EXPECT_EQ(full.low_db, 25);
  EXPECT_EQ(full.high_db, 37);
  const auto usual = compare_curves(curve_of(1), curve_of(2), psnr, psnr.usual_range).range;
  EXPECT_EQ(usual.low_db, 27);
  EXPECT_EQ(usual.high_db, 36);
}

TEST(Evaluation, CurvesThatCannotBeComparedSayWhy) {
  auto lone = curve_of(1);
  lone.points.resize(1);
  const auto rate = compare_curves(curve_of(1), lone, kQualityMeasures[0], std::nullopt);
  EXPECT_FALSE(rate.percent);
  EXPECT_EQ(rate.problem, "a curve has 1 points, expected 2 or more");
}

}  // namespace
}  // namespace vqcodec::codec
