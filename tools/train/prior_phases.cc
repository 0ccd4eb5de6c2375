#include "tools/train/prior_phases.h"

#include "models/codec_layers.h"
#include "models/device.h"
#include "models/integer_export.h"
#include "models/trainer.h"
#include "tools/output_file.h"
#include "tools/train/codec_run.h"
#include "tools/train/prior_figures.h"

namespace vqcodec::tools {

using namespace models;

void add_prior_options(CLI::App& app, PriorTrainingOptions& options) {
  add_training_options(app, options.training);
  app.add_option("-o,--output", options.output, "the model file (.vqm)")->required();
  app.add_option("--crop", options.crops.side, "side of a crop, pixels; a multiple of 32")
      ->check(CLI::Range(32, 1024))
      ->capture_default_str();
  app.add_option("--integer-steps", options.integer_steps,
                 "steps with integers simulated and codes assigned "
                 "with the prior's own lengths")
      ->capture_default_str();
  app.add_option("--without", options.without,
                 "a context that the prior shall do without, to see what it brings")
      ->check(CLI::IsMember({"coarser", "neighbours", "groups"}));
  app.add_option("--measured", options.measured, "held-out pictures to measure the model on")
      ->capture_default_str();
}

void add_price_option(CLI::App& app, PriorTrainingOptions& options) {
  app.add_option("--price-factor", options.price_factor,
                 "of a bit while codes are assigned with order-0 lengths")
      ->capture_default_str();
}

namespace {

void train_phases(CodeMapPrior& prior, const PriorTrainingOptions& options,
                  const std::string& folder, const Ranks& ranks) {
  CropDataset crops(list_pictures(options.training.data, options.training.hold_out, false),
                    options.crops);
  TrainerOptions training;
  training.steps = options.training.steps;
  training.batch = options.training.batch;
  training.learning_rate = options.training.learning_rate;
  training.decay_start = 0.4;
  training.clip_norm = 0.5;
  training.averaging = 0.995;
  training.seed = options.training.seed;
  training.run_folder = folder + "/float";
  train(prior, crops, training, {}, {}, ranks);
  if (options.integer_steps == 0) return;
  for (auto& level : prior.levels()) level->simulate_integers(true);
  prior.assign_conditionally(true);
  training.steps = options.integer_steps;
  training.learning_rate *= 0.3;
  training.decay_start = 0;
  training.seed += 1;
  training.run_folder = folder + "/integers";
  train(prior, crops, training, {}, {}, ranks);
}

PriorContext context_named(const std::string& name) {
  if (name == "coarser") return PriorContext::kCoarser;
  return name == "groups" ? PriorContext::kGroups : PriorContext::kNeighbours;
}

}  // namespace

void train_prior_phases(CodeMapPrior& prior, const PriorTrainingOptions& options,
                        const std::string& folder, const Ranks& ranks) {
  if (!options.without.empty()) prior.remove(context_named(options.without));
  const auto device = find_device(options.training.device, ranks.rank());
  prior.to(device);
  prior.compute_in(fast_type(device));
  train_phases(prior, options, folder, ranks);
  prior.to(torch::kCPU);
  prior.compute_in(fast_type(torch::kCPU));
  if (ranks.is_first()) report_prior(prior, measured_pictures(options), folder + "/figures.csv");
}

std::vector<std::string> measured_pictures(const PriorTrainingOptions& options) {
  auto pictures = list_pictures(options.training.data, options.training.hold_out, true);
  if (pictures.size() > static_cast<std::size_t>(options.measured))
    pictures.resize(static_cast<std::size_t>(options.measured));
  return pictures;
}

codec::ModelFile write_trained_model(codec::ModelFile model, CodeMapPrior& prior,
                                     codec::Transform& transform,
                                     const PriorTrainingOptions& options) {
  model.prior = export_prior(prior.levels());
  write_output(options.output, codec::write_model(model));  // safe, should measuring fail
  measure_model(model, transform, measured_pictures(options));
  write_output(options.output, codec::write_model(model));
  return model;
}

}  // namespace vqcodec::tools
