#include "tools/train/results.h"

#include <array>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "entropy/error.h"
#include "tools/evaluate/csv.h"
#include "tools/library/file_io.h"
#include "tools/output_file.h"

namespace vqcodec::tools {

namespace {

struct Column {
  const char* name;
  std::string Result::*value;
};

constexpr Column kColumns[] = {
    {"issue", &Result::issue},
    {"item", &Result::item},
    {"metric", &Result::metric},
    {"value", &Result::value},
    {"standard_error", &Result::standard_error},
    {"unit", &Result::unit},
    {"limit", &Result::limit},
    {"seed", &Result::seed},
    {"estimator", &Result::estimator},
    {"seconds", &Result::seconds},
    {"command", &Result::command},
    {"commit", &Result::commit},
    {"date", &Result::date},
    {"machine", &Result::machine},
};

std::string header() {
  std::string line;
  for (const auto& column : kColumns) line.append(column.name).push_back(',');
  line.pop_back();
  return line;
}

std::string text_in(const std::string& path) {
  const auto bytes = library::read_file(path);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

std::vector<Result> read_results(const std::string& path) {
  if (!std::filesystem::exists(path)) return {};
  std::istringstream lines(text_in(path));
  std::string line;
  std::getline(lines, line);
  if (line != header())
    throw Error(ErrorKind::kCorrupt, path, ": begins with \"", line, "\", expected \"", header(),
                "\"");
  std::vector<Result> results;
  for (std::size_t number = 2; std::getline(lines, line); ++number) {
    const auto fields = csv_fields(line);
    if (fields.size() != std::size(kColumns))
      throw Error(ErrorKind::kCorrupt, path, ": line ", number, " has ", fields.size(),
                  " fields, expected ", std::size(kColumns));
    Result result;
    for (std::size_t i = 0; i < fields.size(); ++i) result.*kColumns[i].value = fields[i];
    results.push_back(result);
  }
  return results;
}

void append_result(const std::string& path, const Result& result) {
  auto text = std::filesystem::exists(path) ? text_in(path) : header() + "\n";
  if (text.empty() || text.back() != '\n') text += '\n';
  for (const auto& column : kColumns) text.append(csv_field(result.*column.value)).push_back(',');
  text.back() = '\n';
  write_text(path, text);
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d", &utc);
  return text.data();
}

std::string this_machine() {
  std::ifstream processors("/proc/cpuinfo");
  std::string name = "unknown processor";
  for (std::string line; std::getline(processors, line);)
    if (line.starts_with("model name")) {
      name = line.substr(line.find(':') + 2);
      break;
    }
  return name + ", " + std::to_string(std::thread::hardware_concurrency()) + " cores";
}

}  // namespace vqcodec::tools
