// tools/batch.h: what `compress` and `decompress` share: options, and the loop over the inputs.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "codec/codec.h"
#include "tools/command.h"
#include "tools/input_list.h"
#include "tools/progress.h"

namespace vqcodec::tools {

struct BatchOptions {
  InputArguments arguments;
  bool to_stdout = false;
  bool force = false;
  bool timings = false;
  std::string model_path;
  std::string device = "auto";
  int threads = 0;  // see thread_count()
  std::uint64_t max_pixels = 0;
};

void add_batch_options(CLI::App& command, BatchOptions& options);

// What a job did, in one line for the user: "768x512, 23045 bytes, 0.469 bpp".
using JobWork = std::function<std::string(const Job&, Progress&, codec::Timings&)>;

// Does every job and prints what became of it. Returns the exit code of the first failure, or 0.
int run_batch(const BatchOptions& options, const NameRule& rule, const Verbosity& verbosity,
              const JobWork& work);

}  // namespace vqcodec::tools
