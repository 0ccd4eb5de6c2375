// tools/train/train_command.h: `vqcodec train ...`, inside the networks' module.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace vqcodec::tools {

// argv[0] is "train". Returns the exit code; throws Error.
int train_command(int argc, const char* const* argv);

// What every training has. Each option is also a key of the TOML file given with --config.
struct TrainingOptions {
  std::string data;
  int hold_out = 12;
  std::int64_t steps = 0;
  std::int64_t batch = 8;
  double learning_rate = 5e-4;
  std::uint64_t seed = 1;
  int threads = 0;  // 0: one a processor
};
void add_training_options(CLI::App& app, TrainingOptions& options);
void use_threads(int threads);

// Each parses its own arguments (without the command's name) and does the work.
void train_codec(std::vector<std::string> arguments);
void train_prior(std::vector<std::string> arguments);
void train_codebooks_command(std::vector<std::string> arguments);

// Throws Error(kUsage) for wrong arguments; prints the help and returns false where it is asked
// for.
bool parse_training(CLI::App& app, std::vector<std::string> arguments);

// Keeps the options of a run beside its results.
void write_text(const std::string& path, const std::string& text);

}  // namespace vqcodec::tools
