// tools/cmd_train.cc: hands their arguments to the networks' module, which has these commands.
#include <vector>

#include "tools/command.h"
#include "tools/exit_code.h"
#include "tools/library/network_module.h"

namespace vqcodec::tools {

namespace {

Command add_network_command(CLI::App& program, const char* name, const char* about) {
  auto* parser = program.add_subcommand(name, about);
  // Nothing after the name is ours, --help included.
  parser->prefix_command()->fallthrough(false)->set_help_flag();
  return {parser, [parser] {
            int exit_code = 0;
            const int failure = exit_code_of("", [&] {
              const auto command = parser->get_name();
              const auto remaining = parser->remaining();
              std::vector<const char*> arguments = {command.c_str()};
              for (const auto& argument : remaining) arguments.push_back(argument.c_str());
              exit_code = library::NetworkModule::for_training().train(
                  static_cast<int>(arguments.size()), arguments.data());
            });
            return failure != 0 ? failure : exit_code;
          }};
}

}  // namespace

Command add_train(CLI::App& program) {
  return add_network_command(program, "train", "train, test and export models; see train --help");
}

Command add_sample(CLI::App& program) {
  return add_network_command(program, "sample", "draw pictures from a trained model");
}

Command add_reconstruct(CLI::App& program) {
  return add_network_command(program, "reconstruct", "pictures through a trained model and back");
}

Command add_score(CLI::App& program) {
  return add_network_command(program, "score", "likelihood or bound of a trained model");
}

Command add_reproduce(CLI::App& program) {
  return add_network_command(program, "reproduce", "published figures of the models, made again");
}

Command add_figures(CLI::App& program) {
  return add_network_command(program, "figures", "the documents' pictures, from reproduce's runs");
}

}  // namespace vqcodec::tools
