#include "tools/evaluate/comparisons.h"

namespace vqcodec::tools {
namespace {

using Curves = std::span<const codec::MeanCurve>;

Difference difference(const codec::MeanCurve& anchor, const codec::MeanCurve& test,
                      const codec::QualityMeasure& measure,
                      std::optional<codec::QualityRange> range) {
  return {.rate = compare_curves(anchor, test, measure, range),
          .quality = compare_at_equal_rates(anchor, test, measure, range)};
}

Comparison comparison(const codec::MeanCurve& anchor, const codec::MeanCurve& test,
                      const codec::QualityMeasure& measure) {
  return {.test = test.codec,
          .anchor = anchor.codec,
          .measure = &measure,
          .full = difference(anchor, test, measure, std::nullopt),
          .usual = difference(anchor, test, measure, measure.usual_range)};
}

}  // namespace

std::vector<Comparison> comparisons(Curves curves, std::size_t own_curves,
                                    const codec::MetricChoice& metrics,
                                    std::span<const PublishedCurve> published) {
  std::vector<Comparison> result;
  const std::size_t measures = metrics.ms_ssim ? codec::kQualityMeasures.size() : 1;
  const Curves ours = curves.first(own_curves), others = curves.subspan(own_curves);
  for (std::size_t m = 0; m < measures; ++m) {
    const auto& measure = codec::kQualityMeasures[m];
    for (const auto& test : ours)
      for (const auto& anchor : others) result.push_back(comparison(anchor, test, measure));
    const Curves among = ours.empty() ? others : ours;
    for (std::size_t i = 1; i < among.size(); ++i)
      result.push_back(comparison(among.front(), among[i], measure));
    for (const auto& test : ours)
      for (const auto& anchor : published)
        if (!anchor.by_measure[m].points.empty()) {
          result.push_back(comparison(anchor.by_measure[m], test, measure));
          result.back().published = true;
        }
  }
  return result;
}

}  // namespace vqcodec::tools
