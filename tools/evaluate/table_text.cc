#include "tools/evaluate/table_text.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace vqcodec::tools {
namespace {

constexpr const char* kNumberStarts = "0123456789+-.";

bool is_number(const std::string& cell) {
  return cell.find_first_of(kNumberStarts) == 0 || cell.empty() || cell == "inf";
}

struct Column {
  std::size_t width = 0;
  bool has_words = false;
};

std::string line_of(const std::vector<std::string>& cells, const std::vector<Column>& columns) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string padding(columns[i].width - cells[i].size(), ' ');
    line += columns[i].has_words ? cells[i] + padding : padding + cells[i];
    line += "  ";
  }
  line.resize(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

std::string as_text(const Table& table) {
  std::vector<Column> columns;
  for (const auto& name : table.header) columns.push_back({name.size(), false});
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      columns[i].width = std::max(columns[i].width, row[i].size());
      columns[i].has_words = columns[i].has_words || !is_number(row[i]);
    }
  }
  std::string text = table.title + "\n" + line_of(table.header, columns);
  for (const auto& row : table.rows) text += line_of(row, columns);
  if (!table.note.empty()) text += table.note + "\n";
  return text;
}

}  // namespace vqcodec::tools
