// tools/train/train_command.h: the commands inside the networks' module: `vqcodec train ...`,
// `sample`, `reconstruct`, `score`, `reproduce`, `figures`.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "models/process_group.h"

namespace vqcodec::tools {

// argv[0] is the command's name. Returns the exit code; throws Error.
int network_command(int argc, const char* const* argv);

// What every training has. Each option is also a key of the TOML file given with --config.
struct TrainingOptions {
  std::string data;
  int hold_out = 12;
  std::int64_t steps = 0;
  std::int64_t batch = 8;  // of all ranks together
  double learning_rate = 5e-4;
  std::uint64_t seed = 1;
  int threads = 0;  // 0: one a processor
  std::string device = "auto";
};
void add_training_options(CLI::App& app, TrainingOptions& options);
void use_threads(int threads);
void add_device_option(CLI::App& app, std::string& device);

// Each parses its own arguments (without the command's name) and does the work. Of several ranks
// all do the same, but only the first writes and prints.
void train_codec(std::vector<std::string> arguments, const models::Ranks& ranks);
void train_prior(std::vector<std::string> arguments, const models::Ranks& ranks);
void train_codebooks_command(std::vector<std::string> arguments, const models::Ranks& ranks);
void train_code_prior(std::vector<std::string> arguments, const models::Ranks& ranks);
// name: of the registry.
void train_model(const std::string& name, std::vector<std::string> arguments,
                 const models::Ranks& ranks);
// command: sample, reconstruct or score.
void use_model(const std::string& command, std::vector<std::string> arguments);
void reproduce(std::vector<std::string> arguments);
void draw_figures(std::vector<std::string> arguments);

// Throws Error(kUsage) for wrong arguments; prints the help and returns false where it is asked
// for.
bool parse_training(CLI::App& app, std::vector<std::string> arguments);

}  // namespace vqcodec::tools
