#include "models/generative/pixel_vae.h"

#include "entropy/error.h"
#include "models/generative/simple_factory.h"

namespace vqcodec::models {

OptionList PixelVaeOptions::list() {
  OptionList options;
  for (auto& option : VaeOptions::list())
    if (option.name != "pixels" && option.name != "likelihood" && option.name != "deviation" &&
        option.name != "sigma")
      options.push_back(std::move(option));
  options.push_back({"channels", "of each stack", IntegerOption{&channels, 1, 4096}});
  options.push_back({"layers", "of each stack; 1: nothing beyond the window is seen",
                     IntegerOption{&layers, 1, 1000}});
  options.push_back({"window", "side of the windows, odd", IntegerOption{&window, 3, 31}});
  return options;
}

PixelVae::PixelVae(const PixelVaeOptions& options, const PictureShape& shape)
    : Vae(options, shape) {
  if (shape.channels != 1)
    throw Error(ErrorKind::kUsage, "pixel-vae: pictures of ", shape.channels,
                " channels, expected 1");
  if (options.window % 2 == 0)
    throw Error(ErrorKind::kUsage, "pixel-vae: --window ", options.window, ", expected an odd one");
  const auto channels = options.channels;
  for (std::int64_t l = 0; l < options.layers; ++l) {
    const bool first = l == 0;
    const auto number = std::to_string(l);
    layers_.push_back(register_module(
        "layer" + number, GatedLayer(first ? 1 : channels, channels, options.window, first)));
    conditions_.push_back(register_module(
        "condition" + number,
        torch::nn::Conv2d(torch::nn::Conv2dOptions(1, 4 * channels, 1).bias(false))));
  }
  head_ = register_module("head", torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, 1, 1)));
}

torch::Tensor PixelVae::logits(const torch::Tensor& x, const torch::Tensor& hints) {
  GatedLayerImpl::Stacks stacks = {x, x};
  for (std::size_t l = 0; l < layers_.size(); ++l)
    stacks = layers_[l]->forward(stacks, conditions_[l]->forward(hints));
  return hints + head_->forward(stacks.horizontal.relu());
}

torch::Tensor PixelVae::log_likelihood(const torch::Tensor& x, const torch::Tensor& z) {
  return Bernoulli{logits(x, likelihood(z).output)}.log_prob(x);
}

torch::Tensor PixelVae::drawn(const torch::Tensor& z, bool means, Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto hints = likelihood(z).output;
  auto pixels = torch::zeros_like(hints), probabilities = torch::zeros_like(hints);
  for (std::int64_t y = 0; y < hints.size(2); ++y)
    for (std::int64_t x = 0; x < hints.size(3); ++x) {
      const Bernoulli pixel{logits(pixels, hints).narrow(2, y, 1).narrow(3, x, 1)};
      pixels.narrow(2, y, 1).narrow(3, x, 1).copy_(pixel.sample(rng));
      probabilities.narrow(2, y, 1).narrow(3, x, 1).copy_(pixel.mean());
    }
  return means ? probabilities : pixels;
}

torch::Tensor PixelVae::sample(std::int64_t n, const SampleOptions& options, Rng& rng) {
  return drawn(torch::randn({n, this->options().latents}, rng), options.means, rng);
}

torch::Tensor PixelVae::reconstruct(const Batch& batch, Rng& rng) {
  return drawn(posterior(batch.images).sample(rng), /*means=*/false, rng);
}

std::unique_ptr<ModelFactory> make_pixel_vae_factory() {
  return std::make_unique<SimpleFactory<PixelVae, PixelVaeOptions>>();
}

}  // namespace vqcodec::models
