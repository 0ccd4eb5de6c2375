#include "tools/evaluate/plots.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "entropy/error.h"
#include "tools/evaluate/formatted.h"
#include "tools/evaluate/gnuplot.h"

namespace vqcodec::tools {
namespace {

// Ours in reds; the others after Okabe and Ito, "Color Universal Design", 2008, so that they are
// told apart without red against green.
constexpr std::array<std::string_view, 3> kOurColors = {"#d62f10", "#8e1b63", "#e8890c"};
constexpr std::array<std::string_view, 7> kOtherColors = {
    "#0072b2", "#009e73", "#56b4e9", "#b07aa1", "#7f7f7f", "#b8a100", "#4b3f9e"};

constexpr std::array<std::string_view, 3> kDashes = {"-", "_.", "."};

struct Range {
  double low = 0, high = 0;
};

// Of what was measured: published curves go far beyond.
template <typename Value>
Range measured_range(const Plot& plot, Value value) {
  Range range{.low = 1e9, .high = -1e9};
  for (const auto& curve : plot.curves)
    for (const auto& point : curve.points) {
      if (curve.role == CurveRole::kPublished) continue;
      range.low = std::min(range.low, point.*value);
      range.high = std::max(range.high, point.*value);
    }
  return range;
}

std::string axes(const Plot& plot) {
  const auto rate = measured_range(plot, &codec::CurvePoint::rate_bpp);
  const auto quality = measured_range(plot, &codec::CurvePoint::quality_db);
  std::string ticks;  // gnuplot's own are a factor of ten apart.
  for (const double decade : {0.001, 0.01, 0.1, 1.0, 10.0})
    for (const double step : {1, 2, 3, 5, 7})
      ticks += formatted("%s%g", ticks.empty() ? "" : ",", decade * step);
  return formatted("set logscale x\nset xrange [%.6g:%.6g]\nset yrange [%.6g:%.6g]\n",
                   rate.low / 1.15, rate.high * 1.15, quality.low - 0.5, quality.high + 0.5) +
         "set xtics (" + ticks + ")\nset ytics nomirror\n" +
         "set xlabel 'rate (bits of the whole file per pixel)'\n" + "set ylabel " +
         gnuplot_title(plot.quality) + "\n" +
         "set grid xtics ytics linetype 1 linewidth 0.6 linecolor rgb '#dddddd'\n"
         "set clip two\nset border 3 linecolor rgb '#444444'\nset xtics nomirror\n"
         "set key outside below center horizontal invert reverse Left samplen 2.5 spacing 1.2 "
         "maxcols 3\n";
}

std::string line_style(CurveRole role, std::size_t index) {
  const auto style = [&](const auto& colors, const char* rest) {
    return "linecolor rgb " + gnuplot_literal(colors[index % colors.size()]) + rest;
  };
  switch (role) {
    case CurveRole::kOurs:
      return "with linespoints " + style(kOurColors, " linewidth 4 pointtype 7 pointsize 0.8");
    case CurveRole::kPeer:
      return "with linespoints " + style(kOtherColors, " linewidth 2 pointtype 7 pointsize 0.45");
    case CurveRole::kPublished:
      return "with lines " + style(kOtherColors, " linewidth 1.5 dashtype ") +
             gnuplot_literal(kDashes[index % kDashes.size()]);
  }
  throw Error(ErrorKind::kInternal, "a curve of no role");
}

std::string data_blocks(const Plot& plot) {
  std::string data;
  for (std::size_t i = 0; i < plot.curves.size(); ++i) {
    data += formatted("$curve%zu << end_of_curve\n", i);
    for (const auto& point : plot.curves[i].points)
      data += formatted("%.6g %.6g\n", point.rate_bpp, point.quality_db);
    data += "end_of_curve\n";
  }
  return data;
}

// The last is drawn first, so that ours, which come first, lie on top; the key is inverted.
std::string plot_command(const Plot& plot) {
  std::string command;
  std::array<std::size_t, 3> of_role{};
  for (std::size_t i = 0; i < plot.curves.size(); ++i) {
    const auto& curve = plot.curves[i];
    const bool published = curve.role == CurveRole::kPublished;
    const auto item = formatted("$curve%zu ", i) +
                      line_style(curve.role, of_role[static_cast<std::size_t>(curve.role)]++) +
                      " title " + gnuplot_title(curve.name + (published ? " (published)" : ""));
    command = item + (command.empty() ? "" : ", ") + command;
  }
  return "plot " + command + "\n";
}

}  // namespace

std::string gnuplot_script(const Plot& plot, const std::string& svg_path,
                           const std::string& png_path) {
  return gnuplot_in_both_formats(data_blocks(plot) + axes(plot), plot_command(plot), svg_path,
                                 png_path);
}

bool draw_plot(const Plot& plot, const std::filesystem::path& path) {
  return run_gnuplot(path, [&](const std::string& svg_path, const std::string& png_path) {
    return gnuplot_script(plot, svg_path, png_path);
  });
}

}  // namespace vqcodec::tools
