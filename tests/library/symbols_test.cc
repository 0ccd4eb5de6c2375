// libvqcodec.so shows what vqcodec.h declares and nothing else.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <regex>
#include <set>
#include <string>

namespace vqcodec::library {
namespace {

std::set<std::string> declared() {
  std::ifstream in(VQCODEC_SOURCE_DIR "/tools/library/vqcodec.h");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::regex function(R"re(VQCODEC_API [^;(]*?(vqcodec_\w+)\()re");
  std::set<std::string> names;
  for (std::sregex_iterator match(text.begin(), text.end(), function), end; match != end; ++match)
    names.insert((*match)[1]);
  return names;
}

std::set<std::string> exported() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> nm(
      ::popen("nm -D --defined-only --format=posix '" VQCODEC_LIBRARY "'", "r"), ::pclose);
  std::set<std::string> names;
  std::array<char, 1024> line;
  while (nm && std::fgets(line.data(), line.size(), nm.get()) != nullptr) {
    const std::string name(line.data(), std::string_view(line.data()).find_first_of(" @"));
    if (name != "VQCODEC_0") names.insert(name);  // the version's own
  }
  return names;
}

TEST(Symbols, TheLibraryShowsWhatItsHeaderDeclares) {
  EXPECT_GE(declared().size(), 8U);
  EXPECT_EQ(exported(), declared());
}

}  // namespace
}  // namespace vqcodec::library
