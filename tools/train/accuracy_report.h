// tools/train/accuracy_report.h: `score RUN --classifier`: what a classifier learns from real
// pictures, from those that went through a model's codes, and from the model's draws; and which
// labels one that learned from real pictures finds in the others.
#pragma once

#include <string>

#include "tools/train/model_run.h"

namespace vqcodec::tools {

struct AccuracyOptions {
  std::string run, data;  // folders; data: empty for the run's own
  std::int64_t most = 1000000;
  std::int64_t steps = 3000, seeds = 3;  // of each classifier; seeds 1, 2, ...
};

// Trains each classifier in <run>/classifier and writes <run>/classifier/accuracy.csv. Throws
// Error(kUsage) where there are no labels.
void report_accuracy(const FinishedModel& finished, const AccuracyOptions& options);

}  // namespace vqcodec::tools
