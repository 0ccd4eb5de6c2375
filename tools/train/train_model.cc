// tools/train/train_model.cc: `vqcodec train NAME` for the models of the registry.
#include <cstdio>
#include <filesystem>

#include "entropy/error.h"
#include "models/checkpoint.h"
#include "models/dataset.h"
#include "models/device.h"
#include "models/trainer.h"
#include "tools/output_file.h"
#include "tools/train/model_run.h"
#include "tools/train/train_command.h"

namespace vqcodec::tools {

using namespace models;

namespace {

// The first of the model's figures, with one sample for each of at most so many pictures.
std::function<double()> figure_of(GenerativeModel& model, const ModelArguments& arguments,
                                  const ImageSet& pictures) {
  constexpr std::int64_t kMost = 1000;
  if (!pictures.images.defined() || pictures.size() == 0)
    throw Error(ErrorKind::kUsage, "--validate-every: this model's data have no part for it");
  const auto batch = whole_set(pictures, arguments.factory->pixels(), kMost);
  return [&model, batch, seed = arguments.training.seed] {
    const OnProcessor there(model);
    auto rng = make_rng(seed, kScoreStream);
    return model.figures(batch, {.samples = 1}, rng).at(0).value;
  };
}

// A new folder, or a run of this model to go on with.
void require_free(const ModelRun& run, const std::string& name) {
  if (std::filesystem::exists(run.folder) && !std::filesystem::is_empty(run.folder) &&
      !std::filesystem::exists(run.configuration()))
    throw Error(ErrorKind::kUsage, run.folder, ": holds something else; choose another folder");
  if (std::filesystem::exists(run.configuration())) require_run_of(run, name);
}

}  // namespace

void train_model(const std::string& name, std::vector<std::string> words, const Ranks& ranks) {
  auto arguments = arguments_for(name);
  CLI::App app(arguments.kind->about + " (" + arguments.kind->paper + ")", "vqcodec train " + name);
  add_options(app, arguments);
  if (!parse_training(app, std::move(words))) return;
  const ModelRun run{arguments.output};
  if (ranks.is_first()) require_free(run, name);

  auto sets = arguments.factory->sets(arguments.data);
  arguments.picture = sets.train.shape();
  use_threads(arguments.threads);
  torch::manual_seed(arguments.training.seed);
  const auto model = arguments.factory->make(arguments.picture);
  if (ranks.is_first()) {
    std::filesystem::create_directories(run.folder);
    write_text(run.configuration(), configuration_of(arguments));
  }
  auto& stopping = arguments.stopping;
  stopping.most_seconds = 60 * arguments.most_minutes;
  if (stopping.validate_every > 0) {
    stopping.validate = figure_of(*model, arguments, sets.validation);
    stopping.fit = figure_of(*model, arguments, sets.train);
  }
  const auto data = arguments.factory->batches(std::move(sets.train));
  arguments.training.run_folder = run.folder;
  model->to(find_device(arguments.device, ranks.rank()));
  train(*model, *data, arguments.training, /*every_log=*/{}, stopping, ranks);
  if (ranks.is_first()) save_weights(run.weights(), *model, torch::kFloat32);
}

}  // namespace vqcodec::tools
