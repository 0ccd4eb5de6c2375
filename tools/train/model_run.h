// tools/train/model_run.h: the folder of a model's training: its configuration, state and weights.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "models/generative/registry.h"

namespace vqcodec::tools {

struct ModelRun {
  std::string folder;

  std::string configuration() const { return folder + "/model.toml"; }
  std::string weights() const { return folder + "/weights.pt"; }  // averaged, at the end
};

// All that `train NAME` was told.
struct ModelArguments {
  const models::RegisteredModel* kind = nullptr;
  std::unique_ptr<models::ModelFactory> factory;
  models::TrainerOptions training;
  models::Stopping stopping;
  double most_minutes = 0;
  std::string data, output;
  models::PictureShape picture;  // from the data
  int threads = 0;
  std::string device = "auto";
};

ModelArguments arguments_for(const std::string& name);
// The arguments must outlive the parser.
void add_options(CLI::App& app, ModelArguments& arguments);

// A TOML file that alone makes the run again.
std::string configuration_of(ModelArguments& arguments);

// Throws Error(kUsage) where the folder is a run of another model.
void require_run_of(const ModelRun& run, const std::string& name);

// What a run was told. Throws Error(kResource) where the folder is no run.
ModelArguments arguments_of(const ModelRun& run);

// The model of a finished run, ready to be used. Throws Error: (kResource) where the folder is no
// run or is not finished, (kCorrupt) where configuration and weights do not fit.
struct FinishedModel {
  ModelArguments arguments;
  std::shared_ptr<models::GenerativeModel> model;
};
FinishedModel open_run(const std::string& folder);

// Pictures to measure a run by. folder: empty for the run's own; split: "train", "validation" or
// "test". Throws Error(kUsage) for pictures of another size than the run's.
models::Batch pictures_for(const FinishedModel& finished, const std::string& folder,
                           const std::string& split, std::int64_t most);

// Streams of a seed's random numbers, apart from the training's.
inline constexpr std::uint64_t kSampleStream = 1, kScoreStream = 2;

}  // namespace vqcodec::tools
