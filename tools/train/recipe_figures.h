// tools/train/recipe_figures.h: what recipes measure of a finished run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/generative/generative_model.h"
#include "tools/train/recipes.h"

namespace vqcodec::tools {

struct RecipeMeasuring {
  std::string run;   // folder
  std::string data;  // folder of mnist/, photos/, ...
  std::uint64_t seed = 1;
  std::int64_t steps = 0;         // of what is trained to measure; 0: as many as it takes
  std::int64_t most = 100000000;  // pictures
  int threads = 0;
};

// All figures that this way to measure gives. samples: drawn for each picture, where it draws any.
std::vector<models::Figure> measured_figures(MeasuredBy by, std::int64_t samples,
                                             const RecipeMeasuring& measuring);

}  // namespace vqcodec::tools
