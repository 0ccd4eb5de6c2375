// tools/program.h: the program's parser with all its commands, and what each of them does.
#pragma once

#include <vector>

#include "tools/command.h"

namespace vqcodec::tools {

class Program {
 public:
  Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  int run(int argc, const char* const* argv);  // Returns the exit code.
  const CLI::App& parser() const { return parser_; }

 private:
  Verbosity verbosity_;
  CLI::App parser_;
  std::vector<Command> commands_;
};

}  // namespace vqcodec::tools
