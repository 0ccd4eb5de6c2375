// models/generative/colorization.h: colours of a picture given its luminance, through a latent map
// of segments: P(y|x) = sum_z P(z|x) P(y|z,x), y the quantized chroma of each cell. The sum over
// all maps is exact. Task of Larsson, Maire and Shakhnarovich, "Learning Representations for
// Automatic Colorization", arXiv:1603.06668.
#pragma once

#include "models/generative/label_map.h"
#include "models/generative/registry.h"

namespace vqcodec::models {

struct ColorizationOptions {
  std::int64_t cells = 8;      // a side: colours are those of a grid of cells
  std::int64_t colours = 32;   // Q
  std::int64_t segments = 16;  // S
  // What colours are drawn from beside the segment. restricted: the cell's own luminance; palette:
  // one vector for the whole picture; universal: everything, so that it can do without segments.
  std::string decoder = "restricted";
  std::string prior = "cells";    // or "rows": each row of segments a Markov chain
  std::string learner = "exact";  // or "elbo": the bound with a learned q(z|x,y)
  double beta = 1;                // weight of the bound's KL
  double free_bits = 0;           // nats of it, of each cell, that cost nothing
  std::int64_t channels = 64;
  std::string pixels = "grey";

  OptionList list();
};

// Letters: S segments, Q colours, h = w = cells.
class Colorization : public GenerativeModel {
 public:
  // For RGB pictures whose sides are multiples of the cells.
  Colorization(const ColorizationOptions& options, const PictureShape& shape);

  struct Observed {
    torch::Tensor blocks;     // (N,b^2,h,w): the luminance, a cell's pixels as channels
    torch::Tensor luminance;  // (N,1,h,w), 0..1: the cells' means
    torch::Tensor colours;    // (N,h,w) int64, 0..Q-1
  };
  Observed observe(const torch::Tensor& images) const;
  LabelMapPrior prior(const Observed& x);  // P(z|x)
  torch::Tensor log_colours(
      const Observed& x);                   // log P(y|z,x) of every y: (N,S,Q,h,w), or h = w = 1
  torch::Tensor scores(const Observed& x);  // the same of the cell's own y: (N,S,h,w)
  torch::Tensor log_q(const Observed& x);   // log q(z|x,y) of each cell, (N,S,h,w)
  // E_q log P(y|z,x), and KL[q || P(z|x)]: their difference is the bound; (N) nats.
  struct Bound {
    torch::Tensor reconstruction, divergence;
  };
  Bound bound(const Observed& x, const torch::Tensor& log_q);
  torch::Tensor log_evidence(const Observed& x) { return prior(x).log_evidence(scores(x)); }

  Loss loss(const Batch& batch, Rng& rng) override;
  Capabilities capabilities() const override { return {.samples = false}; }
  // The likeliest segment of each cell given the luminance, (N,h,w) int64.
  torch::Tensor segments(const torch::Tensor& images);
  // The luminance with colours drawn anew.
  torch::Tensor reconstruct(const Batch& batch, Rng& rng) override;
  Estimate log_prob(const Batch& batch, const EvaluationOptions& options, Rng& rng) override;
  // Nats per cell: of the model, of a histogram of colours by luminance, and I(y;z|x); and the
  // perplexity of the segments.
  std::vector<Figure> figures(const Batch& batch, const EvaluationOptions& options,
                              Rng& rng) override;

 private:
  // The palette, and what each segment says at first, from the first batch.
  void begin_colours(const torch::Tensor& images, Rng& rng);
  torch::Tensor cell_means(const torch::Tensor& planes) const;  // (N,C,H,W) to (N,C,h,w)
  torch::Tensor histogram_cells(const Observed& x) const;  // (N,h,w): which luminance, which colour
  ColorizationOptions options_;
  PictureShape shape_;
  torch::Tensor palette_;    // (Q,2): Cb, Cr, -0.5..0.5
  torch::Tensor histogram_;  // (luminances Q): colours seen in training
  torch::Tensor transitions_, segment_bias_;
  torch::Tensor segment_colours_;  // (S,Q): what a segment says of colours wherever it is
  torch::nn::Sequential features_{nullptr}, encoder_{nullptr};
  torch::nn::Conv2d segment_{nullptr}, seen_{nullptr};
  torch::nn::Linear colour_{nullptr};
};

std::unique_ptr<ModelFactory> make_colorization_factory();

}  // namespace vqcodec::models
