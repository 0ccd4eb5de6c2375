#include "tools/evaluate/summary.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "codec/metrics.h"
#include "tools/evaluate/formatted.h"

namespace vqcodec::tools {
namespace {

using Json = nlohmann::ordered_json;

std::string point_text(const codec::MeanPoint& point, const codec::MetricChoice& metrics) {
  auto line = formatted(" %7g %8.4f %8.3f %8.3f", point.setting, point.rate_bpp, point.psnr_db,
                        point.psnr_luma_db);
  if (metrics.ssim) line += point.ssim ? formatted(" %8.5f", *point.ssim) : "        -";
  if (metrics.ms_ssim && point.ms_ssim)
    line += formatted(" %8.5f %8.3f", *point.ms_ssim, codec::ms_ssim_db(*point.ms_ssim));
  else if (metrics.ms_ssim)
    line += "        -        -";
  line += formatted(" %9.3f %9.3f", point.encode_seconds, point.decode_seconds);
  return line + formatted(" %7s %7s\n", mebibytes(point.encode_peak_bytes).c_str(),
                          mebibytes(point.decode_peak_bytes).c_str());
}

std::string curves_text(const EvaluationReport& report) {
  int name_width = 8;
  for (const auto& curve : report.curves)
    name_width = std::max(name_width, static_cast<int>(curve.codec.size()));
  auto text = formatted("%-*s %7s %8s %8s %8s", name_width, "codec", "setting", "bpp", "psnr dB",
                        "luma dB");
  if (report.metrics.ssim) text += "     ssim";
  if (report.metrics.ms_ssim) text += "  ms-ssim       dB";
  text += "  encode s  decode s enc MiB dec MiB\n";
  for (const auto& curve : report.curves)
    for (const auto& point : curve.points)
      text +=
          formatted("%-*s", name_width, curve.codec.c_str()) + point_text(point, report.metrics);
  return text;
}

// What a mean leaves out.
std::string coverage_text(const EvaluationReport& report) {
  if (!report.metrics.ms_ssim || report.curves.empty() || report.curves.front().points.empty())
    return "";
  const auto covered = report.curves.front().points.front().ms_ssim_pictures;
  if (covered == report.pictures) return "";
  return formatted("ms-ssim: over %zu of %zu pictures, those with sides of %d pixels or more\n",
                   covered, report.pictures, codec::kMsSsimMinSide);
}

std::string settings_text(const EvaluationReport& report) {
  std::string text;
  for (const auto& curve : report.curves) text += curve.codec + ": " + curve.settings + "\n";
  return text;
}

std::string difference_text(const Difference& difference) {
  const auto& [rate, quality] = difference;
  const auto rate_text = rate.percent ? formatted("%+.2f %% (%.2f to %.2f dB)", *rate.percent,
                                                  rate.range.low_db, rate.range.high_db)
                                      : "no rate: " + rate.problem;
  const auto quality_text = quality.db ? formatted("%+.3f dB (%.4f to %.4f bpp)", *quality.db,
                                                   quality.range.low_bpp, quality.range.high_bpp)
                                       : "no quality: " + quality.problem;
  return rate_text + ", " + quality_text + "\n";
}

// The difference of rate at equal quality, then of quality at equal rate.
std::string comparison_text(const Comparison& comparison) {
  const auto& range = comparison.measure->usual_range;
  return comparison.test + " against " + comparison.anchor +
         (comparison.published ? " (published)" : "") + ", BD by " + comparison.measure->name +
         "\n  full overlap  " + difference_text(comparison.full) +
         formatted("  %g to %g dB   ", range.low_db, range.high_db) +
         difference_text(comparison.usual);
}

Json as_json(const codec::MeanPoint& point) {
  Json json = {{"setting", point.setting},
               {"bpp", point.rate_bpp},
               {"psnr_rgb_db", point.psnr_db},
               {"psnr_luma_db", point.psnr_luma_db}};
  if (point.ssim) json["ssim"] = *point.ssim;
  if (point.ms_ssim) {
    json["ms_ssim"] = *point.ms_ssim;
    json["ms_ssim_db"] = codec::ms_ssim_db(*point.ms_ssim);
  }
  json["encode_seconds"] = point.encode_seconds;
  json["decode_seconds"] = point.decode_seconds;
  if (point.encode_peak_bytes > 0) json["encode_peak_bytes"] = point.encode_peak_bytes;
  if (point.decode_peak_bytes > 0) json["decode_peak_bytes"] = point.decode_peak_bytes;
  return json;
}

Json as_json(const codec::MeanCurve& curve) {
  Json points = Json::array();
  for (const auto& point : curve.points) points.push_back(as_json(point));
  return {{"codec", curve.codec}, {"settings", curve.settings}, {"points", std::move(points)}};
}

Json as_json(const Difference& difference) {
  const auto& [rate, quality] = difference;
  Json json;
  if (rate.percent)
    json["bd_rate"] = {
        {"percent", *rate.percent}, {"from_db", rate.range.low_db}, {"to_db", rate.range.high_db}};
  else
    json["bd_rate"] = {{"percent", nullptr}, {"problem", rate.problem}};
  if (quality.db)
    json["bd_quality"] = {{"db", *quality.db},
                          {"from_bpp", quality.range.low_bpp},
                          {"to_bpp", quality.range.high_bpp}};
  else
    json["bd_quality"] = {{"db", nullptr}, {"problem", quality.problem}};
  return json;
}

}  // namespace

std::vector<Comparison> comparisons_of(const EvaluationReport& report) {
  return comparisons(report.curves, report.models.size(), report.metrics, report.published);
}

std::string as_text(const EvaluationReport& report) {
  auto text = curves_text(report) + coverage_text(report) + "\n" + settings_text(report) + "\n";
  for (const auto& comparison : comparisons_of(report)) text += comparison_text(comparison);
  return text;
}

std::string as_json(const EvaluationReport& report) {
  Json json = {{"models", Json::array()},
               {"pictures", report.pictures},
               {"threads", report.threads},
               {"curves", Json::array()},
               {"comparisons", Json::array()}};
  for (const auto& model : report.models)
    json["models"].push_back({{"name", model.name}, {"fingerprint", model.fingerprint}});
  for (const auto& curve : report.curves) json["curves"].push_back(as_json(curve));
  for (const auto& comparison : comparisons_of(report))
    json["comparisons"].push_back({{"codec", comparison.test},
                                   {"against", comparison.anchor},
                                   {"published", comparison.published},
                                   {"measure", comparison.measure->name},
                                   {"full_overlap", as_json(comparison.full)},
                                   {"usual_range", as_json(comparison.usual)}});
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace vqcodec::tools
