#include "tools/train/recipes.h"

#include <CLI/CLI.hpp>
#include <sstream>

#include "entropy/error.h"
#include "tools/train/recipe_files.h"

namespace vqcodec::tools {

namespace {

// Published figures that were compared with their papers are cited; the others say so.
const Recipe kRecipes[] = {
    {"autoencoder",
     "1",
     "deep autoencoder, 30-d code, MNIST",
     {{"nll", 1, "squared error an image of the deep autoencoder (30-d code), MNIST, test", "3.00",
       "Science 313, 2006; from memory, not checked", "<= 3.5"}}},
    {"vae",
     "2",
     "Gaussian VAE (784-200-200-50), dynamic MNIST",
     {{"nll", 1000, "NLL of the Gaussian VAE (784-200-200-50), dynamic MNIST, test", "86.76",
       "arXiv:1509.00519, k = 5000", "<= 88.0"},
      {"nll", 1, "negative ELBO of the Gaussian VAE (784-200-200-50), dynamic MNIST, test", "", "",
       "<= 91"}}},
    {"vae-static",
     "2",
     "Gaussian VAE (784-200-200-50), static MNIST",
     {{"nll", 1000, "NLL of the Gaussian VAE (784-200-200-50), static MNIST, test", "88.71",
       "quoted by a reproduction that got 89.93", ""}}},
    {"vae-plane",
     "2",
     "VAE with two latents, dynamic MNIST",
     {{"nll", 1, "negative ELBO of the VAE with two latents, dynamic MNIST, test", "", "", ""}}},
    {"vae-fashion-plane",
     "2",
     "VAE with two latents, Fashion-MNIST",
     {{"nll", 1,
       "negative ELBO with grey-level cross-entropy (not a likelihood), two latents, "
       "Fashion-MNIST, test",
       "", "", "<= 264"}}},
    {"iwae-5",
     "5",
     "IWAE, 5 samples, dynamic MNIST",
     {{"nll", 1000, "NLL of IWAE-5 (784-200-200-50), dynamic MNIST, test", "85.54",
       "arXiv:1509.00519, k = 5000", "<= 87.0"}}},
    {"iwae-50",
     "5",
     "IWAE, 50 samples, dynamic MNIST",
     {{"nll", 1000, "NLL of IWAE-50 (784-200-200-50), dynamic MNIST, test", "84.78",
       "arXiv:1509.00519, k = 5000", ""}}},
    {"gumbel",
     "6",
     "categorical VAE by Gumbel-softmax, static MNIST",
     {{"nll", 1, "negative ELBO of the categorical VAE, Gumbel-softmax, static MNIST, test",
       "101.5", "arXiv:1611.01144, table 1", "<= 106"}}},
    {"score-function",
     "6",
     "categorical VAE by the score function, static MNIST",
     {{"nll", 1, "negative ELBO of the categorical VAE, score function, static MNIST, test",
       "110.6", "arXiv:1611.01144, table 1", "<= 115"}}},
    {"discrete-vae",
     "7",
     "discrete VAE with an RBM prior, dynamic MNIST",
     {{"nll", 1000, "NLL of the discrete VAE, dynamic MNIST, test", "80.15",
       "arXiv:1609.02200, 10^4 samples; the first preprint says 80.04", "<= 89.0"},
      {"negative_elbo", 1000, "negative ELBO of the discrete VAE, dynamic MNIST, test", "", "",
       ""}}},
    {"discrete-vae-static",
     "7",
     "discrete VAE with an RBM prior, static MNIST",
     {{"nll", 1000, "NLL of the discrete VAE, static MNIST, test", "81.01",
       "arXiv:1609.02200, 10^4 samples", ""},
      {"negative_elbo", 1000, "negative ELBO of the discrete VAE, static MNIST, test", "84.58",
       "arXiv:1609.02200", ""}}},
    {"discrete-vae-factorial",
     "7",
     "discrete VAE with a factorial prior, dynamic MNIST",
     {{"nll", 1000, "NLL of the discrete VAE without couplings, dynamic MNIST, test", "", "",
       "not below the RBM prior's"}}},
    {"discrete-vae-silhouettes",
     "7",
     "discrete VAE with an RBM prior, Caltech-101 silhouettes",
     {{"nll", 1000, "NLL of the discrete VAE, Caltech-101 silhouettes, test", "97.6",
       "arXiv:1609.02200, 10^4 samples", ""}}},
    {"boltzmann-machine",
     "8",
     "Boltzmann machine on bars and stripes",
     {{"nll", 1, "NLL of the Boltzmann machine on bars and stripes, exact", "", "", ""}}},
    {"rbm-20",
     "8",
     "RBM with 20 hidden units, static MNIST",
     {{"nll", 1, "NLL of the RBM with 20 hidden units, exact, static MNIST, test", "", "",
       "<= 150"}}},
    {"rbm-500",
     "8",
     "RBM with 500 hidden units, static MNIST",
     {{"nll", 1, "NLL of the RBM with 500 hidden units, static MNIST, test", "86.34",
       "CD-25, Salakhutdinov and Murray 2008", "<= 95"}}},
    {"rbm-silhouettes",
     "8",
     "RBM with 500 hidden units, Caltech-101 silhouettes",
     {{"nll", 1, "NLL of the RBM with 500 hidden units, Caltech-101 silhouettes, test", "107.8",
       "quoted by arXiv:1609.02200", ""}}},
    {"energy-model",
     "8",
     "neural energy on the plane",
     {{"nll", 1, "NLL of the neural energy, points of the plane", "", "", ""}}},
    {"dbn",
     "9",
     "deep belief network 500-500, dynamic MNIST",
     {{"negative_elbo", 1000, "bound of the deep belief network 500-500, dynamic MNIST, test",
       "84.55", "Murray and Salakhutdinov 2009: an estimate, not a bound", "<= 98"}}},
    {"dbm",
     "9",
     "deep Boltzmann machine 500-1000, dynamic MNIST",
     {{"nll", 1, "bound of the deep Boltzmann machine 500-1000, dynamic MNIST, test", "84.62",
       "Salakhutdinov and Hinton, AISTATS 2009: a bound with an estimated log Z", "<= 98"}}},
    {"pixelcnn",
     "11",
     "gated PixelCNN, static MNIST",
     {{"nll", 1, "NLL of the gated PixelCNN, static MNIST, test", "81.30",
       "arXiv:1601.06759, not gated", "<= 92"}}},
};

}  // namespace

std::span<const Recipe> recipes() { return kRecipes; }

const Recipe& recipe_called(const std::string& name) {
  for (const auto& recipe : recipes())
    if (recipe.name == name) return recipe;
  throw Error(ErrorKind::kUsage, "there is no recipe called ", name, "; see reproduce --list");
}

std::string_view recipe_text(const std::string& budget, const std::string& name) {
  for (const auto& file : recipe_files())
    if (file.path == budget + "/" + name) return file.text;
  return {};
}

RecipeSubject subject_of(std::string_view text) {
  std::istringstream stream{std::string(text)};
  RecipeSubject subject;
  for (const auto& item : CLI::ConfigTOML().from_config(stream)) {
    if (item.name == "name") subject.model = item.inputs.at(0);
    if (item.name == "data") subject.data = item.inputs.at(0);
  }
  return subject;
}

}  // namespace vqcodec::tools
