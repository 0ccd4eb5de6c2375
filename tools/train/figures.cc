// tools/train/figures.cc: `vqcodec figures`: the pictures and tables of the documents, from the
// runs that `vqcodec reproduce` left.
#include <cstdio>
#include <filesystem>

#include "entropy/error.h"
#include "tools/train/document_figures.h"
#include "tools/train/train_command.h"

namespace vqcodec::tools {

namespace {

const DocumentFigure kFigures[] = {
    {"vae-plane",
     "what each point of a VAE's two latents stands for, MNIST",
     {"vae-plane"},
     draw_latent_plane},
    {"vae-fashion-plane", "the same of Fashion-MNIST", {"vae-fashion-plane"}, draw_latent_plane},
    {"vae-samples", "draws of the Gaussian VAE", {"vae"}, draw_model_samples},
    {"beta-trade-off",
     "what a beta-VAE gives up for a smaller rate",
     {"beta-0.1", "beta-0.3", "beta-1", "beta-2", "beta-4", "beta-10"},
     draw_rate_distortion},
    {"iwae-gradient-signal",
     "signal to noise of an IWAE's gradients against k, encoder and decoder",
     {"iwae-5"},
     draw_gradient_signal},
    {"rbm-nearest",
     "draws of the RBM above the training pictures nearest to them",
     {"rbm-500"},
     draw_beside_nearest},
    {"dbm-nearest", "the same of the deep Boltzmann machine", {"dbm"}, draw_beside_nearest},
    {"discrete-vae-gibbs",
     "chains of the discrete VAE's prior; five pictures for each state, 100 sweeps between rows",
     {"discrete-vae"},
     draw_gibbs_chains},
    {"discrete-vae-overfitting",
     "training and validation of the discrete VAE on a fixed binary set",
     {"discrete-vae-static"},
     draw_learning_curve},
    {"vae-static-overfitting",
     "training and validation of the VAE on a fixed binary set",
     {"vae-static"},
     draw_learning_curve},
    {"colorization-segments",
     "photographs, their luminance, segments in false colours, colours drawn anew",
     {"colorization-restricted"},
     draw_segments},
    {"plane-flows",
     "planar flows of 2, 8, 10 and 32 maps, each row beside the density that it learns",
     {"planar-u1-2", "planar-u1-8", "planar-u1-10", "planar-u1", "planar-u2-2", "planar-u2-8",
      "planar-u2-10", "planar-u2", "planar-u3-2", "planar-u3-8", "planar-u3-10", "planar-u3",
      "planar-u4-2", "planar-u4-8", "planar-u4-10", "planar-u4"},
     draw_plane_flows},
    {"vq-codebooks",
     "perplexity of a VQ-VAE's codes as its codebook learns, each with and without restarts",
     {"vq-averages", "vq-averages-kept", "vq-gradient", "vq-gradient-kept", "vq-gumbel"},
     draw_perplexities},
    {"vq-learning",
     "distortion of the same VQ-VAEs",
     {"vq-averages", "vq-averages-kept", "vq-gradient", "vq-gradient-kept", "vq-gumbel"},
     draw_distortions},
    {"vq-beta",
     "distortion of a VQ-VAE against beta, the weight of the commitment",
     {"vq-beta-0.05", "vq-gradient", "vq-beta-1", "vq-beta-4"},
     draw_distortions},
    {"vq-codebook-rate",
     "distortion of a VQ-VAE against its codewords' learning rate",
     {"vq-rate-0.2", "vq-gradient", "vq-rate-5"},
     draw_distortions},
    {"vq-means",
     "codewords come to rest at the means of their latents, sooner or later",
     {"vq-rate-0.2", "vq-gradient", "vq-rate-5", "vq-gumbel"},
     draw_distances_from_means},
    {"vq-rate",
     "what a VQ-VAE's codes take over its training, without a prior and with it",
     {"vq-vae"},
     draw_code_rates},
    {"vqvae2-rate", "the same of VQ-VAE-2, all levels", {"vqvae2"}, draw_code_rates},
    {"vq-atlas",
     "the picture cells nearest to each codeword; the codebook in the plane",
     {"vq-vae"},
     draw_codebook_atlas},
    {"vqvae2-levels",
     "photographs from the top codes, with the middle ones, with all; the originals",
     {"vqvae2"},
     draw_code_levels},
    {"translation-cipher",
     "P(y|z) of single symbols as learned, beside the hidden cipher; rows: the source's symbols",
     {"translation"},
     draw_cipher},
    {"translation-learning",
     "share of the hidden key that each try of the translation has right, over training",
     {"translation"},
     draw_deciphering},
    {"likelihoods", "published likelihoods and bounds beside ours", {}, draw_likelihoods},
};

bool can_be_drawn(const DocumentFigure& figure, const FigureFolders& folders) {
  for (const auto& recipe : figure.recipes)
    if (!std::filesystem::exists(folders.runs + "/" + recipe + "/weights.pt")) return false;
  return !figure.recipes.empty() || std::filesystem::exists(folders.results);
}

}  // namespace

std::span<const DocumentFigure> document_figures() { return kFigures; }

void draw_figures(std::vector<std::string> words) {
  std::string name, from = "reproductions", budget = "short", output = "figures";
  bool list = false;
  int threads = 0;
  CLI::App app("the documents' pictures and tables, from finished runs of `vqcodec reproduce`",
               "vqcodec figures");
  app.add_option("NAME", name, "a figure, or all: those whose runs are there");
  app.add_flag("--list", list, "name the figures and the recipes that they show");
  app.add_option("--from", from, "the folder that reproduce wrote")->capture_default_str();
  app.add_option("--budget", budget, "of the runs")
      ->check(CLI::IsMember({"short", "full"}))
      ->capture_default_str();
  app.add_option("-o,--output", output, "folder of the figures")->capture_default_str();
  app.add_option("-T,--threads", threads, "threads; 0: one a processor")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  if (!parse_training(app, std::move(words))) return;
  const FigureFolders folders{
      .runs = from + "/" + budget, .results = from + "/results.csv", .output = output};
  use_threads(threads);
  bool known = name == "all";
  for (const auto& figure : document_figures()) {
    if (list) {
      std::printf("%-20s %s", figure.name.c_str(), figure.about.c_str());
      for (const auto& recipe : figure.recipes)
        std::printf("%s%s", &recipe == &figure.recipes[0] ? " (" : ", ", recipe.c_str());
      std::printf("%s\n", figure.recipes.empty() ? "" : ")");
    } else if (figure.name == name || (name == "all" && can_be_drawn(figure, folders))) {
      known = true;
      std::filesystem::create_directories(output);
      figure.draw(figure, folders);
      std::printf("%s/%s\n", output.c_str(), figure.name.c_str());
    }
  }
  if (!list && !known)
    throw Error(ErrorKind::kUsage, name.empty() ? "figures wants a name" : "there is no figure ",
                name, "; see figures --list");
}

}  // namespace vqcodec::tools
