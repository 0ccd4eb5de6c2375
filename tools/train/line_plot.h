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
};

// Writes <path>.csv, and draws <path>.svg and <path>.png of what it says. False, and no picture,
// where there is no gnuplot.
bool draw_lines(const FigureTable& table, const LinePlot& plot, const std::filesystem::path& path);
// The same; says so on standard error where the table alone is written.
void draw_or_say(const FigureTable& table, const LinePlot& plot, const std::string& path);

}  // namespace vqcodec::tools
