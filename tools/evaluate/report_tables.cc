#include "tools/evaluate/report_tables.h"

#include <algorithm>
#include <cctype>

#include "codec/metrics.h"
#include "tools/evaluate/comparisons.h"
#include "tools/evaluate/formatted.h"

namespace vqcodec::tools {
namespace {

using Row = std::vector<std::string>;

std::string number(const std::optional<double>& value, int digits) {
  return value ? formatted("%.*f", digits, *value) : "-";
}

std::string signed_number(const std::optional<double>& value, int digits) {
  return value ? formatted("%+.*f", digits, *value) : "-";
}

std::string upper_case(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char letter) { return std::toupper(letter); });
  return text;
}

std::string range_text(const codec::BdRate& rate) {
  return rate.percent ? formatted("%.2f to %.2f", rate.range.low_db, rate.range.high_db)
                      : rate.problem;
}

std::string range_text(const codec::BdQuality& quality) {
  return quality.db ? formatted("%.4f to %.4f", quality.range.low_bpp, quality.range.high_bpp)
                    : quality.problem;
}

Row difference_row(const Comparison& comparison) {
  Row row = {comparison.test, comparison.anchor + (comparison.published ? " (published)" : "")};
  const auto add = [&row](const auto& difference, const std::optional<double>& value, int digits) {
    row.push_back(signed_number(value, digits));
    row.push_back(range_text(difference));
  };
  for (const auto* part : {&comparison.full, &comparison.usual})
    add(part->rate, part->rate.percent, 2);
  for (const auto* part : {&comparison.full, &comparison.usual})
    add(part->quality, part->quality.db, 3);
  return row;
}

Table difference_table(const std::vector<Comparison>& all, const codec::QualityMeasure& measure) {
  const auto usual =
      formatted("%g to %g dB", measure.usual_range.low_db, measure.usual_range.high_db);
  Table table{.title = "Bjøntegaard differences by " + upper_case(measure.name),
              .note =
                  "Rate at equal quality (negative: the first needs less) and quality at equal "
                  "rate (positive: the first is better), over all that both curves reach and "
                  "over " +
                  usual + ". Piecewise cubics through the means of the points.",
              .header = {"codec", "against", "rate, %", "over, dB", "rate, %, " + usual, "over, dB",
                         "quality, dB", "over, bpp", "quality, dB, " + usual, "over, bpp"},
              .rows = {}};
  for (const auto& comparison : all)
    if (comparison.measure == &measure) table.rows.push_back(difference_row(comparison));
  return table;
}

Row point_row(const std::string& codec, const codec::MeanPoint& point,
              const codec::MetricChoice& metrics) {
  Row row = {codec, formatted("%g", point.setting), formatted("%.4f", point.rate_bpp),
             formatted("%.3f", point.psnr_db), formatted("%.3f", point.psnr_luma_db)};
  if (metrics.ssim) row.push_back(number(point.ssim, 5));
  if (metrics.ms_ssim) {
    row.push_back(number(point.ms_ssim, 5));
    row.push_back(point.ms_ssim ? formatted("%.3f", codec::ms_ssim_db(*point.ms_ssim)) : "-");
  }
  for (const double seconds : {point.encode_seconds, point.decode_seconds})
    row.push_back(formatted("%.3f", seconds));
  for (const auto bytes : {point.encode_peak_bytes, point.decode_peak_bytes})
    row.push_back(mebibytes(bytes));
  return row;
}

Table point_table(const EvaluationReport& report) {
  Table table{.title = "Points",
              .note =
                  "Means over the pictures, of each picture's values (MS-SSIM and SSIM: of those "
                  "large enough; a picture that comes back as it was counts as 100 dB); memory is "
                  "the largest, on top of the picture's own.",
              .header = {"codec", "setting", "bpp", "PSNR, dB", "luma PSNR, dB"},
              .rows = {}};
  auto& header = table.header;
  if (report.metrics.ssim) header.push_back("SSIM");
  if (report.metrics.ms_ssim) header.insert(header.end(), {"MS-SSIM", "MS-SSIM, dB"});
  header.insert(header.end(), {"encode, s", "decode, s", "encode, MiB", "decode, MiB"});
  for (const auto& curve : report.curves)
    for (const auto& point : curve.points)
      table.rows.push_back(point_row(curve.codec, point, report.metrics));
  return table;
}

Table settings_table(const EvaluationReport& report) {
  Table table{.title = "Settings of the codecs",
              .note = "The setting of each point comes on top of these.",
              .header = {"codec", "settings"},
              .rows = {}};
  for (const auto& curve : report.curves) table.rows.push_back({curve.codec, curve.settings});
  return table;
}

Table source_table(const EvaluationReport& report) {
  Table table{.title = "Sources of the published curves",
              .note = "Measured by others, over pictures and in ways that may not be ours.",
              .header = {"codec", "source"},
              .rows = {}};
  for (const auto& curve : report.published)
    table.rows.push_back({curve.by_measure[0].codec, curve.source});
  return table;
}

}  // namespace

std::vector<Table> report_tables(const EvaluationReport& report) {
  std::vector<Table> tables;
  const auto differences = comparisons_of(report);
  for (const auto& measure : codec::kQualityMeasures) {
    auto table = difference_table(differences, measure);
    if (!table.rows.empty()) tables.push_back(std::move(table));
  }
  tables.push_back(point_table(report));
  tables.push_back(settings_table(report));
  if (!report.published.empty()) tables.push_back(source_table(report));
  return tables;
}

}  // namespace vqcodec::tools
