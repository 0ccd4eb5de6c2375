// The floors, read from the #include lines: a folder includes only those below it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <utility>

namespace vqcodec::tools {
namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"entropy", {"entropy"}},
    {"codec", {"entropy", "codec"}},
    {"models", {"entropy", "codec", "models"}},
    {"tools", {"entropy", "codec", "models", "tools"}},
};

// Calls see(path, line number, line) for each line of the sources below a folder.
template <typename See>
void for_each_line(const std::string& folder, See&& see) {
  int files = 0;
  for (const auto& entry :
       fs::recursive_directory_iterator(fs::path(VQCODEC_SOURCE_DIR) / folder)) {
    const auto extension = entry.path().extension();
    if (extension != ".cc" && extension != ".h") continue;
    ++files;
    std::ifstream in(entry.path());
    int number = 0;
    for (std::string line; std::getline(in, line);) see(entry.path().string(), ++number, line);
  }
  EXPECT_GT(files, 0) << folder;
}

TEST(Layering, AFolderIncludesOnlyThoseBelowIt) {
  const std::regex include(R"re(^\s*#\s*include\s*"([a-z]+)/)re");
  for (const auto& [folder, allowed] : kMayInclude)
    for_each_line(folder, [&](const std::string& path, int number, const std::string& line) {
      std::smatch match;
      if (std::regex_search(line, match, include)) {
        EXPECT_TRUE(allowed.contains(match[1])) << path << ":" << number << ": " << line;
      }
    });
}

TEST(Layering, OnlyModelsKnowsLibTorch) {
  const std::regex torch(R"re(^\s*#\s*include\s*[<"](torch|ATen|c10)/)re");
  for (const char* folder : {"entropy", "codec", "tools"})
    for_each_line(folder, [&](const std::string& path, int number, const std::string& line) {
      EXPECT_FALSE(std::regex_search(line, torch)) << path << ":" << number << ": " << line;
    });
}

// Floors inside a folder include nothing of the folder around them: what runs trained networks
// needs no LibTorch, and libvqcodec nothing of the program.
TEST(Layering, InnerFloorsKnowNothingAroundThem) {
  const std::pair<const char*, const char*> inner[] = {
      {"models/inference",
       R"re(^\s*#\s*include\s*([<"](torch|ATen|c10)/|"models/(?!inference/)))re"},
      {"tools/library", R"re(^\s*#\s*include\s*"(models/|tools/(?!library/)))re"}};
  for (const auto& [folder, pattern] : inner) {
    const std::regex around(pattern);
    for_each_line(folder, [&](const std::string& path, int number, const std::string& line) {
      EXPECT_FALSE(std::regex_search(line, around)) << path << ":" << number << ": " << line;
    });
  }
}

TEST(Layering, TheStreamIsReadWithIntegersAlone) {
  const std::regex floating(R"re(\b(float|double)\b)re"), comment("//.*$");
  for_each_line("entropy", [&](const std::string& path, int number, const std::string& line) {
    EXPECT_FALSE(std::regex_search(std::regex_replace(line, comment, ""), floating))
        << path << ":" << number << ": " << line;
  });
}

}  // namespace
}  // namespace vqcodec::tools
