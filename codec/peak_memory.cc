#include "codec/peak_memory.h"

#include <algorithm>
#include <fstream>
#include <string>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace vqcodec::codec {
namespace {

// A line such as "VmHWM:     5120 kB" of proc(5)'s status.
std::optional<std::uint64_t> status_bytes(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string name; status >> name; std::getline(status, name)) {
    if (name != field) continue;
    std::uint64_t kibibytes = 0;
    if (status >> kibibytes) return 1024 * kibibytes;
  }
  return std::nullopt;
}

// Sets VmHWM back to VmRSS: proc(5), clear_refs.
bool forget_peak() {
  std::ofstream clear("/proc/self/clear_refs");
  return static_cast<bool>(clear << 5 << std::flush);
}

}  // namespace

PeakMemory::PeakMemory() {
#ifdef __GLIBC__
  ::malloc_trim(0);  // Memory that earlier work freed would be taken again without a trace.
#endif
  if (forget_peak()) before_bytes_ = status_bytes("VmRSS:");
}

std::optional<std::uint64_t> PeakMemory::bytes() const {
  const auto peak_bytes = status_bytes("VmHWM:");
  if (!before_bytes_ || !peak_bytes) return std::nullopt;
  return std::max(*peak_bytes, *before_bytes_) - *before_bytes_;
}

}  // namespace vqcodec::codec
