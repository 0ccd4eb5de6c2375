// tools/evaluate/comparisons.h: which curves are compared with which, and how far they lie apart.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "codec/evaluation.h"
#include "tools/evaluate/anchors.h"

namespace vqcodec::tools {

struct Difference {
  codec::BdRate rate;
  codec::BdQuality quality;
};

struct Comparison {
  std::string test, anchor;  // names of the curves
  const codec::QualityMeasure* measure = nullptr;
  bool published = false;  // the anchor: measured by others, maybe over other pictures
  Difference full;         // over all that both curves reach
  Difference usual;        // within the measure's usual range
};

// By measure: each of our curves (the first `own_curves`) against each other codec's, and our
// further ones against our first. Without ours, the others against the first of them. Then ours
// against the published curves that have this measure.
std::vector<Comparison> comparisons(std::span<const codec::MeanCurve> curves,
                                    std::size_t own_curves, const codec::MetricChoice& metrics,
                                    std::span<const PublishedCurve> published = {});

}  // namespace vqcodec::tools
