// tools/train/prior_phases.h: what train prior and train codebooks share: training in floats, then
// with integers simulated, and the model file.
#pragma once

#include <string>
#include <vector>

#include "codec/model_file.h"
#include "models/image_dataset.h"
#include "models/prior_model.h"
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

// folder: where state and log of both phases live, and figures.csv: what the codes of held-out
// pictures cost under the prior and under simpler models.
void train_prior_phases(models::PriorModel& prior, const PriorTrainingOptions& options,
                        const std::string& folder, const models::Ranks& ranks);

// The held-out pictures that models are measured on.
std::vector<std::string> measured_pictures(const PriorTrainingOptions& options);

// Fills in the prior, measures the model and writes it; returns it.
codec::ModelFile write_trained_model(codec::ModelFile model, models::PriorModel& prior,
                                     const PriorTrainingOptions& options);

}  // namespace vqcodec::tools
