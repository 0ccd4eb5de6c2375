// tools/output_file.h: a file that appears under its name only when it is complete.
//
// It is written beside its target under a temporary name and renamed at the end; a failure, Ctrl-C
// or a kind kill removes it. Standard output ("-"), devices and pipes are written directly.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace vqcodec::tools {

// Throws Error(kUsage) if `path` is an existing file and `overwrite` is false. Ask before the work.
void require_free(const std::string& path, bool overwrite);

class OutputFile {
 public:
  explicit OutputFile(const std::string& path);  // Throws Error(kResource).
  ~OutputFile();                                 // Leaves nothing behind without commit().
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::span<const std::uint8_t> bytes);  // Throws Error(kResource).
  void commit();                                    // Throws Error(kResource). Call once, last.

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// All steps at once; with -c to a closed pipe or a full device it throws like the others.
void write_output(const std::string& path, std::span<const std::uint8_t> bytes);
void write_text(const std::string& path, std::string_view text);

}  // namespace vqcodec::tools
