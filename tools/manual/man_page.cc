// tools/manual/man_page.cc: vqcodec(1), in the man macros (man-pages(7), groff_man(7)).
#include <map>

#include "tools/manual/command_line.h"

namespace vqcodec::tools {
namespace {

// As running text: nothing in it is a macro, and a hyphen of the shell stays one.
std::string escaped(const std::string& text) {
  std::string result;
  bool begins_line = true;
  for (const char letter : text) {
    if (begins_line && (letter == '.' || letter == '\'')) result += "\\&";
    if (letter == '\\')
      result += "\\e";
    else if (letter == '-')
      result += "\\-";
    else
      result += letter;
    begins_line = letter == '\n';
  }
  return result;
}

std::string bold(const std::string& text) { return "\\fB" + escaped(text) + "\\fR"; }
std::string slanted(const std::string& text) { return "\\fI" + escaped(text) + "\\fR"; }

std::string value_of(const ManualOption& option) {
  const auto words = choices(option.value);
  if (words.empty()) return slanted(option.value);
  std::string result;
  for (const auto& word : words) {
    if (!result.empty()) result += "|";
    result += bold(word);
  }
  return result;
}

// A word and, indented, what it means.
std::string entry(const std::string& word, const std::string& about) {
  std::string text = ".TP\n";
  return text.append(word).append("\n").append(escaped(about)).append("\n");
}

std::string entry(const ManualOption& option) {
  std::string names;
  for (const auto& name : option.names) {
    if (!names.empty()) names += ", ";
    names += option.is_argument ? slanted(name) : bold(name);
  }
  if (!option.value.empty()) names.append(" ").append(value_of(option));
  return entry(names, option.about);
}

std::string synopsis(const ManualCommand& command) {
  std::string arguments;
  for (const auto& option : command.options) {
    if (!option.is_argument) continue;
    const auto name = slanted(option.names.front());
    arguments += option.is_required ? " " + name : " [" + name + "]...";
  }
  return bold("vqcodec " + command.name) + " [" + slanted("OPTION") + "]..." + arguments + "\n";
}

std::string section(const ManualCommand& command) {
  std::string text =
      ".SS " + command.name + "\n" + synopsis(command) + ".PP\n" + escaped(command.about) + ".\n";
  for (const auto& option : command.options) text += entry(option);
  return text;
}

std::string environment(const CommandLine& command_line) {
  std::map<std::string, std::string> variables = {
      {"VQCODEC_NETWORKS", "the networks' library in place of the installed one"},
      {"VQCODEC_PEERS", "the library of other codecs in place of the installed one"}};
  for (const auto& command : command_line.commands)
    for (const auto& option : command.options)
      if (!option.variable.empty())
        variables[option.variable] = "as " + option.names.back() + ": " + option.about;
  std::string text;
  for (const auto& [name, about] : variables) text += entry(bold(name), about);
  return text;
}

constexpr const char* kFiles =
    ".TP\n\\fI../share/vqcodec/models/*.vqm\\fR\n"
    "models beside the built\\-in one, found from where the program lies\n";

constexpr const char* kExamples =
    ".TP\n\\fBvqcodec compress photo.png \\-q 3\\fR\nmakes photo.vqc, small\n"
    ".TP\n\\fBvqcodec decompress photo.vqc \\-o restored.png\\fR\nbrings the picture back\n"
    ".TP\n\\fBvqcodec compress \\-r album \\-\\-output\\-dir packed\\fR\ntakes a whole folder\n";

}  // namespace

std::string man_page(const CommandLine& command_line, const std::string& version) {
  const auto name_and_about = command_line.about.find(": ");
  std::string text = ".TH VQCODEC 1 \"\" \"vqcodec " + version + "\" \"User Commands\"\n";
  text += ".SH NAME\nvqcodec \\- " + escaped(command_line.about.substr(name_and_about + 2)) + "\n";
  text += ".SH SYNOPSIS\n" + bold("vqcodec") + " " + slanted("COMMAND") + " [" + slanted("OPTION") +
          "]... [" + slanted("ARGUMENT") + "]...\n";
  text += ".SH OPTIONS\nBefore or after the command's name:\n";
  for (const auto& option : command_line.options) text += entry(option);
  text += ".SH COMMANDS\n";
  for (const auto& command : command_line.commands) text += section(command);
  text += ".SH EXIT STATUS\n" + escaped(command_line.footer) + "\n";
  text += ".SH ENVIRONMENT\n" + environment(command_line);
  text += std::string(".SH FILES\n") + kFiles;
  text += std::string(".SH EXAMPLES\n") + kExamples;
  return text;
}

}  // namespace vqcodec::tools
