#include "tools/train/training_log.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "entropy/error.h"
#include "tools/library/file_io.h"

namespace vqcodec::tools {

std::vector<LogLine> read_log(const ModelRun& run) {
  const auto path = run.folder + "/log.jsonl";
  const auto bytes = library::read_file(path);
  std::istringstream lines(std::string(bytes.begin(), bytes.end()));
  std::vector<LogLine> log;
  for (std::string text; std::getline(lines, text);) {
    const auto values = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!values.is_object())
      throw Error(ErrorKind::kCorrupt, path, ": line ", log.size() + 1,
                  " is no JSON object, as training writes it");
    LogLine line;
    for (const auto& [name, value] : values.items())
      if (value.is_number()) line[name] = value.get<double>();
    log.push_back(line);
  }
  return log;
}

double training_seconds(const std::vector<LogLine>& log) {
  double seconds = 0, last_step = 0;
  for (const auto& line : log) {
    if (!line.contains("seconds_per_step") || !line.contains("step")) continue;
    const double steps = line.at("step") - last_step;  // an interrupted run repeats some
    seconds += line.at("seconds_per_step") * std::max(0.0, steps);
    last_step = line.at("step");
  }
  return seconds;
}

}  // namespace vqcodec::tools
