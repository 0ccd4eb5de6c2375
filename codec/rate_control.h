// codec/rate_control.h: finds the encoder's setting for a target rate or distortion by bisection.
#pragma once

#include <functional>
#include <optional>

namespace vqcodec::codec {

struct RateSetting {
  int quality = 0;        // index into the model's qualities
  double lagrangian = 1;  // scales the price of a bit; 1 is the quality's own
  bool operator==(const RateSetting&) const = default;
};

inline constexpr double kLagrangianRange = 4;  // from a quarter to four times the own price

// One knob for both: 0 is the smallest file, `qualities` the largest. Each quality takes a unit, in
// which the price of a bit falls from kLagrangianRange to its inverse; 1 is in the middle.
RateSetting setting_at(double knob, int qualities);

// The last setting found short of the target and the first one beyond it, about 1/64 of the knob
// apart; one of them is absent where the target lies outside the range.
struct Crossing {
  std::optional<RateSetting> below = {}, beyond = {};
};

// beyond(setting): whether the target is passed; false for small knobs, true for large ones. Where
// it is not quite so (at the seam of two qualities), some crossing is found all the same. Settings
// that it answers `false` come with rising, those with `true` with falling knob.
Crossing find_crossing(int qualities, const std::function<bool(RateSetting)>& beyond);

}  // namespace vqcodec::codec
