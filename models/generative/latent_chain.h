// models/generative/latent_chain.h: sequences behind which a Markov chain runs unseen. What is seen
// of its path differs from model to model; the probability is always a sum over all paths, by
// dynamic programming in log space, and learning is expectation-maximization (Baum and Welch).
#pragma once

#include "models/generative/samplable_computable.h"
#include "models/generative/sequences.h"
#include "models/generative/simple_factory.h"

namespace vqcodec::models {

// Rows are distributions; entries are log-probabilities in float64. The chain's first state (1,S)
// and its transitions (S,S) come first, then what a model has beside them.
using Tables = std::vector<torch::Tensor>;

struct LatentChainOptions {
  TextOptions text = {.symbols = 8, .length = 32};
  std::int64_t restarts = 4;      // first tables that are tried, the likeliest go on
  std::int64_t planted_seed = 1;  // of the model that the sequences are drawn from

  OptionList list();
};

// Sequences are plane 0 of the pictures; those drawn have the path beside it, as plane 1. What is
// drawn is as long as the room there is: a shorter text's probability is that given its length.
class LatentChain : public SamplableComputable {
 public:
  // Of sequences (N,T) under these tables: (N) nats, differentiable in the entries.
  virtual torch::Tensor log_likelihood(const Tables& tables, const torch::Tensor& x) const = 0;
  // A draw of the path given what is seen of it, (N,T).
  virtual torch::Tensor posterior_paths(const torch::Tensor& x, Rng& rng) const = 0;
  // What is seen of a path, (N,T) to (N,T).
  virtual torch::Tensor seen_of(const torch::Tensor& paths, Rng& rng) const = 0;

  Tables tables() const;
  // How often each entry is used, in the mean over the paths given x. A path's probability is a
  // product of entries, so this is the gradient of the log-likelihood with respect to their
  // logarithms: the backward pass of forward-backward is backpropagation (Eisner 2016).
  Tables expected_counts(const torch::Tensor& x) const;
  // The M-step. Rows that are never used stay as they are.
  void maximize(const Tables& counts);
  void assign(const Tables& tables);
  // Those that sequences are drawn from where there is no text.
  Tables planted_tables() const;

  bool steps_itself() const override { return true; }
  // One step of expectation-maximization; the value is that before it.
  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override { return {}; }
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng& rng) override;
  // What is seen of a path drawn from the posterior.
  torch::Tensor reconstruct(const Batch& batch, Rng& rng) override;
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;
  // Of drawn sequences also the likelihood under the tables that they were drawn from.
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;
  torch::Tensor shown(const torch::Tensor& x) const override;
  std::string text_of(const torch::Tensor& event) const override;

 protected:
  // states: S; emissions: columns of a third table of S rows, 0: there is none.
  LatentChain(const LatentChainOptions& options, const PictureShape& shape, std::int64_t states,
              std::int64_t emissions);

 private:
  Tables random_tables(Rng& rng) const;
  torch::Tensor paths(std::int64_t n, Rng& rng) const;  // of the chain, (n,T)
  void seed(const torch::Tensor& x, Rng& rng);
  LatentChainOptions options_;
  PictureShape shape_;
  std::vector<torch::Tensor> logits_;
  torch::Tensor is_seeded_;
};

// Rows of unnormalized log-probabilities (N,S) to one draw each, (N).
torch::Tensor draw_rows(const torch::Tensor& log_p, Rng& rng);

// 2,000, 500 and 1,000 draws of a model's planted tables, always the same.
ImageSets planted_sets(LatentChain& model, std::int64_t planted_seed);

// Of a model made of its options and the pictures' shape, and of a folder of text or none.
template <typename Made, typename Options>
class LatentChainFactory : public SimpleFactory<Made, Options> {
 public:
  bool wants_folder() const override { return false; }
  bool takes_folder() const override { return true; }
  ImageSets sets(const std::string& folder) const override {
    const auto& chain = this->chosen().chain;
    if (!folder.empty()) return read_text_sets(folder, chain.text);
    Made model(this->chosen(), {.channels = 2, .height = 1, .width = chain.text.length});
    return planted_sets(model, chain.planted_seed);
  }
  std::unique_ptr<Dataset> batches(ImageSet train) const override {
    return std::make_unique<WholeSetBatches>(std::move(train), PixelKind::kGrey);
  }
};

}  // namespace vqcodec::models
