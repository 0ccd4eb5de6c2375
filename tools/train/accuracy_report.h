// tools/train/accuracy_report.h: `score RUN --classifier`: what a classifier learns from real
// pictures, from those that went through a model's codes, and from the model's draws; and which
// labels one that learned from real pictures finds in the others.
#pragma once

#include <string>
#include <vector>

#include "tools/train/model_run.h"

namespace vqcodec::tools {

struct AccuracyOptions {
  std::string run, data;  // folders; data: empty for the run's own
  std::int64_t most = 1000000;
  std::int64_t steps = 9000, seeds = 3;  // of each classifier; seeds 1, 2, ...
};

// "real_top_1", "real_top_5", and the same of "reconstructions" and "samples": accuracy on real
// test pictures, means over the seeds, of who learned from those; "real_judging_samples_top_1" and
// the like: of who learned from real pictures, on those. A model has what it can make. Trains each
// classifier in <run>/classifier/<set>-<seed>-of-<steps> and writes every seed's to
// <run>/classifier/accuracy.csv. Throws Error(kUsage) where there are no labels.
std::vector<models::Figure> accuracy_figures(const FinishedModel& finished,
                                             const AccuracyOptions& options);

}  // namespace vqcodec::tools
