// codec/bd_rate.h: mean difference of two rate-distortion curves.
//
// Curves are drawn through their points by monotone cubics over log10(rate) (PCHIP) and compared
// where both have values; the integrals are exact. Points may come in any order.
// Source: Bjontegaard, "Calculation of average PSNR differences between RD-curves", VCEG-M33, 2001,
// with Fritsch and Butland, "A method for constructing local monotone piecewise cubic
// interpolants", SIAM J. Sci. Stat. Comput. 1984, in place of his one cubic.
#pragma once

#include <optional>
#include <span>

namespace vqcodec::codec {

struct CurvePoint {
  double rate_bpp = 0;
  double quality_db = 0;
};
using Curve = std::span<const CurvePoint>;

struct QualityRange {
  double low_db = 0;
  double high_db = 0;
};

// A mean over less than this says nothing about the curves.
inline constexpr double kMinOverlapDb = 0.25;
inline constexpr double kMinOverlapRatio = 1.1;  // of rates

struct RateRange {
  double low_bpp = 0;
  double high_bpp = 0;
};

// Where both curves have a value, within `range`. May be empty: high_db < low_db.
QualityRange common_quality(Curve anchor, Curve test, std::optional<QualityRange> range = {});

// Likewise of rates: where both curves have a value and that is within `range`.
RateRange common_rates(Curve anchor, Curve test, std::optional<QualityRange> range = {});

// Rate of `test` against `anchor` at equal quality, in percent: negative is better. Throws
// Error(kUsage) for fewer than two points, for points of equal quality, for rates that are not
// positive, and where the curves overlap by less than kMinOverlapDb.
double bd_rate(Curve anchor, Curve test, std::optional<QualityRange> range = {});

// Quality of `test` over `anchor` at equal rate, in dB: positive is better. Throws likewise, for
// points of equal rate and an overlap by less than the factor kMinOverlapRatio.
double bd_psnr(Curve anchor, Curve test, std::optional<QualityRange> range = {});

}  // namespace vqcodec::codec
