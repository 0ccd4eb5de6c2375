// tools/train/recipe_table.h: the recipes' table in parts. Published figures that were compared
// with their papers are cited; the others say so.
#pragma once

#include "tools/train/recipes.h"

namespace vqcodec::tools {

std::span<const Recipe> latent_variable_recipes();
std::span<const Recipe> energy_recipes();
std::span<const Recipe> flow_recipes();
std::span<const Recipe> exact_likelihood_recipes();
std::span<const Recipe> code_recipes();
std::span<const Recipe> sequence_recipes();

}  // namespace vqcodec::tools
