// tools/train/prior_figures.h: the prior beside simpler models of the same codes.
#pragma once

#include <string>
#include <vector>

#include "models/code_map_prior.h"

namespace vqcodec::tools {

// Prints a line for each quality and writes one for each quality and level to a CSV file: mean bits
// a pixel of codes assigned with order-0 lengths. pictures: paths. The prior is as it was trained,
// in floats; it no longer simulates integers or assigns conditionally afterwards.
void report_prior(models::CodeMapPrior& prior, const std::vector<std::string>& pictures,
                  const std::string& csv);

}  // namespace vqcodec::tools
