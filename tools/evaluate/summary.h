// tools/evaluate/summary.h: mean curves and BD-rates, for people and as JSON.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "codec/evaluation.h"

namespace vqcodec::tools {

struct EvaluationReport {
  std::string model_name;
  std::string model;  // fingerprint in hex
  std::size_t pictures = 0;
  int threads = 0;
  codec::MetricChoice metrics;
  std::span<const codec::MeanCurve> curves;  // ours, then the peers'
};

std::string as_text(const EvaluationReport& report);
std::string as_json(const EvaluationReport& report);

}  // namespace vqcodec::tools
