// models/run_log.h: a run's log, one JSON object a line, and its progress on a terminal.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace vqcodec::models {

class RunLog {
 public:
  explicit RunLog(const std::string& path);  // Appends. Throws Error(kResource).
  // Values that are not finite are written as null.
  void write(const std::vector<std::pair<std::string, double>>& values);

 private:
  std::ofstream file_;
};

// One line that overwrites itself on a terminal; silent in a pipe.
class ProgressLine {
 public:
  void show(std::int64_t step, std::int64_t steps, double seconds_per_step,
            const std::vector<std::pair<std::string, double>>& values);
  void end();

 private:
  bool shown_ = false;
};

}  // namespace vqcodec::models
