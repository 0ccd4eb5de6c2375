#include "tools/train/recipe_table.h"

namespace vqcodec::tools {

// In the order of the documents' list of models.
std::span<const Recipe> recipes() {
  static const auto all = [] {
    std::vector<Recipe> table;
    for (const auto part : {latent_variable_recipes(), energy_recipes(), flow_recipes(),
                            exact_likelihood_recipes(), code_recipes(), sequence_recipes()})
      table.insert(table.end(), part.begin(), part.end());
    return table;
  }();
  return all;
}

}  // namespace vqcodec::tools
