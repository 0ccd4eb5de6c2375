// tools/train/code_figures.cc: figures of vector quantization: how codebooks are learned, what
// their codewords stand for, what each level of codes adds to a picture and what it takes.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "codec/image_io.h"
#include "entropy/error.h"
#include "models/generative/neighbour_embedding.h"
#include "models/generative/vq_vae.h"
#include "models/picture_grid.h"
#include "tools/evaluate/formatted.h"
#include "tools/output_file.h"
#include "tools/train/document_figures.h"
#include "tools/train/line_plot.h"
#include "tools/train/training_log.h"

namespace vqcodec::tools {

namespace {

using namespace models;

struct CodesRun {
  FinishedModel finished;
  VqVae* model = nullptr;
};

CodesRun codes_run(const DocumentFigure& figure, const FigureFolders& folders) {
  const auto folder = folders.runs + "/" + figure.recipes.at(0);
  CodesRun run{.finished = open_run(folder)};
  run.model = dynamic_cast<VqVae*>(run.finished.model.get());
  if (!run.model) throw Error(ErrorKind::kUsage, folder, ": is no VQ-VAE");
  return run;
}

// One quantity of each recipe's log, over its steps.
void draw_logged(const DocumentFigure& figure, const FigureFolders& folders,
                 const std::string& quantity, const std::string& label, bool logarithmic) {
  std::map<double, std::vector<std::string>> rows;  // by step
  const auto count = figure.recipes.size();
  for (std::size_t i = 0; i < count; ++i)
    for (const auto& line : read_log({folders.runs + "/" + figure.recipes[i]}))
      if (line.contains(quantity)) {
        auto& row = rows[line.at("step")];
        row.resize(count);
        row[i] = formatted("%.6g", line.at(quantity));
      }
  FigureTable table{.columns = {"step"}, .rows = {}};
  table.columns.insert(table.columns.end(), figure.recipes.begin(), figure.recipes.end());
  for (auto& [step, values] : rows) {
    values.insert(values.begin(), formatted("%.0f", step));
    table.rows.push_back(values);
  }
  draw_lines(table,
             {.x = "step",
              .x_label = "training steps",
              .y_label = label,
              .lines = figure.recipes,
              .logarithmic = logarithmic},
             folders.output + "/" + figure.name);
}

// Bits of a level's codes, mean over pictures.
double bits_by_prior(VqVae& model, const VqVae::Codes& codes, std::int64_t level,
                     const torch::Tensor& labels) {
  return -model.code_log_prob(codes, level, labels).mean().item<double>() / std::numbers::ln2;
}

}  // namespace

void draw_perplexities(const DocumentFigure& figure, const FigureFolders& folders) {
  draw_logged(figure, folders, "perplexity_0", "perplexity of a batch's codes",
              /*logarithmic=*/false);
}

void draw_distortions(const DocumentFigure& figure, const FigureFolders& folders) {
  draw_logged(figure, folders, "mse_over_variance", "squared error over variance of a batch",
              /*logarithmic=*/true);
}

void draw_distances_from_means(const DocumentFigure& figure, const FigureFolders& folders) {
  draw_logged(figure, folders, "distance_from_means_0",
              "squared distance from the means, over the latents' own", /*logarithmic=*/true);
}

// Over a run: the bound XY ln K of arXiv:1711.00937, section 3.3, which a uniform prior makes the
// rate; while the codebooks learn, order 0 of each batch; then the priors.
void draw_code_rates(const DocumentFigure& figure, const FigureFolders& folders) {
  const auto run = codes_run(figure, folders);
  auto& model = *run.model;
  // Nats of all levels; empty where the line does not have them.
  const auto sum = [&](const LogLine& line, const char* name, double (*nats_of)(double)) {
    double nats = 0;
    for (std::int64_t l = 0; l < model.levels(); ++l) {
      const auto value = line.find(name + std::to_string(l));
      if (value == line.end()) return std::string();
      nats += static_cast<double>(model.grid(l).values()) * nats_of(value->second);
    }
    return formatted("%.6g", nats);
  };
  FigureTable table{
      .columns = {"step", "without a prior: XY ln K", "by a batch's frequencies", "by the prior"},
      .rows = {}};
  for (const auto& line : read_log({folders.runs + "/" + figure.recipes.at(0)}))
    table.rows.push_back(
        {formatted("%.0f", line.at("step")), formatted("%.6g", model.most_rate_nats()),
         sum(line, "perplexity_", [](double perplexity) { return std::log(perplexity); }),
         sum(line, "code_nats_", [](double nats) { return nats; })});
  draw_lines(table,
             {.x = "step",
              .x_label = "training steps",
              .y_label = "codes of a picture, nats",
              .lines = {table.columns.begin() + 1, table.columns.end()}},
             folders.output + "/" + figure.name);
}

// arXiv:1906.00446, figure 3: pictures from the coarsest level alone, with each further level, and
// the originals. Its caption divides 24 bits a pixel by 8 bits a code of one map; codes of 512 take
// 9, and finer maps are of use only with the coarser ones: the table has all of these.
void draw_code_levels(const DocumentFigure& figure, const FigureFolders& folders) {
  constexpr std::int64_t kPictures = 16, kMeasured = 500;
  torch::NoGradGuard no_grad;
  const auto run = codes_run(figure, folders);
  auto& model = *run.model;
  const auto batch = pictures_for(run.finished, /*folder=*/"", "test", kMeasured);
  const auto x = batch.images;
  const auto codes = model.codes_of(x);
  const double pixels = static_cast<double>(x.size(2) * x.size(3));
  const double raw_bits = 8 * static_cast<double>(x.size(1)) * pixels;
  FigureTable table{.columns = {"levels", "codes", "fixed_bits", "prior_bits", "fixed_bpp_so_far",
                                "prior_bpp_so_far", "ratio_of_map_at_8_bits", "ratio_of_map",
                                "ratio_so_far", "mse"},
                    .rows = {}};
  std::vector<torch::Tensor> rows;
  double fixed_so_far = 0, prior_so_far = 0;
  for (std::int64_t l = 0; l < model.levels(); ++l) {
    const auto places = static_cast<double>(model.grid(l).values());
    const double fixed = places * std::log2(static_cast<double>(model.codebook(l)->size()));
    const double prior = bits_by_prior(model, codes, l, batch.labels);
    fixed_so_far += fixed;
    prior_so_far += prior;
    const auto shown = model.pictures_of(codes, l + 1).clamp(0, 1);
    rows.push_back(shown.slice(0, 0, kPictures));
    std::vector<std::string> row = {std::to_string(l + 1)};
    for (const double value : {places, fixed, prior, fixed_so_far / pixels, prior_so_far / pixels,
                               raw_bits / (8 * places), raw_bits / fixed, raw_bits / fixed_so_far,
                               (shown - x).square().mean().item<double>()})
      row.push_back(formatted("%.6g", value));
    table.rows.push_back(row);
  }
  rows.push_back(x.slice(0, 0, kPictures));
  const auto path = folders.output + "/" + figure.name;
  write_text(path + ".csv", table.csv());
  write_output(path + ".png",
               codec::write_png(picture_grid(torch::cat(rows), rows.back().size(0))));
}

namespace {

// Of each codeword of the finest level, in rows: the picture cells whose latents are nearest.
struct NearestCells {
  torch::Tensor cells;      // (K,count,C,h,w)
  torch::Tensor distances;  // (K,count), squared
};

NearestCells nearest_cells(VqVae& model, const torch::Tensor& x, std::int64_t count) {
  const auto level = model.levels() - 1;
  const auto z = model.unquantized(x).back().permute({0, 2, 3, 1}).flatten(0, 2);  // (P,D)
  const auto& words = model.codebook(level)->codewords();
  const auto squares = words.square().sum(1).unsqueeze(1) + z.square().sum(1).unsqueeze(0) -
                       2 * torch::matmul(words, z.t());  // (K,P)
  const auto [distances, places] = squares.topk(count, 1, /*largest=*/false);
  const auto side = x.size(2) / model.grid(level).height;
  const auto cells = x.unfold(2, side, side).unfold(3, side, side);  // (N,C,H,W,h,w)
  const auto rows = cells.permute({0, 2, 3, 1, 4, 5}).flatten(0, 2);
  auto sizes = rows.sizes().vec();
  sizes[0] = count;
  sizes.insert(sizes.begin(), words.size(0));
  return {.cells = rows.index_select(0, places.flatten()).view(sizes), .distances = distances};
}

// A picture (C,side,side) with each codeword's nearest cell, in the mean, at its place.
torch::Tensor scattered(const torch::Tensor& plane, const torch::Tensor& cells, std::int64_t side) {
  auto picture = torch::ones({cells.size(1), side, side});
  const auto size = cells.size(2);
  const auto low = std::get<0>(plane.min(0)), high = std::get<0>(plane.max(0));
  const auto spread = (high - low).clamp_min(1e-12);
  const auto places = ((plane - low) / spread * static_cast<double>(side - size))
                          .round()
                          .to(torch::kInt64);  // (K,2)
  for (std::int64_t k = 0; k < cells.size(0); ++k)
    picture.narrow(1, places[k][1].item<std::int64_t>(), size)
        .narrow(2, places[k][0].item<std::int64_t>(), size)
        .copy_(cells[k]);
  return picture;
}

}  // namespace

// <name>.png: codewords by falling use, each with its nearest cells; <name>-map.png: the codebook
// in the plane, by principal components on the left, by t-SNE on the right.
void draw_codebook_atlas(const DocumentFigure& figure, const FigureFolders& folders) {
  constexpr std::int64_t kPictures = 500, kCells = 8, kColumns = 8 * kCells, kSide = 320;
  constexpr double kPerplexity = 15;
  torch::NoGradGuard no_grad;
  const auto run = codes_run(figure, folders);
  auto& model = *run.model;
  const auto x = pictures_for(run.finished, /*folder=*/"", "train", kPictures).images;
  const auto nearest = nearest_cells(model, x, kCells);
  const auto& words = model.codebook(model.levels() - 1)->codewords();
  const auto uses = torch::bincount(model.codes_of(x).back().flatten(), {}, words.size(0));
  const auto order = uses.argsort(0, /*descending=*/true);
  const auto components = principal_plane(words);
  const auto neighbours = neighbour_embedding(words, kPerplexity);
  FigureTable table{.columns = {"codeword", "uses", "nearest_squared_distance", "component_1",
                                "component_2", "neighbour_1", "neighbour_2"},
                    .rows = {}};
  for (std::int64_t i = 0; i < order.size(0); ++i) {
    const auto k = order[i].item<std::int64_t>();
    std::vector<std::string> row = {std::to_string(k),
                                    std::to_string(uses[k].item<std::int64_t>())};
    for (const auto& value : {nearest.distances[k][0], components[k][0], components[k][1],
                              neighbours[k][0], neighbours[k][1]})
      row.push_back(formatted("%.6g", value.item<double>()));
    table.rows.push_back(row);
  }
  const auto path = folders.output + "/" + figure.name;
  write_text(path + ".csv", table.csv());
  write_output(path + ".png", codec::write_png(picture_grid(
                                  nearest.cells.index_select(0, order).flatten(0, 1), kColumns)));
  const auto means = nearest.cells.mean(1);
  write_output(path + "-map.png",
               codec::write_png(picture_grid(
                   torch::stack({scattered(components, means, kSide),
                                 scattered(neighbours.to(torch::kFloat32), means, kSide)}),
                   2)));
}

}  // namespace vqcodec::tools
