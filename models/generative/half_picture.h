// models/generative/half_picture.h: the lower half of a picture given the upper one, through layers
// of categorical units: a stochastic network for structured prediction. Sources: Raiko et al.,
// "Techniques for Learning Binary Stochastic Feedforward Neural Networks", arXiv:1406.2989 (the
// task); Jang, Gu and Poole, arXiv:1611.01144, section 4.1 (categorical units).
#pragma once

#include "models/generative/registry.h"
#include "models/generative/reward_baseline.h"
#include "models/gradient_estimators.h"

namespace vqcodec::models {

struct HalfPictureOptions {
  std::int64_t layers = 2;  // of categorical units, each a linear function of the one before
  std::int64_t variables = 20, classes = 10;
  // gumbel, st-gumbel, straight-through, score-function, vimco; of one layer also rebar
  std::string estimator = "gumbel";
  std::string baseline = "others";  // of score-function
  std::int64_t draws = 4;           // of score-function and vimco, each picture
  double least_temperature = 0.5;   // of the relaxed: max(least, exp(-rate * step))
  double temperature_rate = 3e-5;
  std::string pixels = "binary";

  OptionList list();
};

// p(lower|upper) = sum_z p(z_1|upper) p(z_2|z_1) p(lower|z_2). There is no posterior: latents are
// drawn given the upper half alone.
class HalfPicture : public GenerativeModel {
 public:
  HalfPicture(const HalfPictureOptions& options, const PictureShape& shape);

  // (N,variables,classes): of the layer's units given those before (N,...).
  Categorical units(std::size_t layer, const torch::Tensor& before);
  // log p(lower|z), (N) nats; z: the last layer's, (N,variables,classes).
  torch::Tensor log_likelihood(const torch::Tensor& x, const torch::Tensor& z);
  // (S,N) nats: log p(lower|z) of hard draws given the upper half; their importance bound
  // (estimators.h) is that of log p(lower|upper).
  torch::Tensor log_weights(const torch::Tensor& x, std::int64_t samples, Rng& rng);

  void begin_step(const Progress& progress) override;
  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override { return {.samples = false}; }
  // The upper half as it is, the lower one as means given draws of the units.
  torch::Tensor reconstruct(const Batch& batch, Rng& rng) override;
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;

 private:
  torch::Tensor upper(const torch::Tensor& x) const { return x.slice(2, 0, shape_.height / 2); }
  torch::Tensor lower(const torch::Tensor& x) const { return x.slice(2, shape_.height / 2); }
  struct Draw {
    torch::Tensor units;  // the last layer's
    torch::Tensor log_p;  // of all layers' units, (N)
  };
  Draw draw(const torch::Tensor& upper, Rng& rng);
  torch::Tensor relaxed_bound(const torch::Tensor& x, Rng& rng);         // (N), of one draw
  torch::Tensor rebar_bound(const torch::Tensor& x, Rng& rng);           // (N), of one draw
  torch::Tensor score_function_bound(const torch::Tensor& x, Rng& rng);  // scalar
  torch::Tensor vimco_bound(const torch::Tensor& x, Rng& rng);           // (N)

  HalfPictureOptions options_;
  PictureShape shape_;
  std::vector<torch::nn::Linear> layers_;
  torch::nn::Linear decoder_{nullptr};
  RewardBaseline baseline_{nullptr};
  double temperature_ = 1;
};

std::unique_ptr<ModelFactory> make_half_picture_factory();

}  // namespace vqcodec::models
