// codec/peak_memory.h: what a piece of work takes of memory on top of what the process holds.
#pragma once

#include <cstdint>
#include <optional>

namespace vqcodec::codec {

// Starts a peak of the whole process: one at a time, and no other work beside it.
class PeakMemory {
 public:
  PeakMemory();

  // The most that was held since the constructor, less what was held then. Empty where the system
  // does not count it (elsewhere than on Linux).
  std::optional<std::uint64_t> bytes() const;

 private:
  std::optional<std::uint64_t> before_bytes_;
};

}  // namespace vqcodec::codec
