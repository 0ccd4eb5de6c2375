#include "codec/bd_rate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

// A monotone piecewise cubic through points of ascending x.
class MonotoneCubic {
 public:
  MonotoneCubic(std::vector<double> x, std::vector<double> y)
      : x_(std::move(x)), y_(std::move(y)), slope_(slopes()) {}

  double low() const { return x_.front(); }
  double high() const { return x_.back(); }
  double value(double x) const;  // at the nearer end for an x outside
  double integral(double low, double high) const;

 private:
  double step(std::size_t k) const { return x_[k + 1] - x_[k]; }
  double secant(std::size_t k) const { return (y_[k + 1] - y_[k]) / step(k); }
  std::vector<double> slopes() const;
  double integral_of_piece(std::size_t k, double t) const;

  std::vector<double> x_, y_, slope_;
};

// Three points' estimate at the end of the piece of secant d0, kept monotone.
double end_slope(double h0, double h1, double d0, double d1) {
  const double slope = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1);
  if (slope * d0 <= 0) return 0;
  if (d0 * d1 <= 0 && std::abs(slope) > 3 * std::abs(d0)) return 3 * d0;
  return slope;
}

// Inside: the weighted harmonic mean of the secants on both sides; 0 where they turn.
std::vector<double> MonotoneCubic::slopes() const {
  const std::size_t pieces = x_.size() - 1;
  if (pieces == 1) return {secant(0), secant(0)};
  std::vector<double> slope(pieces + 1, 0.0);
  slope.front() = end_slope(step(0), step(1), secant(0), secant(1));
  for (std::size_t k = 1; k < pieces; ++k) {
    if (secant(k - 1) * secant(k) <= 0) continue;
    const double w1 = 2 * step(k) + step(k - 1);
    const double w2 = step(k) + 2 * step(k - 1);
    slope[k] = (w1 + w2) / (w1 / secant(k - 1) + w2 / secant(k));
  }
  slope.back() =
      end_slope(step(pieces - 1), step(pieces - 2), secant(pieces - 1), secant(pieces - 2));
  return slope;
}

double MonotoneCubic::value(double x) const {
  std::size_t k = 0;
  while (k + 2 < x_.size() && x > x_[k + 1]) ++k;
  const double h = step(k);
  const double t = std::clamp((x - x_[k]) / h, 0.0, 1.0);
  const double t2 = t * t, t3 = t2 * t;
  return y_[k] * (2 * t3 - 3 * t2 + 1) + y_[k + 1] * (3 * t2 - 2 * t3) +
         h * slope_[k] * (t3 - 2 * t2 + t) + h * slope_[k + 1] * (t3 - t2);
}

// From the start of piece k to the share t of it, 0..1: Hermite's cubic, integrated.
double MonotoneCubic::integral_of_piece(std::size_t k, double t) const {
  const double h = step(k);
  const double t2 = t * t, t3 = t2 * t, t4 = t3 * t;
  return h *
         (y_[k] * (t4 / 2 - t3 + t) + y_[k + 1] * (t3 - t4 / 2) +
          h * slope_[k] * (t4 / 4 - 2 * t3 / 3 + t2 / 2) + h * slope_[k + 1] * (t4 / 4 - t3 / 3));
}

double MonotoneCubic::integral(double low, double high) const {
  double sum = 0;
  for (std::size_t k = 0; k + 1 < x_.size(); ++k) {
    const double from = std::clamp((low - x_[k]) / step(k), 0.0, 1.0);
    const double to = std::clamp((high - x_[k]) / step(k), 0.0, 1.0);
    sum += integral_of_piece(k, to) - integral_of_piece(k, from);
  }
  return sum;
}

using Coordinate = double (*)(const CurvePoint&);
double log_rate(const CurvePoint& point) { return std::log10(point.rate_bpp); }
double quality(const CurvePoint& point) { return point.quality_db; }

MonotoneCubic drawn(Curve curve, Coordinate x_of, Coordinate y_of) {
  if (curve.size() < 2)
    throw Error(ErrorKind::kUsage, "a curve has ", curve.size(), " points, expected 2 or more");
  std::vector<CurvePoint> points(curve.begin(), curve.end());
  for (const CurvePoint& point : points)
    if (!std::isfinite(log_rate(point)) || !std::isfinite(point.quality_db))
      throw Error(ErrorKind::kUsage, "a curve has the point ", point.rate_bpp, " bpp, ",
                  point.quality_db, " dB, expected finite values and a rate above 0");
  std::ranges::sort(points, {}, x_of);
  std::vector<double> x, y;
  for (const CurvePoint& point : points) {
    x.push_back(x_of(point));
    y.push_back(y_of(point));
    if (x.size() > 1 && x[x.size() - 2] == x.back())
      throw Error(ErrorKind::kUsage, "a curve has two points at ", point.rate_bpp, " bpp, ",
                  point.quality_db, " dB, expected different ones");
  }
  return {std::move(x), std::move(y)};
}

double mean_difference(const MonotoneCubic& test, const MonotoneCubic& anchor, double low,
                       double high) {
  return (test.integral(low, high) - anchor.integral(low, high)) / (high - low);
}

}  // namespace

QualityRange common_quality(Curve anchor, Curve test, std::optional<QualityRange> range) {
  const MonotoneCubic a = drawn(anchor, quality, log_rate);
  const MonotoneCubic b = drawn(test, quality, log_rate);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const QualityRange limits = range.value_or(QualityRange{-kInfinity, kInfinity});
  return {std::max({a.low(), b.low(), limits.low_db}),
          std::min({a.high(), b.high(), limits.high_db})};
}

double bd_rate(Curve anchor, Curve test, std::optional<QualityRange> range) {
  const QualityRange common = common_quality(anchor, test, range);
  if (common.high_db <= common.low_db) throw Error(ErrorKind::kUsage, "the curves do not overlap");
  if (common.high_db - common.low_db < kMinOverlapDb)
    throw Error(ErrorKind::kUsage, "the curves overlap from ", common.low_db, " to ",
                common.high_db, " dB, expected ", kMinOverlapDb, " dB or more");
  const double shift =
      mean_difference(drawn(test, quality, log_rate), drawn(anchor, quality, log_rate),
                      common.low_db, common.high_db);
  return (std::pow(10, shift) - 1) * 100;
}

RateRange common_rates(Curve anchor, Curve test, std::optional<QualityRange> range) {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  for (const Curve curve : {anchor, test}) {
    const MonotoneCubic by_rate = drawn(curve, log_rate, quality);
    low = std::max(low, by_rate.low());
    high = std::min(high, by_rate.high());
    if (!range) continue;
    const MonotoneCubic by_quality = drawn(curve, quality, log_rate);
    low = std::max(low, by_quality.value(range->low_db));
    high = std::min(high, by_quality.value(range->high_db));
  }
  return {std::pow(10, low), std::pow(10, high)};
}

double bd_psnr(Curve anchor, Curve test, std::optional<QualityRange> range) {
  const RateRange common = common_rates(anchor, test, range);
  if (common.high_bpp <= common.low_bpp)
    throw Error(ErrorKind::kUsage, "the curves do not overlap");
  if (common.high_bpp < kMinOverlapRatio * common.low_bpp)
    throw Error(ErrorKind::kUsage, "the curves overlap from ", common.low_bpp, " to ",
                common.high_bpp, " bpp, expected a factor of ", kMinOverlapRatio, " or more");
  return mean_difference(drawn(test, log_rate, quality), drawn(anchor, log_rate, quality),
                         std::log10(common.low_bpp), std::log10(common.high_bpp));
}

}  // namespace vqcodec::codec
