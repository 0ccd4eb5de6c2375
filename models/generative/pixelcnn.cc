#include "models/generative/pixelcnn.h"

#include "entropy/error.h"
#include "models/distributions.h"
#include "models/generative/simple_factory.h"

namespace vqcodec::models {

namespace {

namespace F = torch::nn::functional;

// Zeros around x; a negative number takes columns or rows away.
torch::Tensor padded(const torch::Tensor& x, std::int64_t left, std::int64_t right,
                     std::int64_t top, std::int64_t bottom) {
  return F::pad(x, F::PadFuncOptions({left, right, top, bottom}));
}

}  // namespace

torch::Tensor gate(const torch::Tensor& x, const torch::Tensor& condition) {
  const auto parts = (condition.defined() ? x + condition : x).chunk(2, /*dim=*/1);
  return parts[0].tanh() * parts[1].sigmoid();
}

torch::Tensor half_of(const torch::Tensor& condition, std::size_t half) {
  return condition.defined() ? condition.chunk(2, 1)[half] : condition;
}

GatedLayerImpl::GatedLayerImpl(std::int64_t inputs, std::int64_t channels, std::int64_t kernel,
                               bool first)
    : kernel_(kernel), reach_(kernel / 2 + 1), first_(first) {
  const auto convolution = [](std::int64_t in, std::int64_t out, std::int64_t h, std::int64_t w) {
    return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, {h, w}));
  };
  vertical_ = register_module("vertical", convolution(inputs, 2 * channels, reach_, kernel));
  horizontal_ = register_module("horizontal", convolution(inputs, 2 * channels, 1, reach_));
  link_ = register_module("link", convolution(2 * channels, 2 * channels, 1, 1));
  leave_ = register_module("leave", convolution(channels, channels, 1, 1));
}

OptionList PixelCnnOptions::list() {
  return {{"channels", "of each stack", IntegerOption{&channels, 1, 4096}},
          {"layers", "of each stack", IntegerOption{&layers, 1, 1000}},
          {"kernel", "side of the windows, odd", IntegerOption{&kernel, 3, 31}},
          {"first-kernel", "side of the first layer's windows, odd",
           IntegerOption{&first_kernel, 3, 31}},
          {"classes", "of labels that it is conditioned on; 0: none",
           IntegerOption{&classes, 0, 100000}},
          {"attention-every", "layers from one causal attention to the next; 0: none",
           IntegerOption{&attention_every, 0, 1000}}};
}

PixelCnn::PixelCnn(const PixelCnnOptions& options, const PictureShape& shape)
    : options_(options), shape_(shape) {
  if (shape.channels != 1)
    throw Error(ErrorKind::kUsage, "pixelcnn: pictures of ", shape.channels,
                " channels, expected 1");
  if (options.kernel % 2 == 0 || options.first_kernel % 2 == 0)
    throw Error(ErrorKind::kUsage, "pixelcnn: kernels of even size, expected odd");
  for (std::int64_t l = 0; l < options.layers; ++l) {
    const bool first = l == 0;
    layers_.push_back(
        register_module("layer" + std::to_string(l),
                        GatedLayer(first ? 1 : options.channels, options.channels,
                                   first ? options.first_kernel : options.kernel, first)));
    if (options.classes > 0)
      conditions_.push_back(
          register_module("condition" + std::to_string(l),
                          torch::nn::Embedding(options.classes, 4 * options.channels)));
    attentions_.emplace_back(nullptr);
    if (attends_after(static_cast<std::size_t>(l)))
      attentions_.back() = register_module(
          "attention" + std::to_string(l),
          CausalAttention(options.channels, options.channels, shape.height, shape.width));
  }
  head_ = register_module(
      "head",
      torch::nn::Sequential(
          torch::nn::ReLU(),
          torch::nn::Conv2d(torch::nn::Conv2dOptions(options.channels, options.channels, 1)),
          torch::nn::ReLU(), torch::nn::Conv2d(torch::nn::Conv2dOptions(options.channels, 1, 1))));
}

bool PixelCnn::attends_after(std::size_t layer) const {
  const auto every = static_cast<std::size_t>(options_.attention_every);
  return every > 0 && (layer + 1) % every == 0;
}

torch::Tensor PixelCnn::condition(std::size_t layer, const torch::Tensor& labels) {
  if (options_.classes == 0) return {};
  if (!labels.defined())
    throw Error(ErrorKind::kUsage, "pixelcnn: --classes wants labelled pictures; there are none");
  return conditions_[layer](labels).unsqueeze(-1).unsqueeze(-1);
}

torch::Tensor PixelCnn::logits(const torch::Tensor& x, const torch::Tensor& labels) {
  auto v = x, h = x;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    auto& layer = layers_[l];
    const auto label = condition(l, labels);
    const auto margin = layer->margin(), before = layer->reach() - 1 + layer->shift();
    const auto rows = layer->vertical(padded(v, margin, margin, before, -layer->shift()));
    const auto places = layer->horizontal(padded(h, before, -layer->shift(), 0, 0), rows);
    v = gate(rows, half_of(label, 0));
    h = layer->leave(gate(places, half_of(label, 1)), h);
    if (attends_after(l)) h = attentions_[l]->forward(h, x);
  }
  return head_->forward(h);
}

Loss PixelCnn::loss(const Batch& batch, Rng& /*rng*/) {
  const auto nll = -Bernoulli{logits(batch.images, batch.labels)}.log_prob(batch.images).mean();
  return {.total = nll, .terms = {{"nll_nats", nll}}};
}

Estimate PixelCnn::log_prob(const Batch& batch, const EvaluationOptions& /*options*/,
                            Rng& /*rng*/) {
  torch::NoGradGuard no_grad;
  constexpr std::int64_t kAtATime = 500;
  std::vector<torch::Tensor> parts;
  for (std::int64_t i = 0; i < batch.images.size(0); i += kAtATime) {
    const auto x = batch.images.slice(0, i, i + kAtATime);
    const auto labels =
        batch.labels.defined() ? batch.labels.slice(0, i, i + kAtATime) : batch.labels;
    parts.push_back(Bernoulli{logits(x, labels)}.log_prob(x).to(torch::kFloat64));
  }
  return {.per_example = torch::cat(parts),
          .kind = EstimateKind::kExact,
          .estimator = "product of the pixels' probabilities"};
}

std::unique_ptr<ModelFactory> make_pixelcnn_factory() {
  return std::make_unique<SimpleFactory<PixelCnn, PixelCnnOptions>>();
}

std::unique_ptr<ModelFactory> make_pixel_snail_factory() {
  return std::make_unique<SimpleFactory<PixelCnn, PixelCnnOptions>>(
      PixelCnnOptions{.attention_every = 3});
}

}  // namespace vqcodec::models
