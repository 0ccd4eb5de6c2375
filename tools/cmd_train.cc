// tools/cmd_train.cc: hands its arguments to the networks' module, which has the training commands.
#include <vector>

#include "tools/command.h"
#include "tools/exit_code.h"
#include "tools/network_module.h"

namespace vqcodec::tools {

Command add_train(CLI::App& program) {
  auto* parser = program.add_subcommand("train", "train, test and export models; see train --help");
  // Nothing after the name is ours, --help included.
  parser->prefix_command()->fallthrough(false)->set_help_flag();
  return {parser, [parser] {
            int exit_code = 0;
            const int failure = exit_code_of("", [&] {
              const auto remaining = parser->remaining();
              std::vector<const char*> arguments = {"train"};
              for (const auto& argument : remaining) arguments.push_back(argument.c_str());
              exit_code =
                  NetworkModule::load().train(static_cast<int>(arguments.size()), arguments.data());
            });
            return failure != 0 ? failure : exit_code;
          }};
}

}  // namespace vqcodec::tools
