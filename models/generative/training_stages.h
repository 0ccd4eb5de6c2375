// models/generative/training_stages.h: a run in equal parts, one after another, each with a
// learning rate that falls by itself.
#pragma once

#include "models/model.h"

namespace vqcodec::models {

struct TrainingStages {
  std::int64_t count = 1;

  std::int64_t current = 0;  // 0..count-1
  bool begins = true;        // the current one, with this step
  double rate_factor = 1;    // 1 over a stage's first half, then exponentially down to 2 %

  void advance(const Progress& progress);
};

}  // namespace vqcodec::models
