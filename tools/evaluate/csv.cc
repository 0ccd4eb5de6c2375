#include "tools/evaluate/csv.h"

namespace vqcodec::tools {

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string field = "\"";
  for (const char letter : text) field.append(letter == '"' ? 2 : 1, letter);
  return field + "\"";
}

std::vector<std::string> csv_fields(std::string_view line) {
  std::vector<std::string> fields(1);
  bool inside_quotes = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool doubled = inside_quotes && line.substr(i, 2) == "\"\"";
    if (doubled)
      fields.back() += line[i++];
    else if (line[i] == '"')
      inside_quotes = !inside_quotes;
    else if (line[i] == ',' && !inside_quotes)
      fields.emplace_back();
    else
      fields.back() += line[i];
  }
  return fields;
}

}  // namespace vqcodec::tools
