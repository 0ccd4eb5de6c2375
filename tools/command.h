// tools/command.h: what every subcommand is made of. Each lives in its cmd_<name>.cc,
// or in the command.cc of its folder.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <functional>

namespace vqcodec::tools {

// Options that stand before or after the subcommand's name.
struct Verbosity {
  bool verbose = false;
  bool quiet = false;
};

struct Command {
  CLI::App* parser;          // belongs to the program's
  std::function<int()> run;  // after parsing; returns the exit code
};

// Each adds a subcommand; `verbosity` must outlive the command.
Command add_compress(CLI::App& program, const Verbosity& verbosity);
Command add_decompress(CLI::App& program, const Verbosity& verbosity);
Command add_info(CLI::App& program);
Command add_verify(CLI::App& program);
Command add_compare(CLI::App& program);
Command add_evaluate(CLI::App& program, const Verbosity& verbosity);
Command add_models(CLI::App& program);
Command add_train(CLI::App& program);
Command add_sample(CLI::App& program);
Command add_reconstruct(CLI::App& program);
Command add_score(CLI::App& program);
Command add_reproduce(CLI::App& program);
Command add_figures(CLI::App& program);

}  // namespace vqcodec::tools
