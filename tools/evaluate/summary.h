// tools/evaluate/summary.h: mean curves and BD-rates, for people and as JSON.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "codec/evaluation.h"
#include "tools/evaluate/anchors.h"
#include "tools/evaluate/comparisons.h"

namespace vqcodec::tools {

struct EvaluationReport {
  struct Model {
    std::string name;
    std::string fingerprint;  // in hex
  };
  std::vector<Model> models;  // of our curves, which come first
  std::size_t pictures = 0;
  int threads = 0;
  codec::MetricChoice metrics;
  std::span<const codec::MeanCurve> curves;
  std::span<const PublishedCurve> published = {};  // ours are compared with them as well
};

std::vector<Comparison> comparisons_of(const EvaluationReport& report);

std::string as_text(const EvaluationReport& report);
std::string as_json(const EvaluationReport& report);

}  // namespace vqcodec::tools
