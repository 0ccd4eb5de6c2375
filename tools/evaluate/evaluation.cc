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

  bool has_ms_ssim() { return std::min(image().width, image().height) >= codec::kMsSsimMinSide; }

 private:
  std::vector<std::uint8_t> bytes_;
  std::uint64_t checksum_;
  std::optional<codec::Image> image_;
};

using Measurements = std::vector<codec::Measurement>;  // one a picture

class Evaluator {
 public:
  Evaluator(std::span<const EvaluatedCodec> codecs, bool with_ms_ssim, PointStore& store)
      : codecs_(codecs), with_ms_ssim_(with_ms_ssim), store_(store) {
    for (const auto& codec : codecs) points_.emplace_back(codec.codec.sweep.size());
  }

  void add_picture(const std::string& name, Progress& progress) {
    const Progress::Job shown(progress, name);
    Picture picture(name);
    double done = 0;
    for (std::size_t c = 0; c < codecs_.size(); ++c) {
      const auto& settings = codecs_[c].codec.sweep;
      for (std::size_t s = 0; s < settings.size(); ++s) {
        points_[c][s].push_back(point(codecs_[c], settings[s], name, picture));
        progress.advance(++done / static_cast<double>(points_a_picture()));
      }
    }
  }

  Evaluation result() const {
    Evaluation evaluation{.curves = {}, .measured = measured_, .kept = kept_};
    for (std::size_t c = 0; c < codecs_.size(); ++c) {
      codec::MeanCurve curve{.codec = codecs_[c].codec.name, .points = {}};
      for (std::size_t s = 0; s < points_[c].size(); ++s)
        curve.points.push_back(codec::mean_point(codecs_[c].codec.sweep[s], points_[c][s]));
      evaluation.curves.push_back(std::move(curve));
    }
    return evaluation;
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
    if (known && (known->ms_ssim || !with_ms_ssim_ || !picture.has_ms_ssim())) {
      ++kept_;
      return *known;
    }
    ++measured_;
    return store_.add(key, name,
                      codec::measure(codec.codec, setting, picture.image(), with_ms_ssim_));
  }

  std::span<const EvaluatedCodec> codecs_;
  bool with_ms_ssim_;
  PointStore& store_;
  std::vector<std::vector<Measurements>> points_;  // by codec and setting
  std::size_t measured_ = 0, kept_ = 0;
};

}  // namespace

Evaluation evaluate(std::span<const EvaluatedCodec> codecs, std::span<const std::string> pictures,
                    bool with_ms_ssim, PointStore& store, Progress& progress) {
  Evaluator evaluator(codecs, with_ms_ssim, store);
  for (const auto& picture : pictures)
    naming(picture, [&] { evaluator.add_picture(picture, progress); });
  return evaluator.result();
}

}  // namespace vqcodec::tools
