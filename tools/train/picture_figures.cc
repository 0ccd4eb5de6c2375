#include "codec/image_io.h"
#include "entropy/error.h"
#include "models/generative/chroma.h"
#include "models/generative/colorization.h"
#include "models/generative/discrete_vae.h"
#include "models/nearest_pictures.h"
#include "models/picture_grid.h"
#include "tools/evaluate/formatted.h"
#include "tools/output_file.h"
#include "tools/train/document_figures.h"
#include "tools/train/line_plot.h"
#include "tools/train/model_run.h"

namespace vqcodec::tools {

namespace {

using namespace models;

constexpr std::uint64_t kSeed = 1;  // nothing is chosen

FinishedModel run_of(const DocumentFigure& figure, const FigureFolders& folders) {
  return open_run(folders.runs + "/" + figure.recipes.at(0));
}

void write_figure(const DocumentFigure& figure, const FigureFolders& folders,
                  const torch::Tensor& pictures, std::int64_t columns, const FigureTable& table) {
  const auto path = folders.output + "/" + figure.name;
  write_text(path + ".csv", table.csv());
  write_output(path + ".png", codec::write_png(picture_grid(pictures, columns)));
}

std::string number(const torch::Tensor& value) { return formatted("%.6g", value.item<double>()); }

// Row and column of cell i, from 1.
std::vector<std::string> place(std::int64_t i, std::int64_t columns) {
  return {std::to_string(i / columns + 1), std::to_string(i % columns + 1)};
}

// Labels (N,h,w) to pictures (N,3,h side,w side): hues evenly around the circle.
torch::Tensor false_colours(const torch::Tensor& labels, std::int64_t side) {
  const auto angle =
      labels.to(torch::kFloat32).unsqueeze(1) * 2.39996;  // golden: neighbours differ
  const auto chroma = 0.35 * torch::cat({angle.cos(), angle.sin()}, 1);
  const auto colours = rgb_of(torch::full_like(angle, 0.5), chroma);
  return colours.repeat_interleave(side, 2).repeat_interleave(side, 3);
}

}  // namespace

void draw_latent_plane(const DocumentFigure& figure, const FigureFolders& folders) {
  constexpr std::int64_t kSide = 20;
  torch::NoGradGuard no_grad;
  const auto finished = run_of(figure, folders);
  if (finished.model->capabilities().latent_dimension != 2)
    throw Error(ErrorKind::kUsage, folders.runs, "/", figure.recipes[0],
                ": has no plane of two latents");
  const auto latents = latent_plane(kSide);
  const auto pictures = finished.model->decode(latents);
  FigureTable table{.columns = {"row", "column", "latent_1", "latent_2", "mean_level"}, .rows = {}};
  for (std::int64_t i = 0; i < latents.size(0); ++i) {
    auto row = place(i, kSide);
    for (const auto& value : {latents[i][0], latents[i][1], pictures[i].mean()})
      row.push_back(number(value));
    table.rows.push_back(row);
  }
  write_figure(figure, folders, pictures, kSide, table);
}

void draw_model_samples(const DocumentFigure& figure, const FigureFolders& folders) {
  constexpr std::int64_t kSide = 10;
  torch::NoGradGuard no_grad;
  const auto finished = run_of(figure, folders);
  auto rng = make_rng(kSeed, kSampleStream);
  const auto pictures = finished.model->sample(kSide * kSide, {}, rng);
  FigureTable table{.columns = {"row", "column", "mean_level"}, .rows = {}};
  for (std::int64_t i = 0; i < pictures.size(0); ++i) {
    auto row = place(i, kSide);
    row.push_back(number(pictures[i].mean()));
    table.rows.push_back(row);
  }
  write_figure(figure, folders, pictures, kSide, table);
}

void draw_beside_nearest(const DocumentFigure& figure, const FigureFolders& folders) {
  constexpr std::int64_t kRows = 4, kColumns = 12;  // of draws
  torch::NoGradGuard no_grad;
  const auto finished = run_of(figure, folders);
  auto rng = make_rng(kSeed, kSampleStream);
  const auto drawn = finished.model->sample(kRows * kColumns, {}, rng);
  const auto train = pictures_for(finished, /*folder=*/"", "train", /*most=*/100000000).images;
  const auto nearest = nearest_pictures(drawn, train);
  const auto found = train.index_select(0, nearest.indices);
  std::vector<torch::Tensor> rows;
  for (std::int64_t r = 0; r < kRows; ++r)
    for (const auto& part : {drawn, found})
      rows.push_back(part.slice(0, r * kColumns, (r + 1) * kColumns));
  FigureTable table{.columns = {"draw", "nearest_training_picture", "squared_distance"},
                    .rows = {}};
  for (std::int64_t i = 0; i < drawn.size(0); ++i)
    table.rows.push_back({std::to_string(i + 1),
                          std::to_string(nearest.indices[i].item<std::int64_t>()),
                          number(nearest.squared_distances[i])});
  write_figure(figure, folders, torch::cat(rows), kColumns, table);
}

// arXiv:1609.02200, figure 5: each group of five shares a draw of the prior, with continuous
// latents of their own; 100 sweeps between rows.
void draw_gibbs_chains(const DocumentFigure& figure, const FigureFolders& folders) {
  constexpr std::int64_t kRows = 10, kChains = 4, kEntries = 5;
  constexpr std::int64_t kBurnIn = 1000, kSweeps = 100;
  torch::NoGradGuard no_grad;
  const auto finished = run_of(figure, folders);
  auto* model = dynamic_cast<DiscreteVae*>(finished.model.get());
  if (!model)
    throw Error(ErrorKind::kUsage, folders.runs, "/", figure.recipes[0], ": is no discrete VAE");
  auto rng = make_rng(kSeed, kSampleStream);
  const auto prior = model->prior();
  auto left = torch::rand({kChains, prior.weights.size(0)}, rng, prior.weights.options()).round();
  FigureTable table{.columns = {"row", "chain", "units"}, .rows = {}};
  std::vector<torch::Tensor> pictures;
  for (std::int64_t row = 0; row < kRows; ++row) {
    left = prior.gibbs(left, row == 0 ? kBurnIn : kSweeps, rng);
    const auto right = Bernoulli{prior.hidden_logits(left)}.sample(rng);
    const auto units = torch::cat({left, right}, 1);  // (chains,units)
    pictures.push_back(model->pictures_of(units.repeat_interleave(kEntries, 0), {}, rng));
    for (std::int64_t chain = 0; chain < kChains; ++chain) {
      std::string bits;
      for (std::int64_t j = 0; j < units.size(1); ++j)
        bits += units[chain][j].item<float>() > 0.5F ? '1' : '0';
      table.rows.push_back({std::to_string(row + 1), std::to_string(chain + 1), bits});
    }
  }
  write_figure(figure, folders, torch::cat(pictures), kChains * kEntries, table);
}

void draw_segments(const DocumentFigure& figure, const FigureFolders& folders) {
  constexpr std::int64_t kPictures = 12;
  torch::NoGradGuard no_grad;
  const auto finished = run_of(figure, folders);
  auto* model = dynamic_cast<Colorization*>(finished.model.get());
  if (!model)
    throw Error(ErrorKind::kUsage, folders.runs, "/", figure.recipes[0], ": is no colorization");
  const auto batch = pictures_for(finished, /*folder=*/"", "test", kPictures);
  const auto segments = model->segments(batch.images);  // (N,h,w)
  auto rng = make_rng(kSeed, kSampleStream);
  const auto restored = model->reconstruct(batch, rng);
  FigureTable table{.columns = {"picture", "cell_row", "cell_column", "segment"}, .rows = {}};
  for (std::int64_t i = 0; i < segments.numel(); ++i) {
    const auto cell = i % segments[0].numel();
    auto row = place(cell, segments.size(2));
    row.insert(row.begin(), std::to_string(i / segments[0].numel() + 1));
    row.push_back(std::to_string(segments.flatten()[i].item<std::int64_t>()));
    table.rows.push_back(row);
  }
  const auto side = batch.images.size(2) / segments.size(1);
  write_figure(figure, folders,
               torch::cat({batch.images, luminance_of(batch.images).expand_as(batch.images),
                           false_colours(segments, side), restored}),
               batch.images.size(0), table);
}

}  // namespace vqcodec::tools
