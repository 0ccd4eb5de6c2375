#include "tools/batch.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <exception>
#include <filesystem>

#include "codec/image_io.h"
#include "codec/parallel_for.h"
#include "entropy/error.h"
#include "tools/exit_code.h"
#include "tools/library/defaults.h"
#include "tools/library/file_io.h"
#include "tools/output_file.h"
#include "tools/shared_options.h"

namespace vqcodec::tools {
namespace {

void require_possible(const Job& job, bool force) {
  if (job.refusal) throw *job.refusal;
  if (job.output == library::kStandardStream) {
    if (::isatty(STDOUT_FILENO) && !force)
      throw Error(ErrorKind::kUsage, "standard output is a terminal; -o names a file");
    return;
  }
  std::error_code ignored;
  if (std::filesystem::equivalent(job.input, job.output, ignored))
    throw Error(ErrorKind::kUsage, "the output ", job.output, " is the input itself");
  require_free(job.output, force);
  const auto folder = std::filesystem::path(job.output).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder);
}

bool is_done(const Job& job) {
  std::error_code ignored;
  return !job.refusal && job.output != library::kStandardStream &&
         std::filesystem::is_regular_file(job.output, ignored);
}

// Where many lines went by, the last ones say what is left to do.
void print_failures(const std::vector<Job>& jobs, const std::vector<int>& exit_codes) {
  const auto failed =
      jobs.size() - static_cast<std::size_t>(std::count(exit_codes.begin(), exit_codes.end(), 0));
  if (failed == 0) return;
  print_message(std::to_string(failed) + " of " + std::to_string(jobs.size()) + " inputs failed:");
  for (std::size_t i = 0; i < jobs.size(); ++i)
    if (exit_codes[i] != 0) print_message("  " + jobs[i].input);
}

void print_timings(const std::string& name, const codec::Timings& timings) {
  double total = 0;
  std::string line = name + ":";
  char text[64];
  for (const auto& [stage, seconds] : timings) {
    std::snprintf(text, sizeof text, " %s %.3f s,", stage.c_str(), seconds);
    line += text;
    total += seconds;
  }
  std::fprintf(stderr, "%s total %.3f s\n", line.c_str(), total);
}

}  // namespace

void add_batch_options(CLI::App& command, BatchOptions& options) {
  options.max_pixels = codec::kDefaultMaxPixels;
  auto& arguments = options.arguments;
  auto* inputs = command.add_option_group("inputs");
  inputs->add_option("INPUT", arguments.inputs, "files, folders with -r, or - for standard input")
      ->type_name("");
  inputs
      ->add_option("--files-from", arguments.files_from,
                   "more inputs, one a line; - for standard input")
      ->type_name("FILE");
  inputs->require_option(1, 2);
  auto* output = command.add_option("-o,--output", arguments.output, "or - for standard output");
  auto* folder = command.add_option("--output-dir", arguments.output_folder,
                                    "put the outputs there; folders keep their structure");
  output->excludes(folder)->type_name("FILE");
  folder->type_name("DIR");
  command.add_flag("-c,--stdout", options.to_stdout, "write to standard output")
      ->excludes(output)
      ->excludes(folder);
  auto* force = command.add_flag("-f,--force", options.force, "replace existing outputs");
  command.add_flag("--skip-existing", options.skip_existing, "go on where an earlier call stopped")
      ->excludes(force);
  command
      .add_option_function<std::string>(
          "--shard", [&arguments](const std::string& text) { arguments.shard = parse_shard(text); },
          "the I-th of N parts of the inputs, for N calls side by side")
      ->type_name("I/N");
  command.add_flag("-r,--recursive", arguments.recursive, "take the files in folders");
  add_model_option(command, options.model_path);
  command.add_option("--device", options.device, "where the networks run")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}).description(""))
      ->type_name("auto|cpu|cuda");
  add_thread_option(command, options.threads);
  command.add_option("--max-pixels", options.max_pixels, "refuse larger pictures; default 2^28")
      ->type_name("N");
  command.add_flag("--timings", options.timings, "print the seconds of each stage");
}

int run_batch(const BatchOptions& options, const NameRule& rule, const Verbosity& verbosity,
              const JobWork& work) {
  auto arguments = options.arguments;
  if (options.to_stdout) arguments.output = library::kStandardStream;
  const auto jobs = list_jobs(arguments, rule);
  const int threads = library::thread_count(options.threads);
  ThreadSeats seats(threads, std::max(1, threads / std::max(1, static_cast<int>(jobs.size()))));
  Progress progress(jobs.size(), !verbosity.quiet);
  std::vector<int> exit_codes(jobs.size());
  std::atomic<std::size_t> skipped = 0;
  codec::parallel_for(jobs.size(), threads, [&](std::size_t i) {
    const Job& job = jobs[i];
    if (options.skip_existing && is_done(job)) {
      ++skipped;
      return;
    }
    codec::Timings timings;
    std::string summary;
    std::exception_ptr failure;
    try {
      Progress::Job shown(progress, job.input);
      require_possible(job, options.force);
      summary = work(job, seats, shown, timings);
    } catch (...) {
      failure = std::current_exception();
    }
    progress.between([&] {
      if (failure) {
        exit_codes[i] = report(failure, job.input);
        return;
      }
      if (!verbosity.quiet)
        std::fprintf(stderr, "%s: %s > %s\n", job.input.c_str(), summary.c_str(),
                     job.output.c_str());
      if (options.timings || verbosity.verbose) print_timings(job.input, timings);
    });
  });
  if (skipped > 0 && !verbosity.quiet)
    std::fprintf(stderr, "%zu of %zu inputs skipped: their outputs exist\n", skipped.load(),
                 jobs.size());
  if (jobs.size() > 1) print_failures(jobs, exit_codes);
  const auto first = std::find_if(exit_codes.begin(), exit_codes.end(), [](int c) { return c; });
  return first == exit_codes.end() ? 0 : *first;
}

}  // namespace vqcodec::tools
