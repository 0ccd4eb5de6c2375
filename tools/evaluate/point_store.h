// tools/evaluate/point_store.h: points.csv: what an evaluation has measured, kept as it comes, so
// that a run that was killed goes on where it was.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "codec/evaluation.h"
#include "tools/library/file_io.h"

namespace vqcodec::tools {

struct PointKey {
  std::string codec;
  std::string model;  // fingerprint in hex; empty where the codec has none
  double setting = 0;
  std::uint64_t picture = 0;  // checksum of the picture's file: a name may get other pixels
  int threads = 0;            // of our networks, whose floats depend on them; 0: of no account

  std::partial_ordering operator<=>(const PointKey&) const = default;
};

// What becomes of points that lie in the folder already.
enum class OldPoints {
  kOfThisRun,  // all of them were asked for: go on with them; others are refused
  kKept,       // use those that were asked for, leave the others where they are
  kForgotten,
};

class PointStore {
 public:
  using Asked = std::function<bool(const PointKey&, const std::string& picture_name)>;

  PointStore() = default;  // Keeps the points in memory alone.
  // Made where it is not there; the rest of a row that was cut is taken away. Throws Error:
  // (kUsage) for points of another run, (kCorrupt) for a file of other columns, (kResource).
  PointStore(const std::string& path, OldPoints old_points, const Asked& asked);

  // Null where it is not known. The pointer lasts as long as the store.
  const codec::Measurement* find(const PointKey& key) const;

  // picture_name: in_a_row() of it. Throws Error(kResource).
  const codec::Measurement& add(const PointKey& key, const std::string& picture_name,
                                const codec::Measurement& point);

 private:
  std::map<PointKey, codec::Measurement> points_;
  std::unique_ptr<library::FileDescriptor> file_;
};

// The name as the file has it: a row is a line.
std::string in_a_row(std::string picture_name);

}  // namespace vqcodec::tools
