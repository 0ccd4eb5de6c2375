// tools/train/results.h: measured figures, each with the command that makes it again, as CSV.
#pragma once

#include <string>
#include <vector>

namespace vqcodec::tools {

// A line of results.csv; the order and names of its columns are those of testdata/results.csv.
struct Result {
  std::string issue, item, metric, value, standard_error, unit, limit, seed, estimator, seconds,
      command, commit, date, machine;
};

// Empty where there is no such file. Throws Error(kCorrupt) for another kind of file.
std::vector<Result> read_results(const std::string& path);
// Makes the file where there is none.
void append_result(const std::string& path, const Result& result);

std::string today();         // UTC, 2026-11-22
std::string this_machine();  // processor and number of cores

}  // namespace vqcodec::tools
