#include "tools/evaluate/evaluation.h"

#include <algorithm>
#include <exception>
#include <set>
#include <tuple>

#include "codec/metrics.h"
#include "tools/evaluate/lazy_picture.h"
#include "tools/exit_code.h"

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

// What a picture, or a codec at it, throws: unlike what the store throws, it does not end the run.
struct LeftOut {
  std::exception_ptr cause;
};

template <typename Work>
decltype(auto) of_the_picture(Work&& work) {
  try {
    return work();
  } catch (...) {
    throw LeftOut{std::current_exception()};
  }
}

class Evaluator {
 public:
  Evaluator(std::span<const EvaluatedCodec> codecs, const codec::MetricChoice& metrics,
            PointStore& store)
      : codecs_(codecs), metrics_(metrics), store_(store) {
    for (const auto& codec : codecs) {
      evaluation_.points.emplace_back(codec.codec.sweep.size());
      points_a_picture_ += codec.codec.sweep.size();
    }
  }

  // Throws LeftOut, and then has added nothing.
  void add_picture(const std::string& name, Progress& progress) {
    Progress::Job shown(progress, name);
    auto picture = of_the_picture([&] { return LazyPicture(name); });
    std::vector<codec::Measurement> measured;
    for (const auto& codec : codecs_)
      for (const double setting : codec.codec.sweep) {
        measured.push_back(point(codec, setting, name, picture));
        shown.advance(static_cast<double>(measured.size()) /
                      static_cast<double>(points_a_picture_));
      }
    auto next = measured.cbegin();
    for (auto& of_codec : evaluation_.points)
      for (auto& of_setting : of_codec) of_setting.push_back(*next++);
    evaluation_.pictures.push_back(name);
  }

  void leave_out(const std::string& name, std::size_t place, const std::exception_ptr& cause) {
    const int exit_code = report(cause, name);
    if (evaluation_.exit_code != 0) return;
    evaluation_.exit_code = exit_code;
    evaluation_.first_left_out = place;
  }

  Evaluation result() && {
    for (std::size_t c = 0; c < codecs_.size() && !evaluation_.pictures.empty(); ++c) {
      const auto& codec = codecs_[c].codec;
      codec::MeanCurve curve{
          .codec = codecs_[c].shown_name, .settings = codec.settings, .points = {}};
      for (std::size_t s = 0; s < codec.sweep.size(); ++s)
        curve.points.push_back(codec::mean_point(codec.sweep[s], evaluation_.points[c][s]));
      evaluation_.curves.push_back(std::move(curve));
    }
    return std::move(evaluation_);
  }

 private:
  codec::Measurement point(const EvaluatedCodec& codec, double setting, const std::string& name,
                           LazyPicture& picture) {
    const PointKey key{codec.codec.name, codec.model, setting, picture.checksum(), codec.threads};
    const auto* known = store_.find(key);
    if (known && of_the_picture([&] { return is_complete(*known, metrics_, picture); })) {
      ++evaluation_.kept;
      return *known;
    }
    auto metrics = metrics_;  // with those that the new point would otherwise lose
    metrics.ssim |= known && known->ssim;
    metrics.ms_ssim |= known && known->ms_ssim;
    const auto measured = of_the_picture(
        [&] { return codec::measure(codec.codec, setting, picture.image(), metrics); });
    ++evaluation_.measured;
    return store_.add(key, in_a_row(name), measured);
  }

  std::span<const EvaluatedCodec> codecs_;
  codec::MetricChoice metrics_;
  PointStore& store_;
  std::size_t points_a_picture_ = 0;
  Evaluation evaluation_;
};

}  // namespace

PointStore::Asked asked_points(std::span<const EvaluatedCodec> codecs,
                               std::span<const std::string> pictures) {
  std::set<std::tuple<std::string, std::string, double, int>> settings;
  for (const auto& codec : codecs)
    for (const double setting : codec.codec.sweep)
      settings.emplace(codec.codec.name, codec.model, setting, codec.threads);
  std::set<std::string> names;
  for (const auto& picture : pictures) names.insert(in_a_row(picture));
  return [settings = std::move(settings), names = std::move(names)](const PointKey& key,
                                                                    const std::string& name) {
    return settings.contains({key.codec, key.model, key.setting, key.threads}) &&
           names.contains(name);
  };
}

Evaluation evaluate(std::span<const EvaluatedCodec> codecs, std::span<const std::string> pictures,
                    const codec::MetricChoice& metrics, PointStore& store, Progress& progress) {
  Evaluator evaluator(codecs, metrics, store);
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    try {
      evaluator.add_picture(pictures[i], progress);
    } catch (const LeftOut& left_out) {
      evaluator.leave_out(pictures[i], i, left_out.cause);
    }
  }
  return std::move(evaluator).result();
}

}  // namespace vqcodec::tools
