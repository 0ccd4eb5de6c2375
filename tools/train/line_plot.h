// tools/train/line_plot.h: curves over one number, and tables of numbers with names.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace vqcodec::tools {

// What a figure shows, as text: the picture is drawn from it.
struct FigureTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  // empty fields: nothing there

  std::string csv() const;
  // Throws Error(kInternal) where there is no such column.
  std::size_t column(const std::string& name) const;
};

struct LinePlot {
  std::string x, x_label, y_label;  // x: a column of the table
  std::vector<std::string> lines;   // columns of the table, which are the lines' titles too
  bool logarithmic = false;         // y
};

// Writes <path>.csv, and draws <path>.svg and <path>.png of what it says; where there is no
// gnuplot, it says on standard error that the table is all.
void draw_lines(const FigureTable& table, const LinePlot& plot, const std::filesystem::path& path);

}  // namespace vqcodec::tools
