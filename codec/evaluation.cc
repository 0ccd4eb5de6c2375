#include "codec/evaluation.h"

#include <chrono>

#include "codec/metrics.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Empty where a point has no such quality.
std::vector<CurvePoint> drawn_points(const MeanCurve& curve, const QualityMeasure& measure) {
  std::vector<CurvePoint> points;
  for (const auto& point : curve.points) {
    const auto quality_db = measure.quality_db(point);
    if (!quality_db) return {};
    points.push_back({.rate_bpp = point.rate_bpp, .quality_db = *quality_db});
  }
  return points;
}

}  // namespace

const std::array<QualityMeasure, 2> kQualityMeasures = {{
    {.name = "psnr",
     .usual_range = {.low_db = 27, .high_db = 36},
     .quality_db = [](const MeanPoint& point) { return std::optional(point.psnr_db); }},
    {.name = "ms-ssim",
     .usual_range = {.low_db = 10, .high_db = 18},
     .quality_db =
         [](const MeanPoint& point) {
           return point.ms_ssim ? std::optional(ms_ssim_db(*point.ms_ssim)) : std::nullopt;
         }},
}};

Measurement measure(const PeerCodec& codec, double setting, const Image& picture,
                    bool with_ms_ssim) {
  Measurement result;
  const auto start = Clock::now();
  const auto file = codec.encode(picture, setting);
  result.encode_seconds = seconds_since(start);
  const auto encoded = Clock::now();
  const auto decoded = codec.decode(file);
  result.decode_seconds = seconds_since(encoded);
  result.size_bytes = file.size();
  result.rate_bpp = bits_per_pixel(file.size(), picture);
  result.psnr_db = psnr_rgb_db(picture, decoded);
  if (with_ms_ssim) result.ms_ssim = ms_ssim(picture, decoded);
  return result;
}

MeanPoint mean_point(double setting, std::span<const Measurement> pictures) {
  if (pictures.empty()) throw Error(ErrorKind::kInternal, "a mean over no pictures");
  const double share = 1.0 / static_cast<double>(pictures.size());
  MeanPoint mean{.setting = setting, .ms_ssim = 0};
  for (const auto& picture : pictures) {
    mean.rate_bpp += share * picture.rate_bpp;
    mean.psnr_db += share * picture.psnr_db;
    mean.encode_seconds += share * picture.encode_seconds;
    mean.decode_seconds += share * picture.decode_seconds;
    if (!picture.ms_ssim) mean.ms_ssim.reset();
    if (mean.ms_ssim) *mean.ms_ssim += share * *picture.ms_ssim;
  }
  return mean;
}

BdRate compare_curves(const MeanCurve& anchor, const MeanCurve& test, const QualityMeasure& measure,
                      std::optional<QualityRange> range) {
  const auto anchor_points = drawn_points(anchor, measure);
  const auto test_points = drawn_points(test, measure);
  BdRate result;
  try {
    result.range = common_quality(anchor_points, test_points, range);
    result.percent = bd_rate(anchor_points, test_points, range);
  } catch (const Error& error) {  // Too few settings or too far apart: a finding, no failure.
    result.problem = error.what();
  }
  return result;
}

}  // namespace vqcodec::codec
