#include "models/generative/colorization.h"

#include "entropy/error.h"
#include "models/distributions.h"
#include "models/generative/chroma.h"
#include "models/generative/simple_factory.h"
#include "models/joint_batch.h"
#include "models/k_means.h"

namespace vqcodec::models {

namespace {

namespace F = torch::nn::functional;

constexpr std::int64_t kLloydSteps = 20;
constexpr std::int64_t kLuminances = 16;  // of the histogram
constexpr std::int64_t kAtATime = 250;    // pictures measured
// Near-grey cells count little in the palette, else they would take most of it.
constexpr double kGreyWeight = 0.02;
// How much likelier a segment begins to make its own colours than others, ln.
constexpr double kFirstContrast = 3;
// Which sixteenth of the luminances: (N,1,h,w) to (N,h,w).
torch::Tensor luminance_levels(const torch::Tensor& luminance) {
  const auto level = (luminance.squeeze(1) * kLuminances).floor().clamp(0, kLuminances - 1);
  return level.to(torch::kInt64);
}

torch::nn::Conv2d convolution(std::int64_t inputs, std::int64_t outputs, std::int64_t side) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(inputs, outputs, side).padding(side / 2));
}

torch::Tensor clusters_of(const torch::Tensor& points, const torch::Tensor& weights,
                          std::int64_t count, Rng& rng) {
  auto centres = seed_centres(points, weights, count, rng);
  for (std::int64_t step = 0; step < kLloydSteps; ++step)
    centres = lloyd_step(points, weights, centres);
  return centres;
}

torch::Tensor as_points(const torch::Tensor& chroma) {  // (N,2,h,w) to (N h w,2)
  return chroma.permute({0, 2, 3, 1}).reshape({-1, 2});
}

}  // namespace

OptionList ColorizationOptions::list() {
  return {{"cells", "of the grid of colours, a side", IntegerOption{&cells, 1, 256}},
          {"colours", "of the palette of chroma", IntegerOption{&colours, 2, 1024}},
          {"segments", "labels of a cell", IntegerOption{&segments, 1, 1024}},
          {"decoder",
           "what colours are drawn from beside the segment; restricted: the cell's luminance; "
           "palette: one vector a picture; universal: everything",
           ChoiceOption{&decoder, {"restricted", "palette", "universal"}}},
          {"prior", "of segments; cells: each on its own; rows: Markov chains",
           ChoiceOption{&prior, {"cells", "rows"}}},
          {"learner", "exact: the sum over all maps; elbo: its bound with a learned posterior",
           ChoiceOption{&learner, {"exact", "elbo"}}},
          {"beta", "weight of the bound's KL", RealOption{&beta, 0, 1e6}},
          {"free-bits", "nats of the KL, of each cell, that cost nothing",
           RealOption{&free_bits, 0, 1e3}},
          {"channels", "of the networks", IntegerOption{&channels, 1, 4096}}};
}

Colorization::Colorization(const ColorizationOptions& options, const PictureShape& shape)
    : options_(options), shape_(shape) {
  if (shape.channels != 3)
    throw Error(ErrorKind::kUsage, "colorization: pictures of ", shape.channels,
                " channel(s), expected 3: red, green, blue; --data wants colour pictures");
  if (shape.height != shape.width || shape.height % options.cells != 0)
    throw Error(ErrorKind::kUsage, "colorization: pictures of ", shape.height, "x", shape.width,
                ", expected squares of a multiple of --cells ", options.cells);
  const auto block = shape.height / options.cells, c = options.channels;
  features_ = register_module(
      "features", torch::nn::Sequential(convolution(block * block, c, 3), torch::nn::ReLU(),
                                        convolution(c, c, 3), torch::nn::ReLU(),
                                        convolution(c, c, 3), torch::nn::ReLU()));
  segment_ = register_module("segment", convolution(c, options.segments, 1));
  seen_ =
      register_module("seen", convolution(options.decoder == "restricted" ? kLuminances : c, c, 1));
  segment_bias_ = register_parameter("segment_bias", torch::randn({options.segments, c}));
  segment_colours_ =
      register_parameter("segment_colours", torch::zeros({options.segments, options.colours}));
  colour_ = register_module("colour", torch::nn::Linear(c, options.colours));
  if (options.prior == "rows")
    transitions_ =
        register_parameter("transitions", torch::zeros({options.segments, options.segments}));
  if (options.learner == "elbo")
    encoder_ = register_module(
        "encoder", torch::nn::Sequential(convolution(c + options.colours, c, 3), torch::nn::ReLU(),
                                         convolution(c, options.segments, 1)));
  palette_ = register_buffer("palette", torch::zeros({options.colours, 2}));
  histogram_ =
      register_buffer("histogram", torch::zeros({kLuminances * options.colours}, torch::kFloat64));
}

