#include "codec/evaluation.h"

#include <gtest/gtest.h>

#include <limits>

#include "codec/metrics.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

Image picture_of(std::vector<std::uint8_t> samples) {
  Image image;
  image.width = 16;
  image.height = 12;
  image.channels = 3;
  image.pixels = std::move(samples);
  return image;
}

// Costs `setting` bytes and returns the picture with every sample raised by 1.
PeerCodec brightening_codec() {
  return {.name = "brightening",
          .settings = "",
          .encode =
              [](const Image& image, double setting) {
                auto file = image.pixels;
                for (auto& sample : file) ++sample;
                file.resize(file.size() + static_cast<std::size_t>(setting));
                return file;
              },
          .decode =
              [](std::span<const std::uint8_t> bytes) {
                return picture_of({bytes.begin(), bytes.begin() + 16 * 12 * 3});
              },
          .sweep = {1}};
}

TEST(Evaluation, APointCountsEveryByteOfTheFileAndComparesWhatItDecodesTo) {
  const auto picture = picture_of(std::vector<std::uint8_t>(16 * 12 * 3, 100));
  const auto point = measure(brightening_codec(), 40, picture, {});
  EXPECT_EQ(point.size_bytes, 16u * 12 * 3 + 40);
  EXPECT_DOUBLE_EQ(point.rate_bpp, 8.0 * (16 * 12 * 3 + 40) / (16 * 12));
  EXPECT_NEAR(point.psnr_db, 48.1308, 1e-4);  // 20 log10(255)
  EXPECT_NEAR(point.psnr_luma_db, 48.1308, 1e-4);
  EXPECT_FALSE(point.ssim);     // not asked for
  EXPECT_FALSE(point.ms_ssim);  // too small
  const auto with_ssim =
      measure(brightening_codec(), 40, picture, {.ssim = true, .ms_ssim = false});
  EXPECT_TRUE(with_ssim.ssim);
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

// A picture too small for a metric says nothing of it, for no codec.
TEST(Evaluation, AMeanIsOfThePicturesThatHaveTheValue) {
  const Measurement first = {.ssim = 0.8, .ms_ssim = 0.9}, without = {.ssim = 0.6},
                    last = {.ssim = 0.7, .ms_ssim = 0.8};
  const auto mean = mean_point(1, std::vector{first, without, last});
  ASSERT_TRUE(mean.ms_ssim && mean.ssim);
  EXPECT_DOUBLE_EQ(*mean.ms_ssim, 0.85);
  EXPECT_EQ(mean.ms_ssim_pictures, 2u);
  EXPECT_DOUBLE_EQ(*mean.ssim, 0.7);
  EXPECT_FALSE(mean_point(1, std::vector{without}).ms_ssim);
}

TEST(Evaluation, APictureThatComesBackAsItWasDoesNotMakeTheMeanInfinite) {
  const double infinite = std::numeric_limits<double>::infinity();
  const Measurement equal = {.psnr_db = infinite, .psnr_luma_db = infinite},
                    other = {.psnr_db = 30, .psnr_luma_db = 40};
  const auto mean = mean_point(1, std::vector{equal, other});
  EXPECT_DOUBLE_EQ(mean.psnr_db, (kPsnrOfEqualDb + 30) / 2);
  EXPECT_DOUBLE_EQ(mean.psnr_luma_db, (kPsnrOfEqualDb + 40) / 2);
}

TEST(Evaluation, MemoryIsThatOfThePictureThatNeedsMost) {
  const Measurement small = {.encode_peak_bytes = 7, .decode_peak_bytes = 9},
                    large = {.encode_peak_bytes = 8, .decode_peak_bytes = 3};
  const auto mean = mean_point(1, std::vector{small, large});
  EXPECT_EQ(mean.encode_peak_bytes, 8u);
  EXPECT_EQ(mean.decode_peak_bytes, 9u);
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

TEST(Evaluation, AConstantGainIsTheBdQualityInEachRange) {
  auto better = curve_of(1);
  for (auto& point : better.points) point.psnr_db += 0.7;
  const auto& psnr = kQualityMeasures[0];
  for (const std::optional<QualityRange> range :
       {std::optional<QualityRange>(), std::optional(psnr.usual_range)}) {
    const auto quality = compare_at_equal_rates(curve_of(1), better, psnr, range);
    ASSERT_TRUE(quality.db) << quality.problem;
    EXPECT_NEAR(*quality.db, 0.7, 1e-9);
    EXPECT_EQ(quality.range.high_bpp, range ? quality.range.high_bpp : 37. * 37);
  }
  EXPECT_NE(compare_at_equal_rates(curve_of(1), curve_of(9), psnr, std::nullopt).problem, "");
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
