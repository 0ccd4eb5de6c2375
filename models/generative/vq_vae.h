// models/generative/vq_vae.h: pictures as maps of discrete codes, on one grid or on several, and
// priors over the codes that are trained once the codes stand.
// Sources: van den Oord, Vinyals and Kavukcuoglu, "Neural Discrete Representation Learning",
// arXiv:1711.00937; Razavi, van den Oord and Vinyals, "Generating Diverse High-Fidelity Images with
// VQ-VAE-2", arXiv:1906.00446.
#pragma once

#include "codec/transform.h"
#include "models/generative/learned_codebook.h"
#include "models/generative/observation.h"
#include "models/generative/pixelcnn.h"
#include "models/generative/registry.h"
#include "models/generative/training_stages.h"
#include "models/generative/vq_networks.h"

namespace vqcodec::models {

struct VqVaeOptions {
  std::int64_t levels = 1;
  std::int64_t halvings = 2;  // of the picture's sides, to the finest grid; each coarser: one more
  MapNetwork network = {};
  LearnedCodebookOptions codebook = {};  // of each level
  double drop = 0.1;  // share of the pictures that the decoder is trained on without finer levels
  std::int64_t classes = 0;  // of labels that the priors are given; 0: none
  std::int64_t prior_channels = 48, prior_layers = 5;
  std::int64_t attention_every = 0;  // of the coarsest level's prior; 0: none
  std::string pixels = "grey";

  OptionList list();
};

// Level 0 is the coarsest. A level's latents are quantized given those of all coarser ones, and its
// prior is a gated PixelCNN given them; the decoder sees all levels. A run's first half trains
// encoder, codebooks and decoder for the squared error, its second the priors for the rate.
class VqVae : public GenerativeModel {
 public:
  VqVae(const VqVaeOptions& options, const PictureShape& shape);

  std::int64_t levels() const { return options_.levels; }
  PictureShape grid(std::int64_t level) const;  // of one channel
  double most_rate_nats() const;                // sum of H W ln K: what codes take without a prior

  using Codes = std::vector<torch::Tensor>;  // [level] (N,H,W) int64
  Codes codes_of(const torch::Tensor& x);
  std::vector<torch::Tensor> unquantized(const torch::Tensor& x);  // [level] (N,D,H,W)
  // From the first `known` levels; in place of each of the others the decoder has learned a vector.
  torch::Tensor pictures_of(const Codes& codes, std::int64_t known);
  torch::Tensor pictures_of(const Codes& codes) { return pictures_of(codes, levels()); }
  // log p(codes of a level | those of coarser ones, labels), (N) nats.
  torch::Tensor code_log_prob(const Codes& codes, std::int64_t level, const torch::Tensor& labels);
  Codes sample_codes(std::int64_t n, const SampleOptions& options, Rng& rng);
  // The first step's latents are what codewords start from.
  Loss autoencoder_loss(const torch::Tensor& x, Rng& rng);
  Loss prior_loss(const Batch& batch);

  void begin_step(const Progress& progress) override;
  Loss loss(const Batch& batch, Rng& rng) override;
  void end_step(const Batch& batch, Rng& rng) override;
  Health health() const override;
  std::vector<ParameterGroup> parameter_groups() override;

  Capabilities capabilities() const override { return {.conditional = options_.classes > 0}; }
  // As the decoder has them: of a pixel, the mean.
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  torch::Tensor reconstruct(const Batch& batch, Rng& rng) override;
  // log p(x|z) + log p(z) of the codes z of x, and with it a bound of log p(x); p(x|z): logistic
  // pixels of 256 levels around the decoder's, of one scale.
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;

  const LearnedCodebook& codebook(std::int64_t level) const {
    return codebooks_[static_cast<std::size_t>(level)];
  }
  PixelCnn& prior(std::int64_t level) { return *priors_[static_cast<std::size_t>(level)]; }
  // What a level's prior is given: (N,prior_channels,H,W); undefined for the coarsest.
  torch::Tensor prior_map(const Codes& codes, std::int64_t level);

  // As the transform of a codec (vq_vae_coding.cc): codes_of() and pictures_of() take pictures of
  // any sides that are multiples of the coarsest stride.
  const VqVaeOptions& options() const { return options_; }
  const PictureShape& shape() const { return shape_; }
  std::int64_t stride(std::int64_t level) const;  // pixels from one code to the next
  // What these two compute with: all parameters and buffers but the priors' and those that only
  // training needs. They share their values with the model.
  std::vector<torch::Tensor> coding_tensors() const;
  codec::MultiplyAdds multiply_adds();
  // Pixels around a place that its codes, or its pixels from codes, depend on; at most.
  std::int64_t reach() const;

 private:
  struct Coded {
    std::vector<torch::Tensor> unquantized, latents;  // [level] (N,D,H,W)
    Codes codes;
    torch::Tensor loss;  // of the codebooks
  };
  enum class Codebooks { kFixed, kLearning, kStarting };
  Coded coded(const torch::Tensor& x, Codebooks codebooks, Rng* rng);
  // known: (N) int64, levels that are not hidden.
  torch::Tensor decoded(const std::vector<torch::Tensor>& latents, const torch::Tensor& known);
  torch::Tensor known_levels(std::int64_t n, Rng& rng) const;  // while training
  std::vector<torch::Tensor> looked_up(const Codes& codes) const;

  struct Measured;  // of a set (vq_vae_figures.cc)
  Measured measured(const Batch& batch);

  VqVaeOptions options_;
  PictureShape shape_;
  std::vector<torch::nn::Sequential> encoders_, from_above_, contexts_;  // [level]
  std::vector<torch::nn::Conv2d> to_latents_;
  std::vector<LearnedCodebook> codebooks_;
  // (D): what the decoder sees of a level that is hidden; the coarsest never is.
  std::vector<torch::Tensor> absent_;
  torch::nn::Sequential decoder_{nullptr};
  Observation observation_{nullptr};
  std::vector<std::shared_ptr<PixelCnn>> priors_;
  TrainingStages stages_{.count = 2};
  bool codebooks_start_ = false;
  double temperature_ = 0;  // of relaxed draws
};

std::unique_ptr<ModelFactory> make_vq_vae_factory();
std::unique_ptr<ModelFactory> make_vqvae2_factory();

}  // namespace vqcodec::models