torch::Tensor Colorization::cell_means(const torch::Tensor& planes) const {
  return torch::avg_pool2d(planes, shape_.height / options_.cells);
}

Colorization::Observed Colorization::observe(const torch::Tensor& images) const {
  const auto luminance = luminance_of(images);
  const auto chroma = cell_means(chroma_of(images));
  return {
      .blocks = torch::pixel_unshuffle(luminance, shape_.height / options_.cells) - 0.5,
      .luminance = cell_means(luminance),
      .colours =
          nearest_centres(as_points(chroma), palette_).view({-1, options_.cells, options_.cells})};
}

// Segments that begin alike stay nearly alike: what tells them apart is then learned slower than
// what the luminance says. So each begins with the colours of a cluster of its own.
void Colorization::begin_colours(const torch::Tensor& images, Rng& rng) {
  const auto chroma = as_points(cell_means(chroma_of(images)));
  const auto weights = chroma.norm(2, 1) + kGreyWeight;
  palette_.copy_(as_rank_0_has_it(clusters_of(chroma, weights, options_.colours, rng)));
  const auto centres = clusters_of(chroma, weights, options_.segments, rng);
  const auto own = torch::one_hot(nearest_centres(palette_, centres), options_.segments);  // (Q,S)
  segment_colours_.copy_(as_rank_0_has_it(kFirstContrast * own.t()));
}

LabelMapPrior Colorization::prior(const Observed& x) {
  return {.logits = segment_(features_->forward(x.blocks)), .transitions = transitions_};
}

torch::Tensor Colorization::log_colours(const Observed& x) {
  const bool is_restricted = options_.decoder == "restricted";
  auto seen = is_restricted  // what the histogram sees, (N,luminances,h,w); else (N,C,h,w)
                  ? torch::one_hot(luminance_levels(x.luminance), kLuminances)
                        .permute({0, 3, 1, 2})
                        .to(x.luminance.scalar_type())
                  : features_->forward(x.blocks);
  if (options_.decoder == "palette") seen = seen.mean({2, 3}, /*keepdim=*/true);
  const auto lifted = seen_(seen).permute({0, 2, 3, 1}).unsqueeze(1);  // (N,1,h,w,C)
  const auto hidden = torch::relu(lifted + segment_bias_.view({-1, 1, 1, options_.channels}));
  const auto logits = colour_(hidden) + segment_colours_.view({-1, 1, 1, options_.colours});
  return logits.log_softmax(-1).permute({0, 1, 4, 2, 3});
}

torch::Tensor Colorization::scores(const Observed& x) {
  const auto log_p = log_colours(x).expand({-1, -1, -1, options_.cells, options_.cells});
  const auto own = x.colours.unsqueeze(1).unsqueeze(1).expand({-1, options_.segments, 1, -1, -1});
  return log_p.gather(2, own).squeeze(2);
}

torch::Tensor Colorization::log_q(const Observed& x) {
  const auto features = features_->forward(x.blocks);
  const auto colours =
      torch::one_hot(x.colours, options_.colours).permute({0, 3, 1, 2}).to(features.scalar_type());
  return encoder_->forward(torch::cat({features, colours}, 1)).log_softmax(1);
}

Colorization::Bound Colorization::bound(const Observed& x, const torch::Tensor& log_q) {
  const auto q = log_q.exp();
  return {.reconstruction = sum_events(q * scores(x)),
          .divergence = sum_events(q * log_q) - prior(x).expected_log_prob(q)};
}

torch::Tensor Colorization::histogram_cells(const Observed& x) const {
  return luminance_levels(x.luminance) * options_.colours + x.colours;
}

// In nats per picture; its terms per cell.
Loss Colorization::loss(const Batch& batch, Rng& rng) {
  if (is_training()) {
    torch::NoGradGuard no_grad;
    if (histogram_.sum().item<double>() == 0) begin_colours(rows_of_all_ranks(batch.images), rng);
    histogram_ += sum_over_ranks(
        torch::bincount(histogram_cells(observe(batch.images)).flatten(), {}, histogram_.size(0)));
  }
  const auto x = observe(batch.images);
  const auto cells = static_cast<double>(x.colours[0].numel());
  if (options_.learner == "exact") {
    const auto nll = -log_evidence(x).mean();
    return {.total = nll, .terms = {{"nll_nats_per_cell", nll / cells}}};
  }
  const auto bounds = bound(x, log_q(x));
  const auto divergence = bounds.divergence.mean(), distortion = -bounds.reconstruction.mean();
  const auto charged = divergence.clamp_min(options_.free_bits * cells);
  return {.total = distortion + options_.beta * charged,
          .terms = {{"negative_elbo_nats_per_cell", (distortion + divergence) / cells},
                    {"divergence_nats_per_cell", divergence / cells}}};
}

