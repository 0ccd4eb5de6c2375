// tools/train/recipe_table.h: the recipes' table in parts. Published figures that were compared
// with their papers are cited; the others say so.
#pragma once

#include <initializer_list>

#include "tools/train/recipes.h"

namespace vqcodec::tools {

using Figures = std::vector<MeasuredFigure>;
Figures joined(std::initializer_list<Figures> parts);

// Row 15: what a classifier learns from real pictures, from those that went through the codes of a
// VQ-VAE, and from draws of a model that is given a class.
struct AccuracyTargets {
  std::string real, reconstructions, samples;
};
Figures accuracies_of_draws(const std::string& model, const std::string& data,
                            const AccuracyTargets& targets);
Figures accuracies_of_codes(const std::string& model, const std::string& data,
                            const AccuracyTargets& targets);

// The codes of a VQ-VAE as the codec's: what each way to write them takes.
Figures rates_by_code_prior(const std::string& model);

std::span<const Recipe> latent_variable_recipes();
std::span<const Recipe> energy_recipes();
std::span<const Recipe> flow_recipes();
std::span<const Recipe> exact_likelihood_recipes();
std::span<const Recipe> code_recipes();
std::span<const Recipe> sequence_recipes();

}  // namespace vqcodec::tools
