#include "models/generative/pixelcnn.h"

#include "entropy/error.h"
#include "models/distributions.h"
#include "models/generative/simple_factory.h"

namespace vqcodec::models {

namespace {

namespace F = torch::nn::functional;

// tanh(a) * sigmoid(b) (arXiv:1606.05328, eq. 2), a and b the halves of x plus what the label adds.
torch::Tensor gate(const torch::Tensor& x, const torch::Tensor& condition) {
  const auto parts = (condition.defined() ? x + condition : x).chunk(2, /*dim=*/1);
  return parts[0].tanh() * parts[1].sigmoid();
}

torch::Tensor half_of(const torch::Tensor& condition, std::size_t half) {
  return condition.defined() ? condition.chunk(2, 1)[half] : condition;
}

// Zeros around x; a negative number takes columns or rows away.
torch::Tensor padded(const torch::Tensor& x, std::int64_t left, std::int64_t right,
                     std::int64_t top, std::int64_t bottom) {
  return F::pad(x, F::PadFuncOptions({left, right, top, bottom}));
}

}  // namespace

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
           IntegerOption{&classes, 0, 100000}}};
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
  }
  head_ = register_module(
      "head",
      torch::nn::Sequential(
          torch::nn::ReLU(),
          torch::nn::Conv2d(torch::nn::Conv2dOptions(options.channels, options.channels, 1)),
          torch::nn::ReLU(), torch::nn::Conv2d(torch::nn::Conv2dOptions(options.channels, 1, 1))));
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

torch::Tensor PixelCnn::labels_of(std::int64_t n, const SampleOptions& options, Rng& rng) const {
  if (options_.classes == 0) return {};
  if (!options.label) return torch::randint(options_.classes, {n}, rng, torch::kInt64);
  if (*options.label < 0 || *options.label >= options_.classes)
    throw Error(ErrorKind::kUsage, "class ", *options.label, ", expected 0 to ",
                options_.classes - 1);
  return torch::full({n}, *options.label, torch::kInt64);
}

torch::Tensor PixelCnn::sample(std::int64_t n, const SampleOptions& options, Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto labels = labels_of(n, options, rng);
  const auto height = shape_.height, width = shape_.width;
  const auto type = layers_[0]->parameters()[0].options();
  // Inputs of each layer's stacks, with the zeros around them that its windows reach.
  std::vector<torch::Tensor> v, h, label;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const auto inputs = l == 0 ? 1 : options_.channels;
    const auto before = layers_[l]->reach() - 1 + layers_[l]->shift();
    const auto margin = layers_[l]->margin();
    v.push_back(torch::zeros({n, inputs, height + before, width + 2 * margin}, type));
    h.push_back(torch::zeros({n, inputs, 1, width + before}, type));
    label.push_back(condition(l, labels));
  }
  auto drawn = torch::zeros({n, 1, height, width}, type);
  for (std::int64_t y = 0; y < height; ++y) {
    std::vector<torch::Tensor> rows;  // [layer]: (N,2 channels,1,W) of this row
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      auto& layer = layers_[l];
      rows.push_back(layer->vertical(v[l].narrow(2, y, layer->reach())));
      if (l + 1 == layers_.size()) break;
      const auto& next = layers_[l + 1];
      v[l + 1]
          .narrow(2, y + next->reach() - 1, 1)
          .narrow(3, next->margin(), width)
          .copy_(gate(rows[l], half_of(label[l], 0)));
    }
    for (auto& places : h) places.zero_();
    for (std::int64_t x = 0; x < width; ++x) {
      torch::Tensor place;
      for (std::size_t l = 0; l < layers_.size(); ++l) {
        auto& layer = layers_[l];
        const auto window = h[l].narrow(3, x, layer->reach());
        const auto gated =
            gate(layer->horizontal(window, rows[l].narrow(3, x, 1)), half_of(label[l], 1));
        place = layer->leave(gated, window.narrow(3, layer->reach() - 1, 1));
        if (l + 1 < layers_.size())
          h[l + 1].narrow(3, x + layers_[l + 1]->reach() - 1, 1).copy_(place);
      }
      const auto pixel = Bernoulli{head_->forward(place)}.sample(rng);
      drawn.narrow(2, y, 1).narrow(3, x, 1).copy_(pixel);
      h[0].narrow(3, x + layers_[0]->reach(), 1).copy_(pixel);
    }
    v[0].narrow(2, y + layers_[0]->reach(), 1)
        .narrow(3, layers_[0]->margin(), width)
        .copy_(drawn.narrow(2, y, 1));
  }
  return drawn;
}

torch::Tensor PixelCnn::sample_slowly(std::int64_t n, const SampleOptions& options, Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto labels = labels_of(n, options, rng);
  auto drawn =
      torch::zeros({n, 1, shape_.height, shape_.width}, layers_[0]->parameters()[0].options());
  for (std::int64_t y = 0; y < shape_.height; ++y)
    for (std::int64_t x = 0; x < shape_.width; ++x) {
      const auto pixel = logits(drawn, labels).narrow(2, y, 1).narrow(3, x, 1);
      drawn.narrow(2, y, 1).narrow(3, x, 1).copy_(Bernoulli{pixel}.sample(rng));
    }
  return drawn;
}

std::unique_ptr<ModelFactory> make_pixelcnn_factory() {
  return std::make_unique<SimpleFactory<PixelCnn, PixelCnnOptions>>();
}

}  // namespace vqcodec::models