torch::Tensor Colorization::segments(const torch::Tensor& images) {
  torch::NoGradGuard no_grad;
  return prior(observe(images)).log_marginals().argmax(1);
}

torch::Tensor Colorization::reconstruct(const Batch& batch, Rng& rng) {
  torch::NoGradGuard no_grad;
  const auto x = observe(batch.images);
  const auto z = prior(x).sample(rng);  // (N,h,w)
  const auto log_p = log_colours(x).expand({-1, -1, -1, options_.cells, options_.cells});
  const auto of_segment = z.unsqueeze(1).unsqueeze(1).expand({-1, 1, options_.colours, -1, -1});
  const auto y = draw_labels(log_p.gather(1, of_segment).squeeze(1), rng);
  const auto chroma =
      palette_.index_select(0, y.flatten()).view({-1, options_.cells, options_.cells, 2});
  const auto smooth =
      F::interpolate(chroma.permute({0, 3, 1, 2}),
                     F::InterpolateFuncOptions()
                         .size(std::vector<std::int64_t>{shape_.height, shape_.width})
                         .mode(torch::kBilinear)
                         .align_corners(false));
  return rgb_of(luminance_of(batch.images), smooth);
}

Estimate Colorization::log_prob(const Batch& batch, const EvaluationOptions& /*options*/,
                                Rng& /*rng*/) {
  torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> parts;
  for (const auto& images : batch.images.split(kAtATime))
    parts.push_back(log_evidence(observe(images)).to(torch::kFloat64));
  return {.per_example = torch::cat(parts),
          .kind = EstimateKind::kExact,
          .estimator = "sum over all segment maps"};
}

std::vector<Figure> Colorization::figures(const Batch& batch, const EvaluationOptions& /*options*/,
                                          Rng& /*rng*/) {
  torch::NoGradGuard no_grad;
  const auto counts = histogram_.view({kLuminances, options_.colours}) + 1;
  const auto log_histogram = (counts / counts.sum(1, true)).log().flatten();
  std::vector<torch::Tensor> nll, plain, known, bounds;  // (n) of each part, nats per cell
  auto usage = torch::zeros({options_.segments}, torch::kFloat64);
  for (const auto& images : batch.images.split(kAtATime)) {
    const auto x = observe(images);
    const auto segments = prior(x);
    const auto marginals = segments.log_marginals();
    const auto colours = scores(x);
    const auto cells = static_cast<double>(x.colours[0].numel());
    nll.push_back(-segments.log_evidence(colours) / cells);
    plain.push_back(-log_histogram.take(histogram_cells(x)).flatten(1).mean(1));
    known.push_back(information(marginals, log_colours(x)).flatten(1).mean(1));
    usage += marginals.exp().mean({2, 3}).sum(0).to(torch::kFloat64);
    if (encoder_.is_empty()) continue;
    const auto parts = bound(x, log_q(x));
    bounds.push_back((parts.divergence - parts.reconstruction) / cells);
  }
  const auto figure = [](const char* name, const std::vector<torch::Tensor>& parts,
                         const char* estimator) {
    return mean_figure(name, torch::cat(parts), "nats per cell", estimator);
  };
  std::vector<Figure> figures = {
      figure("nll", nll, "sum over all segment maps (exact)"),
      figure("nll_of_histogram", plain, "colours by luminance, counted in training"),
      figure("information", known, "I(y;z|x) of each cell (exact)")};
  if (!bounds.empty())
    figures.push_back(figure("negative_elbo", bounds, "learned posterior (lower bound)"));
  const auto shares = usage / usage.sum();
  figures.push_back({.name = "segments_used",
                     .value = (-torch::xlogy(shares, shares).sum()).exp().item<double>(),
                     .unit = "segments",
                     .estimator = "perplexity of P(z), not of what it says of y"});
  return figures;
}

std::unique_ptr<ModelFactory> make_colorization_factory() {
  return std::make_unique<SimpleFactory<Colorization, ColorizationOptions>>();
}

}  // namespace vqcodec::models
