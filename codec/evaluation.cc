#include "codec/evaluation.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "codec/metrics.h"
#include "codec/peak_memory.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

using Clock = std::chrono::steady_clock;

struct Cost {
  double seconds = 0;
  std::uint64_t peak_bytes = 0;
};

// What `work` gives, and what that took.
template <typename Work>
auto with_cost(Work&& work) {
  const PeakMemory memory;
  const auto start = Clock::now();
  auto result = std::forward<Work>(work)();
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return std::pair(std::move(result),
                   Cost{.seconds = seconds, .peak_bytes = memory.bytes().value_or(0)});
}

std::optional<double> mean_of_present(std::span<const Measurement> pictures,
                                      std::optional<double> Measurement::*value) {
  double sum = 0;
  std::size_t count = 0;
  for (const auto& picture : pictures) {
    sum += (picture.*value).value_or(0);
    count += (picture.*value).has_value();
  }
  return count > 0 ? std::optional(sum / static_cast<double>(count)) : std::nullopt;
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
                    const MetricChoice& metrics) {
  const auto [file, encoding] = with_cost([&] { return codec.encode(picture, setting); });
  const auto [decoded, decoding] = with_cost([&, &bytes = file] { return codec.decode(bytes); });
  Measurement result{.size_bytes = file.size(),
                     .rate_bpp = bits_per_pixel(file.size(), picture),
                     .psnr_db = psnr_rgb_db(picture, decoded),
                     .psnr_luma_db = psnr_luma_db(picture, decoded),
                     .encode_seconds = encoding.seconds,
                     .decode_seconds = decoding.seconds,
                     .encode_peak_bytes = encoding.peak_bytes,
                     .decode_peak_bytes = decoding.peak_bytes};
  if (metrics.ssim) result.ssim = ssim(picture, decoded);
  if (metrics.ms_ssim) result.ms_ssim = ms_ssim(picture, decoded);
  return result;
}

MeanPoint mean_point(double setting, std::span<const Measurement> pictures) {
  if (pictures.empty()) throw Error(ErrorKind::kInternal, "a mean over no pictures");
  const double share = 1.0 / static_cast<double>(pictures.size());
  MeanPoint mean{.setting = setting};
  for (const auto& picture : pictures) {
    mean.rate_bpp += share * picture.rate_bpp;
    mean.psnr_db += share * std::min(picture.psnr_db, kPsnrOfEqualDb);
    mean.psnr_luma_db += share * std::min(picture.psnr_luma_db, kPsnrOfEqualDb);
    mean.ms_ssim_pictures += picture.ms_ssim.has_value();
    mean.encode_seconds += share * picture.encode_seconds;
    mean.decode_seconds += share * picture.decode_seconds;
    mean.encode_peak_bytes = std::max(mean.encode_peak_bytes, picture.encode_peak_bytes);
    mean.decode_peak_bytes = std::max(mean.decode_peak_bytes, picture.decode_peak_bytes);
  }
  mean.ssim = mean_of_present(pictures, &Measurement::ssim);
  mean.ms_ssim = mean_of_present(pictures, &Measurement::ms_ssim);
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

BdQuality compare_at_equal_rates(const MeanCurve& anchor, const MeanCurve& test,
                                 const QualityMeasure& measure, std::optional<QualityRange> range) {
  const auto anchor_points = drawn_points(anchor, measure);
  const auto test_points = drawn_points(test, measure);
  BdQuality result;
  try {
    result.range = common_rates(anchor_points, test_points, range);
    result.db = bd_psnr(anchor_points, test_points, range);
  } catch (const Error& error) {
    result.problem = error.what();
  }
  return result;
}

}  // namespace vqcodec::codec
