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
