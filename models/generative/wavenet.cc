#include "models/generative/wavenet.h"

#include "entropy/error.h"
#include "models/distributions.h"
#include "models/generative/simple_factory.h"

namespace vqcodec::models {

namespace {

constexpr std::int64_t kAtATime = 100;  // sequences measured

torch::nn::Conv1d convolution(std::int64_t inputs, std::int64_t outputs, std::int64_t kernel = 1,
                              std::int64_t dilation = 1) {
  return torch::nn::Conv1d(torch::nn::Conv1dOptions(inputs, outputs, kernel).dilation(dilation));
}

}  // namespace

OptionList WaveNetOptions::list() {
  return {{"symbols", "levels that pixels are quantized to", IntegerOption{&symbols, 2, 65536}},
          {"channels", "of the residual path", IntegerOption{&channels, 1, 4096}},
          {"skip", "channels of the skip path", IntegerOption{&skip, 1, 4096}},
          {"layers", "of a block, with dilations 1, 2, 4, ...", IntegerOption{&layers, 1, 16}},
          {"blocks", "of layers", IntegerOption{&blocks, 1, 1000}},
          {"kernel", "taps of a convolution", IntegerOption{&kernel, 2, 64}},
          {"pixels", "binary: grey levels are probabilities, drawn anew for each batch",
           ChoiceOption{&pixels, {"binary", "grey"}}}};
}

DilatedLayerImpl::DilatedLayerImpl(const WaveNetOptions& options, std::int64_t dilation)
    : reach_((options.kernel - 1) * dilation) {
  const auto c = options.channels;
  gates_ = register_module("gates", convolution(c, 2 * c, options.kernel, dilation));
  leave_ = register_module("leave", convolution(c, c));
  skip_ = register_module("skip", convolution(c, options.skip));
}

torch::Tensor DilatedLayerImpl::forward(const torch::Tensor& input, torch::Tensor& skip) {
  const auto parts = gates_(input).chunk(2, 1);
  const auto gated = parts[0].tanh() * parts[1].sigmoid();
  skip = skip + skip_(gated);
  return input.slice(2, reach_) + leave_(gated);
}

WaveNet::WaveNet(const WaveNetOptions& options, const PictureShape& shape, bool holds_symbols)
    : options_(options), shape_(shape), holds_symbols_(holds_symbols) {
  if (shape.channels != 1)
    throw Error(ErrorKind::kUsage, "wavenet: pictures of ", shape.channels,
                " channels, expected 1; --data wants grey or binary pictures");
  if (options.pixels == "binary" && options.symbols != 2)
    throw Error(ErrorKind::kUsage, "wavenet: ", options.symbols,
                " symbols of binary pixels, expected 2; --pixels grey takes others");
  first_ = register_module("first", torch::nn::Embedding(options.symbols + 1, options.channels));
  for (std::int64_t block = 0; block < options.blocks; ++block)
    for (std::int64_t l = 0; l < options.layers; ++l)
      layers_.push_back(register_module("layer" + std::to_string(layers_.size()),
                                        DilatedLayer(options, std::int64_t{1} << l)));
  head_ = register_module(
      "head", torch::nn::Sequential(torch::nn::ReLU(), convolution(options.skip, options.skip),
                                    torch::nn::ReLU(), convolution(options.skip, options.symbols)));
}

std::int64_t WaveNet::receptive_field() const {
  std::int64_t field = 1;
  for (const auto& layer : layers_) field += layer->reach();
  return field;
}

torch::Tensor WaveNet::symbols(const torch::Tensor& images) const {
  const auto values = images.flatten(1);
  const auto top = static_cast<double>(options_.symbols - 1);
  return (holds_symbols_ ? values : values * top).round().to(torch::kInt64);
}

torch::Tensor WaveNet::as_pictures(const torch::Tensor& symbols) const {
  const auto top = static_cast<double>(options_.symbols - 1);
  const auto values = symbols.to(torch::kFloat32);
  return (holds_symbols_ ? values : values / top).view({-1, 1, shape_.height, shape_.width});
}

torch::Tensor WaveNet::embedded(const torch::Tensor& symbols) {
  return first_(symbols).transpose(1, 2);
}

torch::Tensor WaveNet::logits(const torch::Tensor& symbols) {
  const auto n = symbols.size(0), t = symbols.size(1);
  // Shifted by one place, so that none sees its own symbol.
  const auto before = torch::cat(
      {torch::full({n, 1}, options_.symbols, symbols.options()), symbols.slice(1, 0, t - 1)}, 1);
  auto x = embedded(before);
  auto skip = torch::zeros({n, options_.skip, t}, x.options());
  for (auto& layer : layers_)
    x = layer->forward(torch::constant_pad_nd(x, {layer->reach(), 0}), skip);
  return head_->forward(skip);
}

torch::Tensor WaveNet::log_prob_of(const torch::Tensor& symbols) {
  const auto log_p = logits(symbols).log_softmax(1);
  return sum_events(log_p.gather(1, symbols.unsqueeze(1)));
}

Loss WaveNet::loss(const Batch& batch, Rng& /*rng*/) {
  const auto nll = -log_prob_of(symbols(batch.images)).mean();
  return {.total = nll, .terms = {{"nll_nats", nll}}};
}

Estimate WaveNet::log_prob(const Batch& batch, const EvaluationOptions& /*options*/, Rng& /*rng*/) {
  torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> parts;
  for (const auto& images : batch.images.split(kAtATime))
    parts.push_back(log_prob_of(symbols(images)).to(torch::kFloat64));
  return {.per_example = torch::cat(parts),
          .kind = EstimateKind::kExact,
          .estimator = "product of the symbols' probabilities"};
}

torch::Tensor WaveNet::sample(std::int64_t n, const SampleOptions& /*options*/, Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto type = first_->weight.options();
  std::vector<torch::Tensor> inputs;  // [layer]: (N,channels,reach + T), zeros before the first
  for (const auto& layer : layers_)
    inputs.push_back(torch::zeros({n, options_.channels, layer->reach() + shape_.values()}, type));
  auto drawn = torch::full({n, shape_.values() + 1}, options_.symbols, torch::kInt64);
  for (std::int64_t t = 0; t < shape_.values(); ++t) {
    auto x = embedded(drawn.narrow(1, t, 1));  // (N,channels,1)
    auto skip = torch::zeros({n, options_.skip, 1}, type);
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const auto reach = layers_[l]->reach();
      inputs[l].narrow(2, t + reach, 1).copy_(x);
      x = layers_[l]->forward(inputs[l].narrow(2, t, reach + 1), skip);
    }
    const auto p = head_->forward(skip).squeeze(2).softmax(1);
    drawn.narrow(1, t + 1, 1).copy_(torch::multinomial(p, 1, /*replacement=*/true, rng));
  }
  return as_pictures(drawn.slice(1, 1));
}

torch::Tensor WaveNet::sample_slowly(std::int64_t n, Rng& rng) {
  torch::NoGradGuard no_grad;
  auto drawn = torch::zeros({n, shape_.values()}, torch::kInt64);
  for (std::int64_t t = 0; t < shape_.values(); ++t) {
    const auto p = logits(drawn).select(2, t).softmax(1);
    drawn.narrow(1, t, 1).copy_(torch::multinomial(p, 1, /*replacement=*/true, rng));
  }
  return as_pictures(drawn);
}

std::unique_ptr<ModelFactory> make_wavenet_factory() {
  return std::make_unique<SimpleFactory<WaveNet, WaveNetOptions>>();
}

}  // namespace vqcodec::models
