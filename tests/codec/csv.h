// tests/codec/csv.h: tables of reference values, by column name.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace vqcodec::codec {

using CsvRow = std::map<std::string, std::string>;

// Fields with commas are quoted; no field holds a quote or a line break.
inline std::vector<std::string> csv_fields(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char letter : line) {
    if (letter == '"')
      quoted = !quoted;
    else if (letter == ',' && !quoted)
      fields.emplace_back();
    else
      fields.back() += letter;
  }
  return fields;
}

inline std::vector<CsvRow> read_csv(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  const auto names = csv_fields(line);
  std::vector<CsvRow> rows;
  while (std::getline(in, line)) {
    const auto fields = csv_fields(line);
    CsvRow row;
    for (std::size_t i = 0; i < names.size() && i < fields.size(); ++i) row[names[i]] = fields[i];
    rows.push_back(std::move(row));
  }
  return rows;
}

inline double number(const CsvRow& row, const char* name) { return std::stod(row.at(name)); }

}  // namespace vqcodec::codec
