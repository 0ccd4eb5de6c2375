// tools/manual/bash_completion.cc: a completion for bash 4 and later, which loads it from
// share/bash-completion/completions. Words that it does not know are files.
#include "tools/manual/command_line.h"

namespace vqcodec::tools {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string result;
  for (const auto& word : words) result += (result.empty() ? "" : " ") + word;
  return result;
}

std::string option_names(const std::vector<ManualOption>& options) {
  std::vector<std::string> names;
  for (const auto& option : options)
    if (!option.is_argument) names.insert(names.end(), option.names.begin(), option.names.end());
  return joined(names);
}

// Completes the value of an option by the type that --help shows.
std::string completed_by(const std::string& value) {
  if (const auto words = choices(value); !words.empty())
    return "COMPREPLY=($(compgen -W '" + joined(words) + "' -- \"$word\"))";
  if (value == "DIR") return "compopt -o filenames; COMPREPLY=($(compgen -d -- \"$word\"))";
  if (value == "FILE") return "";
  return "compopt +o default";
}

// A case for each option that takes a value: "compress --device) ...;;"
std::string value_cases(const ManualCommand& command) {
  std::string text;
  for (const auto& option : command.options) {
    if (option.is_argument || option.value.empty()) continue;
    std::string patterns;
    for (const auto& name : option.names)
      patterns += (patterns.empty() ? "'" : "|'") + command.name + " " + name + "'";
    const auto reply = completed_by(option.value);
    text += "    " + patterns + ") " + reply + (reply.empty() ? "return;;\n" : "; return;;\n");
  }
  return text;
}

constexpr const char* kHead =
    R"bash(# bash completion of vqcodec; made from its command line when it was built.
_vqcodec() {
  local word=$2 previous=$3 command= place options
  COMPREPLY=()
  for ((place = 1; place < COMP_CWORD; ++place)); do
    if [[ ${COMP_WORDS[place]} != -* ]]; then
      command=${COMP_WORDS[place]}
      break
    fi
  done
)bash";

constexpr const char* kTail = R"bash(  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  fi
}
complete -o bashdefault -o default -F _vqcodec vqcodec
)bash";

}  // namespace

std::string bash_completion(const CommandLine& command_line) {
  std::vector<std::string> names;
  for (const auto& command : command_line.commands) names.push_back(command.name);
  const auto shared = option_names(command_line.options);

  std::string text = kHead;
  text += "  if [[ -z $command ]]; then\n    COMPREPLY=($(compgen -W '" + joined(names) + " " +
          shared + "' -- \"$word\"))\n    return\n  fi\n";
  text += "  case \"$command $previous\" in\n";
  for (const auto& command : command_line.commands) text += value_cases(command);
  text += "  esac\n  case $command in\n";
  for (const auto& command : command_line.commands)
    text += "    " + command.name + ") options='" + option_names(command.options) + " " + shared +
            "';;\n";
  return text + kTail;
}

}  // namespace vqcodec::tools
