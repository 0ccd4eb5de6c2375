#include "models/generative/classifier.h"

#include <algorithm>

#include "entropy/error.h"
#include "models/generative/vq_networks.h"

namespace vqcodec::models {

namespace {

constexpr std::int64_t kAtATime = 500;  // pictures drawn or classified

torch::Tensor as_bytes(const torch::Tensor& images) {  // 0..1
  return (images.clamp(0, 1) * 255).round().to(torch::kUInt8);
}

}  // namespace

Classifier::Classifier(const PictureShape& shape, std::int64_t classes) {
  constexpr std::int64_t kHalvings = 2;
  const MapNetwork network{.channels = 32, .blocks = 1};
  const auto features = network.channels * (shape.height >> kHalvings) * (shape.width >> kHalvings);
  if (shape.height % 4 != 0 || shape.width % 4 != 0)
    throw Error(ErrorKind::kUsage, "pictures of ", shape.height, "x", shape.width,
                ": the classifier wants sides that are multiples of 4");
  auto layers = map_encoder(network, shape.channels, kHalvings);
  layers->push_back(torch::nn::Flatten());
  layers->push_back(torch::nn::Dropout(0.5));
  layers->push_back(torch::nn::Linear(features, classes));
  network_ = register_module("network", layers);
}

Loss Classifier::loss(const Batch& batch, Rng& /*rng*/) {
  const auto nats = torch::cross_entropy_loss(logits(batch.images), batch.labels);
  return {.total = nats, .terms = {}};
}

Accuracy accuracy_of(Classifier& classifier, const Batch& test) {
  torch::NoGradGuard no_grad;
  classifier.eval();
  std::vector<torch::Tensor> parts;
  for (const auto& some : test.images.split(kAtATime)) parts.push_back(classifier.logits(some));
  const auto logits = torch::cat(parts);
  const auto five = std::min<std::int64_t>(5, logits.size(1));
  const auto best = std::get<1>(logits.topk(five, 1));           // (N,5), likeliest first
  const auto hits = (best == test.labels.unsqueeze(1)) * 100.0;  // % of one picture
  Accuracy found{.top_1 = hits.select(1, 0).mean().item<double>(),
                 .top_5 = hits.sum(1).mean().item<double>(),
                 .per_class = {}};
  for (std::int64_t c = 0; c < logits.size(1); ++c)
    found.per_class.push_back(
        hits.select(1, 0).masked_select(test.labels == c).mean().item<double>());
  return found;
}

ImageSet drawn_set(GenerativeModel& model, const torch::Tensor& labels, Rng& rng) {
  torch::NoGradGuard no_grad;
  if (!model.capabilities().conditional)
    throw Error(ErrorKind::kUsage, "this model draws pictures of no given class");
  std::vector<torch::Tensor> images, of;
  const auto counts = torch::bincount(labels);
  for (std::int64_t c = 0; c < counts.size(0); ++c)
    for (auto left = counts[c].item<std::int64_t>(); left > 0; left -= kAtATime) {
      const auto n = std::min(left, kAtATime);
      images.push_back(as_bytes(model.sample(n, {.label = c}, rng)));
      of.push_back(torch::full({n}, c, torch::kInt64));
    }
  return {.images = torch::cat(images), .labels = torch::cat(of)};
}

ImageSet reconstructed_set(GenerativeModel& model, const Batch& batch, Rng& rng) {
  torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> images;
  for (std::int64_t i = 0; i < batch.images.size(0); i += kAtATime) {
    const auto count = std::min(kAtATime, batch.images.size(0) - i);
    images.push_back(as_bytes(model.reconstruct(part_of(batch, i, count), rng)));
  }
  return {.images = torch::cat(images), .labels = batch.labels};
}

ImageSet as_set(const Batch& batch) {
  return {.images = as_bytes(batch.images), .labels = batch.labels};
}

}  // namespace vqcodec::models
