#include "tools/program.h"

#include <cstdio>

namespace vqcodec::tools {
namespace {

constexpr const char* kAbout = "vqcodec: an image codec of learned vector quantization";
constexpr const char* kExitCodes =
    "Exit codes: 0 done, 1 our fault, 2 wrong use or the output exists, 3 damaged input,\n"
    "4 unsupported (version, model, device, feature), 5 resource (file, disk, memory, limit).\n"
    "With several inputs the rest is done, and the code is that of the first failure.";

// Wrong arguments: one line, exit code 2. --help and --version come here too, with code 0.
int report_parse_error(const CLI::App& program, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return program.exit(error);
  std::fprintf(stderr, "vqcodec: %s; see --help\n", error.what());
  return 2;
}

}  // namespace

Program::Program() : parser_(kAbout, "vqcodec") {
  parser_.set_version_flag("--version", "vqcodec " VQCODEC_VERSION);
  parser_.footer(kExitCodes);
  parser_.require_subcommand(1);
  parser_.fallthrough();
  parser_.get_formatter()->label("Excludes", "(not with)");
  auto* verbose = parser_.add_flag("-v,--verbose", verbosity_.verbose, "print the stages' seconds");
  parser_.add_flag("--quiet", verbosity_.quiet, "print errors only")->excludes(verbose);
  commands_ = {
      add_compress(parser_, verbosity_),
      add_decompress(parser_, verbosity_),
      add_info(parser_),
      add_verify(parser_),
      add_compare(parser_),
      add_evaluate(parser_, verbosity_),
      add_models(parser_),
      add_train(parser_),
      add_sample(parser_),
      add_reconstruct(parser_),
      add_score(parser_),
      add_reproduce(parser_),
      add_figures(parser_),
  };
}

int Program::run(int argc, const char* const* argv) {
  try {
    parser_.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return report_parse_error(parser_, error);
  }
  for (const auto& command : commands_)
    if (command.parser->parsed()) return command.run();
  return 0;
}

}  // namespace vqcodec::tools
