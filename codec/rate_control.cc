#include "codec/rate_control.h"

#include <algorithm>
#include <cmath>

namespace vqcodec::codec {

RateSetting setting_at(double knob, int qualities) {
  const int quality = std::clamp(static_cast<int>(knob), 0, qualities - 1);
  const double from_middle = knob - quality - 0.5;  // -0.5..0.5
  return {quality, std::pow(kLagrangianRange, -2 * from_middle)};
}

Crossing find_crossing(int qualities, const std::function<bool(RateSetting)>& beyond) {
  constexpr double kResolution = 1.0 / 64;
  double low = 0;
  double high = qualities;
  Crossing crossing;
  const auto try_at = [&](double knob) {
    const RateSetting setting = setting_at(knob, qualities);
    const bool is_beyond = beyond(setting);
    (is_beyond ? high : low) = knob;
    (is_beyond ? crossing.beyond : crossing.below) = setting;
  };

  // The qualities at their own price first: each costs a run of the networks.
  int first = 0;
  for (int count = qualities; count > 0;) {
    const int half = count / 2;
    try_at(first + half + 0.5);
    if (high == first + half + 0.5) {
      count = half;
    } else {
      first += half + 1;
      count -= half + 1;
    }
  }
  if (!crossing.beyond) try_at(qualities);
  if (!crossing.below) try_at(0);
  while (crossing.below && crossing.beyond && high - low > kResolution) try_at((low + high) / 2);
  return crossing;
}

}  // namespace vqcodec::codec
