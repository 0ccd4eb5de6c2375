// tools/evaluate/timings_json.h: seconds by stage as a JSON object.
#pragma once

#include <nlohmann/json.hpp>

#include "codec/codec.h"

namespace vqcodec::tools {

inline nlohmann::ordered_json timings_to_json(const codec::Timings& timings) {
  auto json = nlohmann::ordered_json::object();
  for (const auto& [stage, seconds] : timings) json[stage] = seconds;
  return json;
}

}  // namespace vqcodec::tools
