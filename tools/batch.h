// tools/batch.h: what `compress` and `decompress` share: options, and the loop over the inputs.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "codec/codec.h"
#include "tools/command.h"
#include "tools/input_list.h"
#include "tools/progress.h"
#include "tools/thread_seats.h"

namespace vqcodec::tools {

struct BatchOptions {
  InputArguments arguments;
  bool to_stdout = false;
  bool force = false;
  bool skip_existing = false;
  bool timings = false;
  std::string model_path;
  std::string device = "auto";
  int threads = 0;  // see library::thread_count()
  std::uint64_t max_pixels = 0;
};

void add_batch_options(CLI::App& command, BatchOptions& options);

// What a job did, in one line for the user: "768x512, 23045 bytes, 0.469 bpp". Jobs run side by
// side, each with the threads of the seat that it takes for its picture.
using JobWork =
    std::function<std::string(const Job&, ThreadSeats&, Progress::Job&, codec::Timings&)>;

// Does every job and prints what became of it; of several, those that failed once more at the end.
// Returns the exit code of the first failure, or 0.
int run_batch(const BatchOptions& options, const NameRule& rule, const Verbosity& verbosity,
              const JobWork& work);

}  // namespace vqcodec::tools
