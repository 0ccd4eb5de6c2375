// tools/evaluate/point_store.h: points.csv: what an evaluation has measured, kept as it comes, so
// that a run that was killed goes on where it was.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "codec/evaluation.h"
#include "tools/file_io.h"

namespace vqcodec::tools {

struct PointKey {
  std::string codec;
  std::string model;  // fingerprint in hex; empty where the codec has none
  double setting = 0;
  std::uint64_t picture = 0;  // checksum of the picture's file: a name may get other pixels

  std::partial_ordering operator<=>(const PointKey&) const = default;
};

class PointStore {
 public:
  PointStore() = default;  // Keeps the points in memory alone.
  // Made where it is not there; the rest of a row that was cut is taken away. Throws Error:
  // (kCorrupt) for a file of other columns, (kResource).
  explicit PointStore(const std::string& path);

  // Null where it is not known. The pointer lasts as long as the store.
  const codec::Measurement* find(const PointKey& key) const;

  // picture_name: for the reader of the file. Throws Error(kResource).
  const codec::Measurement& add(const PointKey& key, const std::string& picture_name,
                                const codec::Measurement& point);

 private:
  std::map<PointKey, codec::Measurement> points_;
  std::unique_ptr<FileDescriptor> file_;
};

}  // namespace vqcodec::tools
