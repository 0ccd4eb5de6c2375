#include "tools/train/line_plot.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "entropy/error.h"
#include "tools/evaluate/csv.h"
#include "tools/evaluate/formatted.h"
#include "tools/evaluate/gnuplot.h"
#include "tools/output_file.h"

namespace vqcodec::tools {

namespace {

// After Okabe and Ito, "Color Universal Design", 2008.
constexpr std::array<std::string_view, 8> kColors = {"#d62f10", "#0072b2", "#009e73", "#7f7f7f",
                                                     "#e69f00", "#cc79a7", "#56b4e9", "#000000"};
constexpr const char* kAxes =
    "set grid linetype 1 linewidth 0.6 linecolor rgb '#dddddd'\n"
    "set border 3 linecolor rgb '#444444'\nset xtics nomirror\nset ytics nomirror\n"
    "set offsets 0, graph 0.02, graph 0.05, 0\n"
    "set key outside above center horizontal samplen 2.5\n";

std::string csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (const auto& field : fields) line.append(csv_field(field)).push_back(',');
  line.back() = '\n';
  return line;
}

std::string data_block(const FigureTable& table, std::size_t x, std::size_t y) {
  std::string block;
  for (const auto& row : table.rows)
    if (!row[x].empty() && !row[y].empty()) block += row[x] + " " + row[y] + "\n";
  return block;
}

}  // namespace

std::string FigureTable::csv() const {
  auto text = csv_line(columns);
  for (const auto& row : rows) text += csv_line(row);
  return text;
}

std::size_t FigureTable::column(const std::string& name) const {
  const auto place = std::find(columns.begin(), columns.end(), name);
  if (place == columns.end()) throw Error(ErrorKind::kInternal, "no column ", name);
  return static_cast<std::size_t>(place - columns.begin());
}

void draw_lines(const FigureTable& table, const LinePlot& plot, const std::filesystem::path& path) {
  write_text(path.string() + ".csv", table.csv());
  std::string settings, command;
  for (std::size_t i = 0; i < plot.lines.size(); ++i) {
    settings += formatted("$line%zu << end_of_line\n", i) +
                data_block(table, table.column(plot.x), table.column(plot.lines[i])) +
                "end_of_line\n";
    command += (i > 0 ? ", " : "plot ") + formatted("$line%zu ", i) +
               "with linespoints pointtype 7 pointsize 0.5 linewidth 2.5 linecolor rgb " +
               gnuplot_literal(kColors[i % kColors.size()]) + " title " +
               gnuplot_title(plot.lines[i]);
  }
  settings += "set xlabel " + gnuplot_title(plot.x_label) + "\nset ylabel " +
              gnuplot_title(plot.y_label) + "\n" + kAxes +
              (plot.logarithmic ? "unset offsets\nset autoscale yfix\nset logscale y\n" : "");
  const bool drawn =
      run_gnuplot(path, [&](const std::string& svg_path, const std::string& png_path) {
        return gnuplot_in_both_formats(settings, command + "\n", svg_path, png_path);
      });
  if (!drawn)
    std::fprintf(stderr, "vqcodec: %s: no gnuplot here, so the table alone is written\n",
                 path.c_str());
}

}  // namespace vqcodec::tools
