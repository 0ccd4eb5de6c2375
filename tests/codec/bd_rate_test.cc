// Reference values: testdata/bd_checks.csv, computed with scipy's PCHIP over
// testdata/bd_curves.csv.
#include "codec/bd_rate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "tests/codec/csv.h"
#include "tests/codec/files.h"

namespace vqcodec::codec {
namespace {

using Points = std::vector<CurvePoint>;

std::map<std::string, Points> reference_curves() {
  std::map<std::string, Points> curves;
  for (const CsvRow& row : read_csv(testdata("bd_curves.csv")))
    curves[row.at("curve")].push_back({number(row, "bpp"), number(row, "quality_db")});
  return curves;
}

TEST(BdRate, AgreesWithTheReference) {
  const auto curves = reference_curves();
  int rows = 0;
  for (const CsvRow& row : read_csv(testdata("bd_checks.csv"))) {
    SCOPED_TRACE(row.at("anchor") + " against " + row.at("test"));
    const Points& anchor = curves.at(row.at("anchor"));
    const Points& test = curves.at(row.at("test"));
    if (row.at("overlap_lo_db").empty()) {
      EXPECT_EQ(error_of([&] { bd_rate(anchor, test); }), ErrorKind::kUsage);
      EXPECT_EQ(error_of([&] { bd_psnr(anchor, test); }), ErrorKind::kUsage);
      continue;
    }
    const QualityRange common = common_quality(anchor, test);
    EXPECT_NEAR(common.low_db, number(row, "overlap_lo_db"), 1e-5);
    EXPECT_NEAR(common.high_db, number(row, "overlap_hi_db"), 1e-5);
    EXPECT_NEAR(bd_rate(anchor, test), number(row, "bd_rate_pchip_pct"), 1e-6);
    EXPECT_NEAR(bd_psnr(anchor, test), number(row, "bd_quality_pchip_db"), 1e-6);
    ++rows;
  }
  EXPECT_EQ(rows, 12);
}

const Points kCurve = {{0.1, 26}, {0.2, 28.5}, {0.4, 31}, {0.8, 34}, {1.6, 38}};

Points with_rates(double factor, Points points) {
  for (CurvePoint& point : points) point.rate_bpp *= factor;
  return points;
}

TEST(BdRate, ConstantFactorOfRateIsTheResult) {
  EXPECT_NEAR(bd_rate(kCurve, with_rates(0.8, kCurve)), -20, 1e-10);
  EXPECT_NEAR(bd_rate(kCurve, kCurve), 0, 1e-10);
}

TEST(BdRate, OrderOfPointsDoesNotMatter) {
  Points reversed = kCurve;
  std::ranges::reverse(reversed);
  EXPECT_EQ(bd_rate(kCurve, reversed), bd_rate(kCurve, kCurve));
  EXPECT_EQ(bd_psnr(reversed, kCurve), 0);
}

// Over two halves of equal length the logarithms average to that over the whole.
TEST(BdRate, RangeCutsTheIntegral) {
  const Points test = {{0.09, 26}, {0.15, 28}, {0.5, 33}, {1.2, 38}};
  const auto shift = [&](double low, double high) {
    return std::log10(1 + bd_rate(kCurve, test, QualityRange{low, high}) / 100);
  };
  EXPECT_NEAR((shift(26, 32) + shift(32, 38)) / 2, shift(26, 38), 1e-12);
  EXPECT_EQ(bd_rate(kCurve, test, QualityRange{0, 99}), bd_rate(kCurve, test));
}

// Straight over log10(rate) x: 30 + 10 x and 31 + 14 x for x = -1..1. Both are within 27..36 dB for
// x = -4/14..5/14, where the second is 1 + 4 (1/28) above the first.
TEST(BdRate, RangeOfQualityCutsTheRates) {
  const Points anchor = {{0.1, 20}, {10, 40}}, test = {{0.1, 17}, {10, 45}};
  const RateRange common = common_rates(anchor, test, QualityRange{27, 36});
  EXPECT_NEAR(std::log10(common.low_bpp), -4.0 / 14, 1e-12);
  EXPECT_NEAR(std::log10(common.high_bpp), 5.0 / 14, 1e-12);
  EXPECT_NEAR(bd_psnr(anchor, test, QualityRange{27, 36}), 1 + 4.0 / 28, 1e-12);
  EXPECT_NEAR(bd_psnr(anchor, test, QualityRange{0, 99}), bd_psnr(anchor, test), 1e-12);
}

TEST(BdRate, ACurveHasTheRatesOfItsPointsAtTheirQualities) {
  const RateRange common = common_rates(kCurve, kCurve, QualityRange{28.5, 34});
  EXPECT_NEAR(common.low_bpp, 0.2, 1e-12);
  EXPECT_NEAR(common.high_bpp, 0.8, 1e-12);
}

// Of a curve that bends: its rates at the range's ends are those of the curve over quality.
TEST(BdRate, ConstantShiftOfQualityIsTheResultInAnyRange) {
  Points better = kCurve;
  for (CurvePoint& point : better) point.quality_db += 0.5;
  EXPECT_NEAR(bd_psnr(kCurve, better), 0.5, 1e-10);
  EXPECT_NEAR(bd_psnr(kCurve, better, QualityRange{27, 36}), 0.5, 1e-10);
}

// Where curves turn, worked out by hand: over a piece of length 1 the mean is that of its ends plus
// a twelfth of the difference of its end slopes.
TEST(BdRate, CurvesDoNotOvershootWhereTheyTurn) {
  const Points flat = {{1, 0}, {1, 2}};
  const auto mean_of_first_piece = [&](double y1, double y2) {  // of log10(rate), from (0, 0) on
    const Points test = {{1, 0}, {std::pow(10, y1), 1}, {std::pow(10, y2), 2}};
    return std::log10(1 + bd_rate(flat, test, QualityRange{0, 1}) / 100);
  };
  EXPECT_NEAR(mean_of_first_piece(1, 0), 0.5 + (2.0 - 0.0) / 12, 1e-9);      // turns at 1
  EXPECT_NEAR(mean_of_first_piece(1, -8), 0.5 + (3.0 - 0.0) / 12, 1e-9);     // end slope 6, cut
  EXPECT_NEAR(mean_of_first_piece(1, 6), 0.5 + (0.0 - 5.0 / 3) / 12, 1e-9);  // end slope -1, cut
}

TEST(BdRate, RefusesAnOverlapThatIsTooShort) {
  const Points next = {{1.5, 37.8}, {3.2, 41}};
  EXPECT_EQ(error_of([&] { bd_rate(kCurve, next); }), ErrorKind::kUsage);
  EXPECT_EQ(error_of([&] { bd_psnr(kCurve, next); }), ErrorKind::kUsage);
  for (const QualityRange range : {QualityRange{30, 30.1}, QualityRange{39, 45}}) {
    EXPECT_EQ(error_of([&] { bd_rate(kCurve, kCurve, range); }), ErrorKind::kUsage);
    EXPECT_EQ(error_of([&] { bd_psnr(kCurve, kCurve, range); }), ErrorKind::kUsage);
  }
}

TEST(BdRate, RefusesCurvesThatAreNone) {
  for (const Points& curve : {Points{}, Points{{0.5, 30}}, Points{{0.5, 30}, {0.6, 30}, {0.9, 34}},
                              Points{{0, 30}, {0.5, 33}}, Points{{-1, 30}, {0.5, 33}}})
    EXPECT_EQ(error_of([&] { bd_rate(kCurve, curve); }), ErrorKind::kUsage);
  EXPECT_EQ(error_of([&] {
              bd_psnr(kCurve, Points{{0.5, 30}, {0.5, 31}, {0.9, 34}});
            }),
            ErrorKind::kUsage);
}

}  // namespace
}  // namespace vqcodec::codec
