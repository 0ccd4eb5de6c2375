#include "tools/evaluate/summary.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

#include "codec/metrics.h"

namespace vqcodec::tools {
namespace {

using Json = nlohmann::ordered_json;

// Our curve against a peer's, by one measure of quality.
struct Comparison {
  std::string anchor;
  const codec::QualityMeasure* measure = nullptr;
  codec::BdRate full;   // over all that both curves reach
  codec::BdRate usual;  // within the measure's usual range
};

std::vector<Comparison> comparisons(const EvaluationReport& report) {
  std::vector<Comparison> result;
  const std::size_t measures = report.metrics.ms_ssim ? codec::kQualityMeasures.size() : 1;
  for (const auto& measure : std::span(codec::kQualityMeasures).first(measures))
    for (const auto& anchor : report.curves.subspan(1)) {
      const auto& ours = report.curves.front();
      result.push_back({.anchor = anchor.codec,
                        .measure = &measure,
                        .full = compare_curves(anchor, ours, measure, std::nullopt),
                        .usual = compare_curves(anchor, ours, measure, measure.usual_range)});
    }
  return result;
}

template <typename... Values>
std::string formatted(const char* format, Values... values) {
  char text[160];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

std::string mebibytes(std::uint64_t bytes) {
  return bytes > 0 ? formatted("%7.1f", static_cast<double>(bytes) / (1 << 20)) : "      -";
}

std::string point_text(const std::string& codec, const codec::MeanPoint& point,
                       const codec::MetricChoice& metrics) {
  auto line = formatted("%-8s %7g %8.4f %8.3f %8.3f", codec.c_str(), point.setting, point.rate_bpp,
                        point.psnr_db, point.psnr_luma_db);
  if (metrics.ssim) line += point.ssim ? formatted(" %8.5f", *point.ssim) : "        -";
  if (metrics.ms_ssim && point.ms_ssim)
    line += formatted(" %8.5f %8.3f", *point.ms_ssim, codec::ms_ssim_db(*point.ms_ssim));
  else if (metrics.ms_ssim)
    line += formatted(" %8s %8s", "-", "-");
  line += formatted(" %9.3f %9.3f", point.encode_seconds, point.decode_seconds);
  return line + " " + mebibytes(point.encode_peak_bytes) + " " +
         mebibytes(point.decode_peak_bytes) + "\n";
}

std::string bd_rate_text(const codec::BdRate& rate) {
  if (!rate.percent) return "none: " + rate.problem;
  return formatted("%+.2f %% (%.2f to %.2f dB)", *rate.percent, rate.range.low_db,
                   rate.range.high_db);
}

std::string comparison_text(const Comparison& comparison) {
  const auto& range = comparison.measure->usual_range;
  const auto title =
      formatted("%s BD-rate against %s", comparison.measure->name, comparison.anchor.c_str());
  return formatted("%-30s full overlap  ", title.c_str()) + bd_rate_text(comparison.full) + "\n" +
         formatted("%-30s %g to %g dB   ", "", range.low_db, range.high_db) +
         bd_rate_text(comparison.usual) + "\n";
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

Json as_json(const codec::BdRate& rate) {
  if (!rate.percent) return {{"percent", nullptr}, {"problem", rate.problem}};
  return {
      {"percent", *rate.percent}, {"from_db", rate.range.low_db}, {"to_db", rate.range.high_db}};
}

}  // namespace

std::string as_text(const EvaluationReport& report) {
  auto text = formatted("%-8s %7s %8s %8s %8s", "codec", "setting", "bpp", "psnr dB", "luma dB");
  if (report.metrics.ssim) text += formatted(" %8s", "ssim");
  if (report.metrics.ms_ssim) text += formatted(" %8s %8s", "ms-ssim", "dB");
  text += formatted(" %9s %9s %7s %7s\n", "encode s", "decode s", "MiB", "MiB");
  for (const auto& curve : report.curves)
    for (const auto& point : curve.points) text += point_text(curve.codec, point, report.metrics);
  for (const auto& comparison : comparisons(report)) text += comparison_text(comparison);
  return text;
}

std::string as_json(const EvaluationReport& report) {
  Json json = {{"model_name", report.model_name}, {"model", report.model},
               {"pictures", report.pictures},     {"threads", report.threads},
               {"curves", Json::array()},         {"bd_rates", Json::array()}};
  for (const auto& curve : report.curves) {
    Json points = Json::array();
    for (const auto& point : curve.points) points.push_back(as_json(point));
    json["curves"].push_back(
        {{"codec", curve.codec}, {"settings", curve.settings}, {"points", std::move(points)}});
  }
  for (const auto& comparison : comparisons(report))
    json["bd_rates"].push_back({{"against", comparison.anchor},
                                {"measure", comparison.measure->name},
                                {"full_overlap", as_json(comparison.full)},
                                {"usual_range", as_json(comparison.usual)}});
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace vqcodec::tools
