// tools/train/prior_phases.h: what train prior, train codebooks and train code-prior share:
// training in floats, then with integers simulated, and the model file.
#pragma once

#include <string>
#include <vector>

#include "codec/model_file.h"
#include "codec/transform.h"
#include "models/code_map_prior.h"
#include "models/image_dataset.h"
#include "tools/train/train_command.h"

namespace vqcodec::tools {

struct PriorTrainingOptions {
  TrainingOptions training;
  std::string output;
  models::CropOptions crops{.side = 256};
  std::int64_t integer_steps = 600;  // and with codes assigned by the prior's own lengths
  double codebook_price_factor = 0.4;
  double price_factor = 0.35;
  int measured = 12;    // held-out pictures
  std::string without;  // a context that the prior shall do without, to see what it brings
};
void add_prior_options(CLI::App& app, PriorTrainingOptions& options);
// Of codes that weigh their lengths.
void add_price_option(CLI::App& app, PriorTrainingOptions& options);

// folder: where state and log of both phases live, and figures.csv: what the codes of held-out
// pictures cost under the prior and under simpler models.
void train_prior_phases(models::CodeMapPrior& prior, const PriorTrainingOptions& options,
                        const std::string& folder, const models::Ranks& ranks);

// The held-out pictures that models are measured on.
std::vector<std::string> measured_pictures(const PriorTrainingOptions& options);

// Fills in the prior, measures the model and writes it; returns it. transform: of its networks.
codec::ModelFile write_trained_model(codec::ModelFile model, models::CodeMapPrior& prior,
                                     codec::Transform& transform,
                                     const PriorTrainingOptions& options);

}  // namespace vqcodec::tools
