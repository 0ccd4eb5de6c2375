// tools/manual/main.cc: prints the man page or the completion while the program is built, so that
// they say what --help says.
#include <cstdio>
#include <string_view>

#include "tools/manual/command_line.h"
#include "tools/program.h"

int main(int argc, char** argv) {
  using namespace vqcodec::tools;
  const std::string_view wanted = argc == 2 ? argv[1] : "";
  if (wanted != "man" && wanted != "bash") {
    std::fputs("vqcodec_manual: expected man or bash\n", stderr);
    return 2;
  }
  const Program program;
  const auto command_line = read_command_line(program.parser());
  const auto text =
      wanted == "man" ? man_page(command_line, VQCODEC_VERSION) : bash_completion(command_line);
  return std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0 ? 5 : 0;
}
