// Every command of the README does what a reader expects: it ends with 0.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "tests/tools/sandbox.h"

namespace vqcodec::tools {
namespace {

// The commands of each ```console block, one script a block.
std::vector<std::string> console_blocks() {
  std::ifstream readme(VQCODEC_SOURCE_DIR "/README.md");
  std::vector<std::string> blocks;
  bool inside = false;
  for (std::string line; std::getline(readme, line);) {
    if (line.rfind("```", 0) == 0) {
      inside = line == "```console";
      if (inside) blocks.emplace_back("set -e\n");
    } else if (inside && line.rfind("$ ", 0) == 0) {
      blocks.back() += line.substr(2) + "\n";
    }
  }
  return blocks;
}

TEST(Readme, EveryConsoleBlockRuns) {
  const auto blocks = console_blocks();
  ASSERT_GE(blocks.size(), 5u);
  for (const auto& block : blocks) {
    const Sandbox sandbox;
    for (const char* name : {"photo.png", "album/one.png", "album/two.png"})
      sandbox.write_picture(name, 192, 128);
    const auto outcome = sandbox.run(block);
    EXPECT_EQ(outcome.exit_code, 0) << block << outcome.err;
  }
}

TEST(Readme, StaysShort) {
  std::ifstream readme(VQCODEC_SOURCE_DIR "/README.md");
  int lines = 0;
  for (std::string line; std::getline(readme, line);) ++lines;
  EXPECT_LT(lines, 250);
}

}  // namespace
}  // namespace vqcodec::tools
