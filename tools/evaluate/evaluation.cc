#include "tools/evaluate/evaluation.h"

#include <algorithm>
#include <optional>

#include "codec/checksum.h"
#include "codec/image_io.h"
#include "codec/metrics.h"
#include "entropy/error.h"
#include "tools/file_io.h"

namespace vqcodec::tools {
namespace {

// A picture's file, decoded when the first point asks for the pixels: where all points are known,
// that is never.
class Picture {
 public:
  explicit Picture(const std::string& path)
      : bytes_(read_file(path)), checksum_(codec::checksum64(bytes_)) {}

  std::uint64_t checksum() const { return checksum_; }

  const codec::Image& image() {
    if (image_) return *image_;
    image_ = codec::read_image(bytes_);
    bytes_ = {};
    image_->alpha.clear();
    image_->metadata.clear();
    return *image_;
  }

  // Whether a point has all that it can have.
  bool completed_by(const codec::Measurement& point, const codec::MetricChoice& metrics) {
    const bool lacks_ssim = metrics.ssim && !point.ssim;
    const bool lacks_ms_ssim = metrics.ms_ssim && !point.ms_ssim;
    if (!lacks_ssim && !lacks_ms_ssim) return true;
    const int side = std::min(image().width, image().height);
    return !(lacks_ssim && side >= codec::kSsimMinSide) &&
           !(lacks_ms_ssim && side >= codec::kMsSsimMinSide);
  }

 private:
  std::vector<std::uint8_t> bytes_;
  std::uint64_t checksum_;
  std::optional<codec::Image> image_;
};

class Evaluator {
 public:
  Evaluator(std::span<const EvaluatedCodec> codecs, const codec::MetricChoice& metrics,
            PointStore& store)
      : codecs_(codecs), metrics_(metrics), store_(store) {
    for (const auto& codec : codecs) evaluation_.points.emplace_back(codec.codec.sweep.size());
  }

  void add_picture(const std::string& name, Progress& progress) {
    const Progress::Job shown(progress, name);
    Picture picture(name);
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
                           Picture& picture) {
    const PointKey key{codec.codec.name, codec.model, setting, picture.checksum()};
    const auto* known = store_.find(key);
    if (known && picture.completed_by(*known, metrics_)) {
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
