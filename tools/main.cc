// tools/main.cc: the program: finds the subcommand, runs it, ends with its exit code.
#include <cstdio>
#include <cstdlib>

#include "tools/command.h"
#include "tools/exit_code.h"

namespace vqcodec::tools {
namespace {

constexpr const char* kAbout = "vqcodec: an image codec of learned vector quantization";
constexpr const char* kExitCodes =
    "Exit codes: 0 done, 1 our fault, 2 wrong use or the output exists, 3 damaged input,\n"
    "4 unsupported (version, model, device, feature), 5 resource (file, disk, memory, limit).\n"
    "With several inputs the rest is done, and the code is that of the first failure.";

// The networks' libraries read this once, when they are loaded. OpenBLAS's own threads would spin
// beside LibTorch's. LibTorch's (OpenMP) spin while they wait for each other, unless told not to:
// beside another busy process that made the networks seven times slower, alone it gains nothing.
void choose_thread_policies() {
  ::setenv("OPENBLAS_NUM_THREADS", "1", /*overwrite=*/0);
  ::setenv("OMP_WAIT_POLICY", "PASSIVE", /*overwrite=*/0);
}

// Wrong arguments: one line, exit code 2. --help and --version come here too, with code 0.
int report_parse_error(const CLI::App& program, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return program.exit(error);
  std::fprintf(stderr, "vqcodec: %s; see --help\n", error.what());
  return 2;
}

int run(int argc, char** argv) {
  CLI::App program(kAbout, "vqcodec");
  program.set_version_flag("--version", "vqcodec " VQCODEC_VERSION);
  program.footer(kExitCodes);
  program.require_subcommand(1);
  program.fallthrough();
  program.get_formatter()->label("Excludes", "(not with)");
  Verbosity verbosity;
  auto* verbose = program.add_flag("-v,--verbose", verbosity.verbose, "print the stages' seconds");
  program.add_flag("--quiet", verbosity.quiet, "print errors only")->excludes(verbose);

  const Command commands[] = {
      add_compress(program, verbosity),
      add_decompress(program, verbosity),
      add_info(program),
      add_verify(program),
      add_compare(program),
      add_evaluate(program, verbosity),
      add_models(program),
      add_train(program),
      add_sample(program),
      add_reconstruct(program),
      add_score(program),
      add_reproduce(program),
      add_figures(program),
  };
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return report_parse_error(program, error);
  }
  for (const auto& command : commands)
    if (command.parser->parsed()) return command.run();
  return 0;
}

}  // namespace
}  // namespace vqcodec::tools

int main(int argc, char** argv) {
  vqcodec::tools::choose_thread_policies();
  int exit_code = 0;
  const int failure =
      vqcodec::tools::exit_code_of("", [&] { exit_code = vqcodec::tools::run(argc, argv); });
  // Text that a full disk swallowed is a failure as well.
  if (failure == 0 && exit_code == 0 && std::fflush(stdout) != 0) {
    std::fputs("vqcodec: cannot write to standard output\n", stderr);
    return 5;
  }
  return failure != 0 ? failure : exit_code;
}
