#include "tools/evaluate/report.h"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "entropy/error.h"
#include "tools/evaluate/formatted.h"
#include "tools/evaluate/lazy_picture.h"
#include "tools/evaluate/plots.h"
#include "tools/evaluate/report_page.h"
#include "tools/evaluate/report_tables.h"
#include "tools/evaluate/shown_pictures.h"
#include "tools/library/file_io.h"
#include "tools/output_file.h"
#include "tools/progress.h"

namespace vqcodec::tools {
namespace {

PlottedCurve plotted(const codec::MeanCurve& curve, CurveRole role,
                     const codec::QualityMeasure& measure) {
  PlottedCurve result{.name = curve.codec, .role = role, .points = {}};
  for (const auto& point : curve.points)
    if (const auto quality_db = measure.quality_db(point))
      result.points.push_back({.rate_bpp = point.rate_bpp, .quality_db = *quality_db});
  return result;
}

// Empty where nothing was measured by it.
Plot plot_by(std::size_t measure_index, const EvaluationReport& report) {
  const auto& measure = codec::kQualityMeasures[measure_index];
  Plot plot{.quality = measure_index == 0 ? "PSNR (dB)" : "MS-SSIM (dB)", .curves = {}};
  const auto add = [&](const codec::MeanCurve& curve, CurveRole role) {
    auto line = plotted(curve, role, measure);
    if (!line.points.empty()) plot.curves.push_back(std::move(line));
  };
  for (std::size_t i = 0; i < report.curves.size(); ++i)
    add(report.curves[i], i < report.models.size() ? CurveRole::kOurs : CurveRole::kPeer);
  if (plot.curves.empty()) return plot;
  for (const auto& curve : report.published)
    add(curve.by_measure[measure_index], CurveRole::kPublished);
  return plot;
}

std::vector<Chart> draw_charts(const std::filesystem::path& folder,
                               const EvaluationReport& report) {
  std::vector<Chart> charts;
  for (std::size_t i = 0; i < codec::kQualityMeasures.size(); ++i) {
    const auto plot = plot_by(i, report);
    if (plot.curves.empty()) continue;
    const auto path = folder / codec::kQualityMeasures[i].name;
    try {
      if (!draw_plot(plot, path)) {
        std::fputs("vqcodec: found no gnuplot: the report has no plots\n", stderr);
        return {};
      }
    } catch (const Error& error) {  // The figures are worth more than their plots.
      std::fprintf(stderr, "vqcodec: %s\n", error.what());
      continue;
    }
    const auto svg = library::read_file(path.string() + ".svg");
    charts.push_back({"Rate against " + plot.quality, {svg.begin(), svg.end()}});
  }
  return charts;
}

// Under the names of their curves; of ours the first.
std::vector<codec::PeerCodec> shown_codecs(std::span<const EvaluatedCodec> codecs,
                                           std::size_t own_codecs, const std::string& beside) {
  std::vector<codec::PeerCodec> shown;
  for (std::size_t i = 0; i < codecs.size(); ++i) {
    if (i > 0 && i < own_codecs) continue;
    shown.push_back(codecs[i].codec);
    shown.back().name = codecs[i].shown_name;
  }
  const auto first =
      std::ranges::find(shown, beside.empty() ? "avif" : beside, &codec::PeerCodec::name);
  if (first > shown.begin() && first != shown.end())
    std::rotate(shown.begin() + 1, first, first + 1);
  else if (!beside.empty())
    throw Error(ErrorKind::kUsage, "--beside ", beside,
                ": found no such codec, expected one of the others that are evaluated");
  return shown;
}

double shown_quality(const std::vector<double>& measured, int asked) {
  if (asked == 0) return measured[(measured.size() - 1) / 2];
  if (std::ranges::find(measured, asked) == measured.end())
    throw Error(ErrorKind::kUsage, "--report-quality ", asked,
                ": found no such quality, expected one of those evaluated");
  return asked;
}

std::vector<ShownPicture> show_pictures(const ReportPlan& plan,
                                        std::span<const std::string> pictures, bool quiet) {
  if (plan.shown.empty()) return {};
  const auto shown_paths = pictures.first(std::min(pictures.size(), plan.pictures));
  std::vector<ShownPicture> shown;
  Progress progress(shown_paths.size(), !quiet);
  for (const auto& path : shown_paths) {
    const Progress::Job job(progress, path);
    LazyPicture picture(path);
    const auto name = std::filesystem::path(path).filename().string();
    shown.push_back(library::naming(path, [&] {
      return shown_picture(name, picture.image(), plan.shown.front(), plan.quality,
                           std::span(plan.shown).subspan(1), plan.side_pixels);
    }));
  }
  return shown;
}

std::string names_of(const EvaluationReport& report) {
  std::string names;
  for (const auto& curve : report.curves) names += (names.empty() ? "" : ", ") + curve.codec;
  return names;
}

std::string summary_of(const EvaluationReport& report) {
  auto text = formatted(
      "Means over %zu pictures; ours with -T %d. Rates count every byte of "
      "each file; qualities compare 8-bit pixels.",
      report.pictures, report.threads);
  for (const auto& model : report.models)
    text += " Model " + model.name + " has the fingerprint " + model.fingerprint + ".";
  return text;
}

}  // namespace

void add_report_options(CLI::App& parser, ReportOptions& options) {
  const auto add = [&](const char* name, auto& value, const char* type, const char* text) {
    return parser.add_option(name, value, text)->type_name(type);
  };
  add("--anchors", options.anchors, "CSV", "published curves to draw beside the measured ones");
  add("--anchor-codecs", options.anchor_codecs, "LIST",
      "which: NAME, NAME:TUNING or all; default the well-known ones");
  add("--report-pictures", options.pictures, "N", "pictures that report.html shows; default 8")
      ->check(CLI::Range(0, 1000).description(""));
  add("--report-crop", options.side_pixels, "N", "how much of them, at most; default 384 pixels")
      ->check(CLI::Range(16, 16384).description(""));
  add("--report-quality", options.quality, "Q", "at which quality of ours; default the middle one");
  add("--beside", options.beside, "CODEC", "which codec stands beside ours at first; default avif");
}

ReportPlan plan_report(const ReportOptions& options, std::span<const EvaluatedCodec> codecs,
                       std::size_t own_codecs) {
  ReportPlan plan{.published = {},
                  .shown = {},
                  .pictures = static_cast<std::size_t>(options.pictures),
                  .side_pixels = options.side_pixels};
  if (!options.anchors.empty())
    plan.published = chosen_anchors(read_anchors(options.anchors), options.anchor_codecs);
  else if (!options.anchor_codecs.empty())
    throw Error(ErrorKind::kUsage, "--anchor-codecs: found no --anchors, expected their table");
  if (own_codecs == 0) return plan;
  plan.shown = shown_codecs(codecs, own_codecs, options.beside);
  plan.quality = shown_quality(codecs.front().codec.sweep, options.quality);
  return plan;
}

void write_report(const std::filesystem::path& folder, const ReportPlan& plan,
                  const EvaluationReport& report, std::span<const std::string> pictures,
                  std::span<const Table> further, bool quiet) {
  ReportPage page{.title = "Rate and distortion: " + names_of(report),
                  .summary = summary_of(report),
                  .charts = draw_charts(folder, report),
                  .pictures = show_pictures(plan, pictures, quiet),
                  .tables = report_tables(report)};
  page.tables.insert(page.tables.end(), further.begin(), further.end());
  write_text((folder / "report.html").string(), as_html(page));
}

}  // namespace vqcodec::tools
