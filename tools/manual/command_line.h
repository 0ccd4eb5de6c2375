// tools/manual/command_line.h: the command line as data, for pages and completion made of it.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace vqcodec::tools {

struct ManualOption {
  std::vector<std::string> names;  // "-q", "--quality"; of an argument its one name
  std::string value;               // "N", "FILE", "psnr|ms-ssim"; empty: takes none
  std::string about;
  std::string variable;  // of the environment, that says the same; empty: none
  bool is_argument = false;
  bool is_required = false;
};

struct ManualCommand {
  std::string name;
  std::string about;
  std::vector<ManualOption> options;
};

struct CommandLine {
  std::string about;
  std::string footer;
  std::vector<ManualOption> options;  // of every command
  std::vector<ManualCommand> commands;
};

CommandLine read_command_line(const CLI::App& program);

// The choices of "psnr|ms-ssim"; none for other values.
std::vector<std::string> choices(const std::string& value);

std::string man_page(const CommandLine& command_line, const std::string& version);
std::string bash_completion(const CommandLine& command_line);

}  // namespace vqcodec::tools
