// tools/train/training_log.h: what a run's log.jsonl says.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/train/model_run.h"

namespace vqcodec::tools {

// A line: its numbers by name. Those that were not finite are left out.
using LogLine = std::map<std::string, double>;

// Throws Error(kCorrupt) where a line is no JSON object.
std::vector<LogLine> read_log(const ModelRun& run);

double training_seconds(const std::vector<LogLine>& log);

}  // namespace vqcodec::tools
