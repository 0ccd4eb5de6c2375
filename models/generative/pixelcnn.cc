#include "models/generative/pixelcnn.h"

#include "entropy/error.h"
#include "models/generative/simple_factory.h"

namespace vqcodec::models {

OptionList PixelCnnOptions::list() {
  return {
      {"channels", "of each stack", IntegerOption{&channels, 1, 4096}},
      {"layers", "of each stack", IntegerOption{&layers, 1, 1000}},
      {"kernel", "side of the windows, odd", IntegerOption{&kernel, 3, 31}},
      {"first-kernel", "side of the first layer's windows, odd",
       IntegerOption{&first_kernel, 3, 31}},
      {"classes", "of labels that it is conditioned on; 0: none",
       IntegerOption{&classes, 0, 100000}},
      {"attention-every", "layers from one causal attention to the next; 0: none",
       IntegerOption{&attention_every, 0, 1000}},
      {"pixels",
       "binary: grey levels are probabilities, drawn anew for each batch; softmax: levels, "
       "each a class; logistic: levels, from a mixture",
       ChoiceOption{&pixels, {"binary", "softmax", "logistic"}}},
      {"levels", "that other than binary pixels are quantized to", IntegerOption{&levels, 2, 256}},
      {"components", "of the logistic mixture", IntegerOption{&components, 1, 100}}};
}

PixelCnn::PixelCnn(const PixelCnnOptions& options, const PictureShape& shape)
    : options_(options),
      shape_(shape),
      output_{options.pixels, options.levels, options.components} {
  const auto colours = shape.channels;
  if (colours != 1 && options.attention_every > 0)
    throw Error(ErrorKind::kUsage, "pixelcnn: attention over pictures of ", colours,
                " channels, which would mix a pixel's colours; expected --attention-every 0");
  if (options.kernel % 2 == 0 || options.first_kernel % 2 == 0)
    throw Error(ErrorKind::kUsage, "pixelcnn: kernels of even size, expected odd");
  if (options.embedding > 0)
    embedding_ = register_module("embedding", torch::nn::Embedding(options.levels, inputs()));
  for (std::int64_t l = 0; l < options.layers; ++l) {
    const bool first = l == 0;
    layers_.push_back(
        register_module("layer" + std::to_string(l),
                        GatedLayer(first ? inputs() : options.channels, options.channels,
                                   first ? options.first_kernel : options.kernel, first, colours)));
    if (options.classes > 0)
      conditions_.push_back(
          register_module("condition" + std::to_string(l),
                          torch::nn::Embedding(options.classes, 4 * options.channels)));
    if (options.map_channels > 0)
      map_conditions_.push_back(register_module(
          "map_condition" + std::to_string(l),
          torch::nn::Conv2d(torch::nn::Conv2dOptions(options.map_channels, 4 * options.channels, 1)
                                .bias(false))));
    attentions_.emplace_back(nullptr);
    if (attends_after(static_cast<std::size_t>(l)))
      attentions_.back() = register_module(
          "attention" + std::to_string(l),
          CausalAttention(options.channels, options.channels, shape.height, shape.width, inputs()));
  }
  const auto pointwise = [&](std::int64_t results) {
    return OrderedConvolution(options.channels, results, /*taps=*/1, colours);
  };
  head_ = register_module(
      "head", torch::nn::Sequential(torch::nn::ReLU(), pointwise(options.channels),
                                    torch::nn::ReLU(), pointwise(output_.parameters() * colours)));
}

bool PixelCnn::attends_after(std::size_t layer) const {
  const auto every = static_cast<std::size_t>(options_.attention_every);
  return every > 0 && (layer + 1) % every == 0;
}

torch::Tensor PixelCnn::condition(std::size_t layer, const torch::Tensor& labels,
                                  const torch::Tensor& map) {
  torch::Tensor sum;
  if (options_.map_channels > 0) sum = map_conditions_[layer](map);
  if (options_.classes == 0) return sum;
  if (!labels.defined())
    throw Error(ErrorKind::kUsage, "pixelcnn: --classes wants labelled pictures; there are none");
  const auto of_label = conditions_[layer](labels).unsqueeze(-1).unsqueeze(-1);
  return sum.defined() ? sum + of_label : of_label;
}

std::int64_t PixelCnn::inputs() const {
  return options_.embedding > 0 ? options_.embedding : shape_.channels;
}

torch::Tensor PixelCnn::seen(const torch::Tensor& x) {
  if (options_.embedding == 0) return x;
  const auto levels = (x.squeeze(1) * static_cast<double>(options_.levels - 1)).round();
  return embedding_(levels.to(torch::kInt64)).permute({0, 3, 1, 2});
}

torch::Tensor PixelCnn::by_value(const torch::Tensor& outputs) const {
  return outputs.unflatten(1, {output_.parameters(), shape_.channels});
}

torch::Tensor PixelCnn::outputs(const torch::Tensor& x, const torch::Tensor& labels,
                                const torch::Tensor& map) {
  const auto pixels = seen(x);
  GatedLayerImpl::Stacks stacks = {pixels, pixels};
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    stacks = layers_[l]->forward(stacks, condition(l, labels, map));
    if (attends_after(l)) stacks.horizontal = attentions_[l]->forward(stacks.horizontal, pixels);
  }
  return by_value(head_->forward(stacks.horizontal));
}

torch::Tensor PixelCnn::log_prob_given(const torch::Tensor& x, const torch::Tensor& labels,
                                       const torch::Tensor& map) {
  const auto levels = output_.quantized(x);
  return output_.log_prob(outputs(levels, labels, map), levels);
}

Loss PixelCnn::loss(const Batch& batch, Rng& /*rng*/) {
  const auto nll = -log_prob_given(batch.images, batch.labels, {}).mean();
  return {.total = nll, .terms = {{"nll_nats", nll}}};
}

Estimate PixelCnn::log_prob(const Batch& batch, const EvaluationOptions& /*options*/,
                            Rng& /*rng*/) {
  torch::NoGradGuard no_grad;
  constexpr std::int64_t kAtATime = 100;
  std::vector<torch::Tensor> parts;
  for (std::int64_t i = 0; i < batch.images.size(0); i += kAtATime) {
    const auto [x, labels] = part_of(batch, i, kAtATime);
    parts.push_back(log_prob_given(x, labels, {}).to(torch::kFloat64));
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
