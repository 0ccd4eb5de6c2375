// tests/tools/sandbox.h: the program in a folder of its own, with networks of ten lines (see
// fake_networks.cc) and a model that fits them in place of what a build has.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "codec/image.h"

namespace vqcodec::tools {

struct Outcome {
  int exit_code = 0;  // 128 + n after signal n, as the shell says it
  std::string out;    // standard output
  std::string err;    // standard error
};

class Sandbox {
 public:
  Sandbox();
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  // Runs a line of shell in the folder; `vqcodec` in it is the program. VQCODEC_MODEL and
  // VQCODEC_NETWORKS are set; the line may unset them.
  Outcome run(const std::string& line) const;

  // The same with the caller's own standard error, e.g. a terminal.
  int run_here(const std::string& line) const;

  std::filesystem::path path(const std::string& name) const { return folder_ / name; }
  bool has(const std::string& name) const;
  std::set<std::string> files() const;  // all below the folder, hidden ones too
  std::vector<std::uint8_t> read(const std::string& name) const;
  void write(const std::string& name, const std::vector<std::uint8_t>& bytes) const;
  void write_image(const std::string& name, const codec::Image& image) const;          // PNG
  void write_picture(const std::string& name, int width = 64, int height = 48) const;  // PNG

 private:
  int run_script(const std::string& line, const std::string& redirections) const;

  std::filesystem::path root_;    // what the tests need beside the folder
  std::filesystem::path folder_;  // root_/work
};

// The program with its own networks and model instead of the sandbox's.
inline const std::string kRealProgram =
    "unset VQCODEC_NETWORKS VQCODEC_MODEL; OMP_NUM_THREADS=1 vqcodec ";

// Waves long enough for networks that are means of blocks.
codec::Image test_picture(int width, int height, int channels = 3);

}  // namespace vqcodec::tools
