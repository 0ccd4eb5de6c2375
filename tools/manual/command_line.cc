#include "tools/manual/command_line.h"

#include <sstream>

#include "tools/command.h"

namespace vqcodec::tools {
namespace {

ManualOption read_option(const CLI::Option& option) {
  ManualOption result;
  for (const auto& name : option.get_snames()) result.names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) result.names.push_back("--" + name);
  result.is_argument = option.get_positional();
  if (result.is_argument) result.names = {option.get_name(/*positional=*/true)};
  if (option.get_items_expected_max() > 0) result.value = option.get_type_name();
  result.about = option.get_description();
  result.variable = option.get_envname();
  result.is_required = option.get_required();
  return result;
}

// Those of option groups, which are parsers without a name, come last. --help is the program's.
void append_options(const CLI::App& parser, std::vector<ManualOption>& options) {
  for (const auto* option : parser.get_options())
    if (option != parser.get_help_ptr() || parser.get_parent() == nullptr)
      options.push_back(read_option(*option));
  for (const auto* group : parser.get_subcommands(nullptr))
    if (group->get_name().empty()) append_options(*group, options);
}

}  // namespace

CommandLine read_command_line(const CLI::App& program) {
  CommandLine result{.about = program.get_description(),
                     .footer = program.get_footer(),
                     .options = {},
                     .commands = {}};
  append_options(program, result.options);
  for (const auto* parser : program.get_subcommands(nullptr)) {
    if (parser->get_name().empty()) continue;
    ManualCommand command{
        .name = parser->get_name(), .about = parser->get_description(), .options = {}};
    append_options(*parser, command.options);
    result.commands.push_back(std::move(command));
  }
  return result;
}

std::vector<std::string> choices(const std::string& value) {
  std::vector<std::string> result;
  if (value.find('|') == std::string::npos) return result;
  std::istringstream in(value);
  for (std::string choice; std::getline(in, choice, '|');) result.push_back(choice);
  return result;
}

}  // namespace vqcodec::tools
