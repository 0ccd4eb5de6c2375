#include "tools/evaluate/own_models.h"

#include <algorithm>

#include "codec/codec.h"
#include "codec/hex.h"
#include "entropy/error.h"
#include "tools/evaluate/option_lists.h"

namespace vqcodec::tools {
namespace {

EvaluatedCodec as_codec(const OwnModel& own, int threads) {
  const auto& model = *own.model;
  auto& networks = *own.networks;
  return {
      .codec = {.name = "vqcodec",
                .settings = "model " + model.name + " (" + codec::hex(model.fingerprint) + "), " +
                            std::to_string(threads) + (threads == 1 ? " thread" : " threads"),
                .encode =
                    [&model, &networks, threads](const codec::Image& image, double quality) {
                      return codec::compress(
                          image, model, networks,
                          {.quality = static_cast<int>(quality), .threads = threads});
                    },
                .decode =
                    [&model, &networks, threads](std::span<const std::uint8_t> bytes) {
                      return codec::decompress(bytes, model, networks, {.threads = threads});
                    },
                .sweep = own.qualities},
      .shown_name = own.shown_name,
      .model = codec::hex(model.fingerprint),
      .threads = threads};
}

}  // namespace

OwnModels::OwnModels(const Options& options) : threads_(options.threads) {
  if (options.qualities == kNothing) return;
  auto paths = options.paths;
  if (paths.empty()) paths.emplace_back();
  for (const auto& path : paths) {
    auto& store = stores_.emplace_back(path);
    const auto& model = store.preferred();
    for (const auto& other : models_)
      if (other.model->fingerprint == model.fingerprint)
        throw Error(ErrorKind::kUsage, "--model ", path, ": found the model ", model.name,
                    " a second time, expected different ones");
    models_.push_back({.shown_name = {},
                       .model = &model,
                       .networks = &store.transform(model, options.device),
                       .qualities = listed_qualities(options.qualities,
                                                     static_cast<int>(model.qualities.size()))});
  }
  name_models();
}

void OwnModels::name_models() {
  for (auto& own : models_) {
    own.shown_name = "vqcodec";
    if (models_.size() == 1) return;
    const auto& name = own.model->name;
    own.shown_name += " " + name;
    if (std::ranges::count(models_, name, [](const auto& m) { return m.model->name; }) > 1)
      own.shown_name += " (" + codec::hex(own.model->fingerprint) + ")";
  }
}

std::vector<EvaluatedCodec> OwnModels::as_codecs() const {
  std::vector<EvaluatedCodec> codecs;
  for (const auto& own : models_) codecs.push_back(as_codec(own, threads_));
  return codecs;
}

}  // namespace vqcodec::tools
