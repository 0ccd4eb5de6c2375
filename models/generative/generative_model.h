// models/generative/generative_model.h: what a model of pictures offers beside its loss.
#pragma once

#include <optional>

#include "models/estimators.h"
#include "models/model.h"

namespace vqcodec::models {

struct EvaluationOptions {
  std::int64_t samples = 1000;  // for each example, where the estimator draws any
};

struct SampleOptions {
  std::optional<std::int64_t> label = {};  // of conditional models
  bool means = false;                      // of the pixels, in place of draws from them
};

// What of the following a model has; the others throw Error(kUsage).
struct Capabilities {
  bool samples = true, reconstructs = true, scores = true;
  bool conditional = false;           // takes a label
  std::int64_t latent_dimension = 0;  // 2: the latent plane can be drawn; 0: no such plane
};

// One figure of a table.
struct Figure {
  std::string name;  // "nll", "rate", "error"
  double value = 0, standard_error = 0;
  std::string unit;       // "nats", "%", "squared error"
  std::string estimator;  // how it was taken, with the samples for each example
};

// The mean of a value of each example, (N), and its standard error.
Figure mean_figure(const std::string& name, const torch::Tensor& per_example,
                   const std::string& unit, const std::string& estimator);

// "nll" and, of likelihoods, "nll_per_dimension".
std::vector<Figure> likelihood_figures(const Estimate& estimate, std::int64_t dimensions);

class GenerativeModel : public Model {
 public:
  virtual Capabilities capabilities() const = 0;
  // Draws of the model itself, never of a posterior. Returns (n,C,H,W), 0..1.
  virtual torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng);
  // Pictures through the latent and back, (N,C,H,W), 0..1.
  virtual torch::Tensor reconstruct(const Batch& batch, Rng& rng);
  virtual Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng);
  // What a table says of the model on this set; "nll" and, of likelihoods, "nll_per_dimension" of
  // log_prob() unless a model has other things to say.
  virtual std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                                      Rng& rng);
  // The pictures of latents (n, latent_dimension), as means.
  virtual torch::Tensor decode(const torch::Tensor& latents);
  // Draws as pictures to look at, (n,C,H,W), 0..1; those of pictures are what they are.
  virtual torch::Tensor shown(const torch::Tensor& x) const { return x; }
  // A draw (C,H,W) as a line of letters.
  virtual std::string text_of(const torch::Tensor& event) const;
};

}  // namespace vqcodec::models
