#include "tools/evaluate/equal_bytes.h"

#include <cmath>

namespace vqcodec::tools {
namespace {

// A place within the sweep: 0 is its first setting, 1.5 lies amid its second and third.
double setting_at(const std::vector<double>& sweep, double place) {
  const auto before = static_cast<std::size_t>(place);
  const double share = place - static_cast<double>(before);
  return share == 0 ? sweep[before] : std::lerp(sweep[before], sweep[before + 1], share);
}

// Finer than a step of the codecs whose settings are whole numbers, and some 1 % of a file for the
// others.
constexpr double kFinestStep = 1.0 / 64;

}  // namespace

SizedFile file_within(const codec::PeerCodec& codec, const codec::Image& image,
                      std::uint64_t size_bytes) {
  const auto file_at = [&](double place) {
    const double setting = setting_at(codec.sweep, place);
    return SizedFile{.setting = setting, .bytes = codec.encode(image, setting)};
  };
  double low = 0, high = static_cast<double>(codec.sweep.size() - 1);
  auto best = file_at(high);
  if (best.bytes.size() <= size_bytes) return best;
  best = file_at(low);
  if (best.bytes.size() > size_bytes) return best;
  while (high - low > kFinestStep) {
    const double middle = (low + high) / 2;
    auto file = file_at(middle);
    const bool fits = file.bytes.size() <= size_bytes;
    // Files do not grow strictly with quality: an earlier one may be the larger that fits.
    if (fits && file.bytes.size() >= best.bytes.size()) best = std::move(file);
    (fits ? low : high) = middle;
  }
  return best;
}

}  // namespace vqcodec::tools
