// tools/evaluate/decomposition_store.h: decomposition.jsonl: a line of JSON for every picture
// decomposed at a quality, kept as it comes, so that a run that was killed goes on where it was.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "codec/decomposition.h"
#include "tools/library/file_io.h"

namespace vqcodec::tools {

struct DecompositionKey {
  std::uint64_t model = 0;    // fingerprint
  std::uint64_t picture = 0;  // checksum of the picture's file: a name may get other pixels
  int quality = 0;            // 1..
  int threads = 1;            // of the networks, whose floats depend on them

  auto operator<=>(const DecompositionKey&) const = default;
};

class DecompositionStore {
 public:
  DecompositionStore() = default;  // Keeps nothing.
  // Made where it is not there; a line that was cut is taken away. Throws Error: (kCorrupt) where
  // another line is not one of this file, (kResource).
  explicit DecompositionStore(const std::string& path);

  // Reads it from the file: memory is bounded by one picture, however many there are.
  std::optional<codec::PictureDecomposition> find(const DecompositionKey& key) const;

  // picture_name: for the reader of the file. Throws Error(kResource).
  void add(const DecompositionKey& key, const std::string& picture_name,
           const codec::PictureDecomposition& picture);

 private:
  std::string path_;
  std::unique_ptr<library::FileDescriptor> file_;  // null: keeps nothing
  std::uint64_t size_bytes_ = 0;
  std::map<DecompositionKey, std::uint64_t> lines_;  // where each begins
};

}  // namespace vqcodec::tools
