#include "tools/evaluate/html.h"

#include <algorithm>
#include <cstddef>

namespace vqcodec::tools {
namespace {

std::string entity(char letter) {
  switch (letter) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    default:
      return {letter};
  }
}

bool is_number(std::string_view field) {
  return field.find_first_not_of("+-0123456789.,e %") == std::string_view::npos;
}

// Of the rows' fields in a column.
bool is_numeric(const Table& table, std::size_t column) {
  return std::ranges::all_of(
      table.rows, [&](const auto& row) { return column >= row.size() || is_number(row[column]); });
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  for (const char letter : text) result += entity(letter);
  return result;
}

std::string as_html(const Table& table) {
  const auto cell = [&](const char* element, std::size_t column, const std::string& field) {
    const std::string name = element;
    return "<" + name + (is_numeric(table, column) ? " class=\"number\">" : ">") + escaped(field) +
           "</" + name + ">";
  };
  std::string html = "<section>\n<h3>" + escaped(table.title) + "</h3>\n";
  if (!table.note.empty()) html += "<p>" + escaped(table.note) + "</p>\n";
  html += "<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>";
  for (std::size_t i = 0; i < table.header.size(); ++i) html += cell("th", i, table.header[i]);
  html += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) html += cell("td", i, row[i]);
    html += "</tr>\n";
  }
  return html + "</tbody>\n</table></div>\n</section>\n";
}

}  // namespace vqcodec::tools
