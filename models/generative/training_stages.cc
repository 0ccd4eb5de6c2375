#include "models/generative/training_stages.h"

#include <algorithm>
#include <cmath>

namespace vqcodec::models {

namespace {

constexpr double kLastRate = 0.02;

}  // namespace

void TrainingStages::advance(const Progress& progress) {
  const auto stage_of = [&](std::int64_t step) {
    return std::min(count - 1, step * count / progress.steps);
  };
  current = stage_of(progress.step);
  begins = progress.step == 0 || stage_of(progress.step - 1) != current;
  const double done = progress.share() * static_cast<double>(count) - static_cast<double>(current);
  rate_factor = done < 0.5 ? 1 : std::pow(kLastRate, 2 * done - 1);
}

}  // namespace vqcodec::models
