#include "tools/evaluate/evaluation.h"

#include <algorithm>

#include "codec/metrics.h"
#include "tools/evaluate/lazy_picture.h"

namespace vqcodec::tools {
namespace {

// Whether a point has all that it can have.
bool is_complete(const codec::Measurement& point, const codec::MetricChoice& metrics,
                 LazyPicture& picture) {
  const bool lacks_ssim = metrics.ssim && !point.ssim;
  const bool lacks_ms_ssim = metrics.ms_ssim && !point.ms_ssim;
  if (!lacks_ssim && !lacks_ms_ssim) return true;
  const int side = std::min(picture.image().width, picture.image().height);
  return !(lacks_ssim && side >= codec::kSsimMinSide) &&
         !(lacks_ms_ssim && side >= codec::kMsSsimMinSide);
}

class Evaluator {
 public:
  Evaluator(std::span<const EvaluatedCodec> codecs, const codec::MetricChoice& metrics,
            PointStore& store)
      : codecs_(codecs), metrics_(metrics), store_(store) {
    for (const auto& codec : codecs) evaluation_.points.emplace_back(codec.codec.sweep.size());
  }

  void add_picture(const std::string& name, Progress& progress) {
    const Progress::Job shown(progress, name);
    LazyPicture picture(name);
    evaluation_.pictures.push_back(name);
    double done = 0;
    for (std::size_t c = 0; c < codecs_.size(); ++c) {
      const auto& settings = codecs_[c].codec.sweep;
      for (std::size_t s = 0; s < settings.size(); ++s) {
        evaluation_.points[c][s].push_back(point(codecs_[c], settings[s], name, picture));
        progress.advance(++done / static_cast<double>(points_a_picture()));
      }
    }
  }

  Evaluation result() && {
    for (std::size_t c = 0; c < codecs_.size(); ++c) {
      const auto& codec = codecs_[c].codec;
      codec::MeanCurve curve{.codec = codec.name, .settings = codec.settings, .points = {}};
      for (std::size_t s = 0; s < codec.sweep.size(); ++s)
        curve.points.push_back(codec::mean_point(codec.sweep[s], evaluation_.points[c][s]));
      evaluation_.curves.push_back(std::move(curve));
    }
    return std::move(evaluation_);
  }

 private:
  std::size_t points_a_picture() const {
    std::size_t count = 0;
    for (const auto& codec : codecs_) count += codec.codec.sweep.size();
    return count;
  }

  codec::Measurement point(const EvaluatedCodec& codec, double setting, const std::string& name,
                           LazyPicture& picture) {
    const PointKey key{codec.codec.name, codec.model, setting, picture.checksum()};
    const auto* known = store_.find(key);
    if (known && is_complete(*known, metrics_, picture)) {
      ++evaluation_.kept;
      return *known;
    }
    ++evaluation_.measured;
    return store_.add(key, name, codec::measure(codec.codec, setting, picture.image(), metrics_));
  }

  std::span<const EvaluatedCodec> codecs_;
  codec::MetricChoice metrics_;
  PointStore& store_;
  Evaluation evaluation_;
};

}  // namespace

Evaluation evaluate(std::span<const EvaluatedCodec> codecs, std::span<const std::string> pictures,
                    const codec::MetricChoice& metrics, PointStore& store, Progress& progress) {
  Evaluator evaluator(codecs, metrics, store);
  for (const auto& picture : pictures)
    naming(picture, [&] { evaluator.add_picture(picture, progress); });
  return std::move(evaluator).result();
}

}  // namespace vqcodec::tools
