// models/generative/learned_codebook.h: the codec's quantizer within a network: codewords that are
// learned together with the encoder and the decoder on either side of them.
// Sources: van den Oord, Vinyals and Kavukcuoglu, "Neural Discrete Representation Learning",
// arXiv:1711.00937, eq. 1-3 and appendix A.1; relaxed draws: arXiv:1611.01144.
#pragma once

#include "models/model.h"
#include "models/option_list.h"
#include "models/quantizer.h"

namespace vqcodec::models {

// The paper's beta weighs two things against each other that are two parameters. codebook_rate
// leaves the points where training comes to rest as they are; beta_c moves them. Measured (row 13 of
// testdata/results.csv): codewords at five times the rate give a smaller error at the same rate in
// bits (0.075 for 0.085, 0.225 bits a pixel), a larger beta_c gives it for more bits (4 for 0.25:
// 0.069 for 0.085, 0.272 for 0.224).
struct LearnedCodebookOptions {
  std::int64_t codewords = 512;  // K
  std::int64_t dimension = 64;   // D
  // averages: each codeword is the moving mean of its latents; gradient: it follows the gradient of
  // their squared distance; gumbel: relaxed draws take the gradient of the distortion to it.
  std::string learning = "averages";
  double decay = 0.99;       // of the averages
  double commitment = 0.25;  // beta_c, weight of what pulls latents to their codewords
  double codebook_rate = 1;  // lr_C, the codewords' learning rate as a multiple of the run's
  bool restarts = true;      // of codewords that no latent is nearest to
  double temperature = 0.3;  // tau of relaxed draws, at the end of a schedule that begins at 1

  OptionList list();
};

// Latents (N,D,h,w) become the nearest of K codewords; their code is its index.
class LearnedCodebookImpl : public torch::nn::Module {
 public:
  explicit LearnedCodebookImpl(const LearnedCodebookOptions& options);

  struct Result {
    torch::Tensor latents;  // (N,D,h,w), codewords; gradients go to the encoder as they come
    torch::Tensor codes;    // (N,h,w) int64, 0..K-1
    torch::Tensor loss;     // scalar: the squared distances, mean over the latents' elements
  };
  // tau = 0, and every mode but gumbel: the nearest codeword. rng: of the relaxed draws.
  Result forward(const torch::Tensor& z, double temperature, Rng& rng);
  torch::Tensor codes_of(const torch::Tensor& z) const;    // (N,D,h,w) to (N,h,w)
  torch::Tensor lookup(const torch::Tensor& codes) const;  // and back, (N,D,h,w)
  // The nearest of every row (P,D): the codec's own assignment, with codes that cost nothing.
  torch::Tensor assigned(const torch::Tensor& rows) const;

  // K-means++ seeds among the latents, moved by some steps of Lloyd's.
  void start_from(const torch::Tensor& z, Rng& rng);
  // After a step: averages and restarts, from the latents that forward() saw last.
  void follow(Rng& rng);
  // Sums and numbers of latents become moving averages (arXiv:1711.00937, eq. 6-8), and codewords,
  // unless they learn by gradient, their ratios; numbers are smoothed a little, so that a codeword
  // without any stays finite.
  void average(const torch::Tensor& rows, const torch::Tensor& codes);
  // Codewords out of use for so many steps become latents of this step.
  void restart(const torch::Tensor& rows, const torch::Tensor& codes, Rng& rng);

  bool learns_by_gradient() const { return options_.learning != "averages"; }
  // Of codewords from the moving means of their latents, squared, over that of the last latents
  // from their codewords: zero where every codeword is its cluster's mean.
  double distance_from_means() const;
  const torch::Tensor& codewords() const { return codewords_; }  // (K,D)
  std::int64_t size() const { return options_.codewords; }
  const torch::Tensor& last_codes() const { return last_codes_; }
  std::int64_t restarted() const { return restarted_; }  // since this object was made

 private:
  // (N,D,h,w) to a mean of codewords, weighted by a draw from softmax(-distance^2 / tau), relaxed.
  torch::Tensor relaxed(const torch::Tensor& rows, double temperature, Rng& rng) const;
  LearnedCodebookOptions options_;
  torch::Tensor codewords_;    // (K,D)
  torch::Tensor sums_, uses_;  // (K,D) and (K): moving averages of a step's latents
  torch::Tensor idle_;         // (K): steps since the last use
  torch::Tensor last_rows_, last_codes_;
  double last_distance_ = 0;  // of the last latents from their codewords, squared, mean
  std::int64_t restarted_ = 0;
};
TORCH_MODULE(LearnedCodebook);

}  // namespace vqcodec::models
