// tests/models/small_vq_vae.h: a VQ-VAE small enough to enumerate, and codes for it.
#pragma once

#include "models/generative/vq_vae.h"

namespace vqcodec::models {

inline VqVaeOptions small_options(std::int64_t levels, std::int64_t halvings,
                                  std::int64_t codewords) {
  return {.levels = levels,
          .halvings = halvings,
          .network = {.channels = 6, .blocks = 1},
          .codebook = {.codewords = codewords, .dimension = 4},
          .prior_channels = 8,
          .prior_layers = 3};
}

// In float64, with weights that say something.
inline std::shared_ptr<VqVae> made(const VqVaeOptions& options, const PictureShape& shape) {
  torch::manual_seed(3);
  auto model = std::make_shared<VqVae>(options, shape);
  torch::NoGradGuard no_grad;
  for (auto& item : model->named_parameters())
    if (item.key().find("prior") != std::string::npos) item.value().mul_(2);
  model->to(torch::kFloat64);
  model->begin_step({.step = 1, .steps = 100});
  return model;
}

// Trained for nothing, but its codewords lie among the latents.
inline std::shared_ptr<VqVae> coder_of(std::int64_t levels, std::int64_t codewords,
                                       std::int64_t channels = 3) {
  torch::manual_seed(6);
  auto model = std::make_shared<VqVae>(small_options(levels, /*halvings=*/1, codewords),
                                       PictureShape{channels, 8, 8});
  torch::NoGradGuard no_grad;
  for (auto& parameter : model->parameters()) parameter.mul_(1.5);
  const auto z = model->unquantized(torch::rand({8, channels, 32, 32}));
  auto rng = make_rng(1, 1);
  for (std::int64_t l = 0; l < levels; ++l) {
    auto codebook = model->codebook(l);
    codebook->start_from(z[static_cast<std::size_t>(l)], rng);
  }
  model->eval();
  return model;
}

inline torch::Tensor pictures(std::int64_t n, const PictureShape& shape) {
  torch::manual_seed(4);
  const auto levels = torch::randint(256, {n, shape.channels, shape.height, shape.width});
  return levels.to(torch::kFloat64) / 255;
}

inline VqVae::Codes random_codes(VqVae& model, std::int64_t n) {
  torch::manual_seed(5);
  VqVae::Codes codes;
  for (std::int64_t l = 0; l < model.levels(); ++l)
    codes.push_back(
        torch::randint(model.codebook(l)->size(), {n, model.grid(l).height, model.grid(l).width}));
  return codes;
}

}  // namespace vqcodec::models
