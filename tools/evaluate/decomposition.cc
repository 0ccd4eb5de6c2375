#include "tools/evaluate/decomposition.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "codec/hex.h"
#include "codec/metrics.h"
#include "tools/evaluate/lazy_picture.h"
#include "tools/exit_code.h"

namespace vqcodec::tools {
namespace {

// Adds to a mean of `count` timings one more; a stage that some pictures lack counts as 0 there.
void add_to_mean(const codec::Timings& timings, std::size_t count, codec::Timings& mean) {
  const auto before = static_cast<double>(count);
  for (auto& [stage, seconds] : mean) seconds *= before / (before + 1);
  for (const auto& [stage, seconds] : timings) {
    auto found = std::find_if(mean.begin(), mean.end(),
                              [&](const auto& entry) { return entry.first == stage; });
    if (found == mean.end()) found = mean.insert(mean.end(), {stage, 0});
    found->second += seconds / (before + 1);
  }
}

std::vector<QualityDecomposition> empty_qualities(const std::vector<int>& qualities) {
  std::vector<QualityDecomposition> result(qualities.size());
  for (std::size_t i = 0; i < qualities.size(); ++i) result[i].quality = qualities[i];
  return result;
}

codec::PictureDecomposition find_or_measure(const DecomposedModel& own, int quality, int threads,
                                            const std::string& name, LazyPicture& picture,
                                            DecompositionStore& store) {
  const DecompositionKey key{own.model.fingerprint, picture.checksum(), quality, threads};
  if (auto known = store.find(key)) return *std::move(known);
  auto measured = codec::decompose(picture.image(), own.model, own.networks, quality, threads);
  store.add(key, name, measured);
  return measured;
}

}  // namespace

void QualityDecomposition::add(const codec::PictureDecomposition& picture) {
  const auto& file = picture.counts;
  PictureFigures figures{.rate_bpp = 8.0 *
                                     static_cast<double>(file.size_bytes(file.levels.size())) /
                                     static_cast<double>(file.pixels),
                         .nats_a_code = {},
                         .mse = picture.mse,
                         .psnr_db = {}};
  for (const auto& level : file.levels)
    figures.nats_a_code.push_back(codec::costs_of(level).nats_a_code());
  for (const double mse : picture.mse) figures.psnr_db.push_back(codec::psnr_db(mse));
  add_to_mean(picture.compress_seconds, pictures.size(), compress_seconds);
  add_to_mean(picture.decompress_seconds, pictures.size(), decompress_seconds);
  counts += file;
  pictures.push_back(std::move(figures));
}

Spread spread(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  Spread result;
  for (const double value : values) result.mean += value / count;
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  result.standard_error = values.size() < 2 ? std::numeric_limits<double>::infinity()
                                            : std::sqrt(squares / (count - 1) / count);
  return result;
}

Decompositions decompose_all(std::span<const DecomposedModel> models,
                             std::span<const std::string> pictures,
                             std::span<const std::string> train_side, int threads,
                             DecompositionStore& store, Progress& progress) {
  Decompositions result;
  double steps = 0;  // of a picture
  for (const auto& own : models) {
    result.models.push_back(
        {.model = own.model.name,
         .fingerprint = codec::hex(own.model.fingerprint),
         .evaluated = empty_qualities(own.qualities),
         .train_side = empty_qualities(train_side.empty() ? std::vector<int>{} : own.qualities)});
    steps += static_cast<double>(own.qualities.size());
  }
  const auto run = [&](std::span<const std::string> names,
                       std::vector<QualityDecomposition> ModelDecomposition::*side) {
    for (const auto& name : names) {
      Progress::Job shown(progress, name);
      std::vector<codec::PictureDecomposition> measured;  // all of a picture or nothing counts
      const int failure = exit_code_of(name, [&] {
        LazyPicture picture(name);
        for (const auto& own : models)
          for (const int quality : own.qualities) {
            measured.push_back(find_or_measure(own, quality, threads, name, picture, store));
            shown.advance(static_cast<double>(measured.size()) / steps);
          }
      });
      if (failure != 0) {
        if (result.exit_code == 0) result.exit_code = failure;
        continue;
      }
      auto next = measured.cbegin();
      for (auto& model : result.models)
        for (auto& sum : model.*side) sum.add(*next++);
    }
  };
  run(pictures, &ModelDecomposition::evaluated);
  run(train_side, &ModelDecomposition::train_side);
  for (auto& model : result.models)
    if (!model.train_side.empty() && model.train_side.front().pictures.empty())
      model.train_side.clear();
  return result;
}

}  // namespace vqcodec::tools
