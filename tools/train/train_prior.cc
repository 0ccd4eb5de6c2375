// tools/train/train_prior.cc: `vqcodec train prior`: phase 4 of the codec's training, and the
// `.vqm`.
#include <filesystem>

#include "models/checkpoint.h"
#include "models/inference/codec_transform.h"
#include "models/integer_import.h"
#include "models/prior_model.h"
#include "tools/library/file_io.h"
#include "tools/output_file.h"
#include "tools/train/codec_run.h"
#include "tools/train/prior_phases.h"

namespace vqcodec::tools {

namespace {

using namespace models;

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

codec::ModelFile describe(const QuantizedCodec& codec) {
  codec::ModelFile model;
  model.coarsest_stride = static_cast<int>(kCoarsestStride);
  for (const auto lambda : codec.networks->options().lambdas)
    model.qualities.push_back({.lambda = lambda});
  model.description = std::to_string(model.qualities.size()) + " qualities, 3 levels";
  return model;
}

}  // namespace

void train_prior(std::vector<std::string> arguments, const Ranks& ranks) {
  CLI::App app("the PixelCNN prior of a trained codec, and the model file", "vqcodec train prior");
  PriorTrainingOptions options;
  options.training.steps = 6000;
  options.training.batch = 4;
  options.training.learning_rate = 1e-3;
  std::string from, name = "photo";
  add_prior_options(app, options);
  add_price_option(app, options);
  app.add_option("--from", from, "folder of a run of train codec, or a model (.vqm) to train on")
      ->required();
  app.add_option("--name", name, "of the model")->capture_default_str();
  if (!parse_training(app, std::move(arguments))) return;
  use_threads(options.training.threads);
  torch::manual_seed(options.training.seed);
  const bool from_model = from.ends_with(".vqm");
  const CodecRun run{from_model ? options.output + ".run" : from};
  std::filesystem::create_directories(run.prior());
  if (ranks.is_first())
    write_text(run.prior() + "/prior.toml", app.config_to_str(/*default_also=*/true));

  const auto source = from_model ? from : run.codebooks();
  codec::ModelFile model;
  auto codec = library::naming(source, [&] {
    if (!from_model) return read_codec(library::read_file(source));
    model = codec::read_model(library::read_file(source));
    return read_codec(model.networks);
  });
  PriorModel prior(codec, options.price_factor);
  if (from_model)
    import_prior(model.prior, prior.levels());
  else
    start_from_transform(prior, codec, run);
  train_prior_phases(prior, options, run.prior(), ranks);
  if (!ranks.is_first()) return;
  if (!from_model) {
    model = describe(codec);
    model.tuning = tuning_of(run);
    model.networks = library::naming(run.codec(), [&] { return library::read_file(run.codec()); });
  }
  model.name = name;
  const auto transform = make_cpu_transform(model.networks, model.tuning);
  write_trained_model(std::move(model), prior, *transform, options);
}

}  // namespace vqcodec::tools
