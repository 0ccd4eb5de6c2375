#include "tools/batch.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "codec/image_io.h"
#include "entropy/error.h"
#include "tools/exit_code.h"
#include "tools/file_io.h"
#include "tools/output_file.h"
#include "tools/shared_options.h"

namespace vqcodec::tools {
namespace {

void require_possible(const Job& job, bool force) {
  if (job.refusal) throw *job.refusal;
  if (job.output == kStandardStream) {
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
  command.add_option("INPUT", arguments.inputs, "files, folders with -r, or - for standard input")
      ->required()
      ->type_name("");
  auto* output = command.add_option("-o,--output", arguments.output, "or - for standard output");
  auto* folder = command.add_option("--output-dir", arguments.output_folder,
                                    "put the outputs there; folders keep their structure");
  output->excludes(folder)->type_name("FILE");
  folder->type_name("DIR");
  command.add_flag("-c,--stdout", options.to_stdout, "write to standard output")
      ->excludes(output)
      ->excludes(folder);
  command.add_flag("-f,--force", options.force, "replace existing outputs");
  command.add_flag("-r,--recursive", arguments.recursive, "take the files in folders");
  add_model_option(command, options.model_path);
  command.add_option("--device", options.device, "where the networks run: auto, cpu or cuda")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}).description(""))
      ->type_name("NAME");
  add_thread_option(command, options.threads);
  command.add_option("--max-pixels", options.max_pixels, "refuse larger pictures; default 2^28")
      ->type_name("N");
  command.add_flag("--timings", options.timings, "print the seconds of each stage");
}

int run_batch(const BatchOptions& options, const NameRule& rule, const Verbosity& verbosity,
              const JobWork& work) {
  auto arguments = options.arguments;
  if (options.to_stdout) arguments.output = kStandardStream;
  const auto jobs = list_jobs(arguments, rule);
  Progress progress(jobs.size(), !verbosity.quiet);
  int first_failure = 0;
  for (const auto& job : jobs) {
    codec::Timings timings;
    std::string summary;
    const int failure = exit_code_of(job.input, [&] {
      const Progress::Job shown(progress, job.input);
      require_possible(job, options.force);
      summary = work(job, progress, timings);
    });
    if (first_failure == 0) first_failure = failure;
    if (failure != 0) continue;
    if (!verbosity.quiet)
      std::fprintf(stderr, "%s: %s > %s\n", job.input.c_str(), summary.c_str(), job.output.c_str());
    if (options.timings || verbosity.verbose) print_timings(job.input, timings);
  }
  return first_failure;
}

}  // namespace vqcodec::tools
