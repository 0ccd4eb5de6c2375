// tools/train/train_prior.cc: `vqcodec train prior`: phase 4 of the codec's training, and the `.vqm`.
#include <cstdio>
#include <filesystem>

#include "models/checkpoint.h"
#include "models/image_dataset.h"
#include "models/integer_export.h"
#include "models/prior_model.h"
#include "models/trainer.h"
#include "tools/train/codec_run.h"
#include "tools/train/train_command.h"

namespace vqcodec::tools {

namespace {

namespace fs = std::filesystem;
using namespace models;

struct PriorTrainingOptions {
  TrainingOptions training;
  std::string from, output, name = "photo";
  std::int64_t crop = 256;
  std::int64_t integer_steps = 600;
  double price_factor = 0.8;
  int measured = 12;  // held-out pictures
};

void add_options(CLI::App& app, PriorTrainingOptions& options) {
  add_training_options(app, options.training);
  app.add_option("--from", options.from, "folder of a run of train codec")->required();
  app.add_option("-o,--output", options.output, "the model file (.vqm)")->required();
  app.add_option("--name", options.name, "of the model")->capture_default_str();
  app.add_option("--crop", options.crop, "side of a crop, pixels; a multiple of 32")
      ->capture_default_str();
  app.add_option("--integer-steps", options.integer_steps, "steps with integers simulated")
      ->capture_default_str();
  app.add_option("--price-factor", options.price_factor, "of a bit while codes are assigned with "
                 "order-0 lengths")->capture_default_str();
  app.add_option("--measured", options.measured, "held-out pictures to measure the model on")
      ->capture_default_str();
}

// Of each of a level's coarser channels, its slot among the coarser levels' slots.
torch::Tensor coarser_slot_map(const QuantizedCodec& codec, std::size_t level) {
  std::vector<std::int64_t> map;
  std::int64_t before = 0;
  for (std::size_t l = 0; l < level; ++l) {
    const auto& layout = codec.quantizers[l].front().layout;
    for (const auto slot : layout.slot_of) map.push_back(before + slot);
    before += layout.slots();
  }
  return torch::tensor(map, torch::kInt64);
}

void start_from_transform(PriorModel& prior, const QuantizedCodec& codec, const CodecRun& run) {
  CodecModel transform(codec.networks->options());
  load_weights(run.weights(), transform);
  for (std::size_t l = 0; l < prior.levels().size(); ++l)
    prior.levels()[l]->start_from(*transform.contexts()[l], codec.quantizers[l].front().layout,
                                  coarser_slot_map(codec, l));
}

void train_phases(PriorModel& prior, const PriorTrainingOptions& options, const CodecRun& run,
                  Dataset& crops) {
  TrainerOptions training{.steps = options.training.steps, .batch = options.training.batch,
                          .learning_rate = options.training.learning_rate, .decay_start = 0.4,
                          .clip_norm = 0.5, .averaging = 0.995, .seed = options.training.seed,
                          .run_folder = run.prior() + "/float"};
  train(prior, crops, training);
  for (auto& level : prior.levels()) level->simulate_integers(true);
  training.steps = options.integer_steps;
  training.learning_rate *= 0.1;
  training.decay_start = 0;
  training.seed += 1;
  training.run_folder = run.prior() + "/integers";
  if (training.steps > 0) train(prior, crops, training);
}

}  // namespace

void train_prior(std::vector<std::string> arguments) {
  CLI::App app("the PixelCNN prior of a trained codec, and the model file", "vqcodec train prior");
  PriorTrainingOptions options;
  options.training.steps = 6000;
  options.training.batch = 4;
  options.training.learning_rate = 1e-3;
  add_options(app, options);
  if (!parse_training(app, std::move(arguments))) return;
  use_threads(options.training.threads);
  torch::manual_seed(options.training.seed);
  const CodecRun run{options.from};
  fs::create_directories(run.prior());
  write_text(run.prior() + "/prior.toml", app.config_to_str(/*default_also=*/true));

  auto codec = read_codec(read_bytes(run.codebooks()));
  codec.networks->compute_in(fast_type(torch::kCPU));
  PriorModel prior(codec, options.price_factor);
  start_from_transform(prior, codec, run);
  prior.compute_in(fast_type(torch::kCPU));
  {
    CropDataset crops(list_pictures(options.training.data, options.training.hold_out, false),
                      {.side = options.crop});
    train_phases(prior, options, run, crops);
  }
  codec::ModelFile model;
  model.name = options.name;
  model.description = "photographs, " + std::to_string(codec.networks->options().qualities()) + " qualities";
  model.coarsest_stride = static_cast<int>(kCoarsestStride);
  for (const auto lambda : codec.networks->options().lambdas) model.qualities.push_back({lambda, 0, 0});
  model.prior = export_prior(prior.levels());
  model.networks = read_bytes(run.codec());
  auto held_out = list_pictures(options.training.data, options.training.hold_out, true);
  if (held_out.size() > static_cast<std::size_t>(options.measured))
    held_out.resize(static_cast<std::size_t>(options.measured));
  write_bytes(options.output, codec::write_model(model));  // safe, should measuring fail
  measure_model(model, held_out);
  write_bytes(options.output, codec::write_model(model));
}

}  // namespace vqcodec::tools
