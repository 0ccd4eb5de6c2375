// tools/train/document_figures.h: the pictures and tables of the documents, drawn from finished
// runs of `reproduce`. One explicit table.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace vqcodec::tools {

// Where a figure finds what it shows, and where it goes.
struct FigureFolders {
  std::string runs;     // <runs>/<recipe>
  std::string results;  // results.csv
  std::string output;   // <output>/<figure>.png and .csv
};

struct DocumentFigure {
  std::string name, about;
  std::vector<std::string> recipes;  // whose runs it shows
  // Throws Error(kResource) where a run is missing or not finished.
  void (*draw)(const DocumentFigure& figure, const FigureFolders& folders);
};

std::span<const DocumentFigure> document_figures();

// Grids of pictures (picture_figures.cc), each with a table of its cells.
void draw_latent_plane(const DocumentFigure& figure, const FigureFolders& folders);
void draw_model_samples(const DocumentFigure& figure, const FigureFolders& folders);
// In alternate rows: draws, and the training picture that is nearest to each.
void draw_beside_nearest(const DocumentFigure& figure, const FigureFolders& folders);
// Gibbs sampling of a discrete VAE's prior, from row to row; groups of pictures share their units.
void draw_gibbs_chains(const DocumentFigure& figure, const FigureFolders& folders);
// In rows: pictures, their luminance, the likeliest segments in false colours, colours drawn anew.
void draw_segments(const DocumentFigure& figure, const FigureFolders& folders);

// Densities on the plane (flow_figures.cc).
void draw_plane_flows(const DocumentFigure& figure, const FigureFolders& folders);

// Vector quantization (code_figures.cc): how codebooks are learned, from the recipes' logs;
void draw_perplexities(const DocumentFigure& figure, const FigureFolders& folders);
void draw_distortions(const DocumentFigure& figure, const FigureFolders& folders);
void draw_distances_from_means(const DocumentFigure& figure, const FigureFolders& folders);
// what codes take without a prior and with it;
void draw_code_rates(const DocumentFigure& figure, const FigureFolders& folders);
// pictures from the coarsest level of codes, with each further one, and the originals; and what
// codewords stand for: the nearest picture cells of each, and all of them in the plane.
void draw_code_levels(const DocumentFigure& figure, const FigureFolders& folders);
void draw_codebook_atlas(const DocumentFigure& figure, const FigureFolders& folders);

// Translation without a dictionary (cipher_figures.cc): the learned cipher beside the true one, and
// how much of each try's key was right as it learned.
void draw_cipher(const DocumentFigure& figure, const FigureFolders& folders);
void draw_deciphering(const DocumentFigure& figure, const FigureFolders& folders);

// Curves and tables (curve_figures.cc).
void draw_learning_curve(const DocumentFigure& figure, const FigureFolders& folders);
// Signal to noise of an importance weighted autoencoder's gradients, against k.
void draw_gradient_signal(const DocumentFigure& figure, const FigureFolders& folders);
void draw_rate_distortion(const DocumentFigure& figure, const FigureFolders& folders);
void draw_likelihoods(const DocumentFigure& figure, const FigureFolders& folders);

}  // namespace vqcodec::tools
