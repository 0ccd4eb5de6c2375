// tools/train/recipe_table_codes.cc: rows 13 and 14, vector quantization.
#include "tools/train/recipe_table.h"

namespace vqcodec::tools {

namespace {

// What is measured of codes in one grid.
Figures figures_of(const std::string& which) {
  return {{"mse_over_variance", 1, "squared error over variance of the " + which + ", test", "", "",
           ""},
          {"perplexity_0", 1, "perplexity of the codes of the " + which + ", test", "", "", ""},
          {"code_nll_0", 1, "NLL a code of the " + which + ", test", "", "", ""},
          {"saving", 1, "rate saved by the prior of the " + which + ", test", "", "", ""}};
}

// One way to learn a codebook, for as long as the others; what it leads to is measured.
Recipe codebook_learning(const std::string& name, const std::string& how) {
  const std::string which = "VQ-VAE, " + how + ", 32x32 photographs";
  const auto figure = [&](const char* of, const char* what) {
    return MeasuredFigure{of, 1, what + (" of the " + which) + ", test", "", "", ""};
  };
  return {name,
          "13",
          which,
          {figure("mse_over_variance", "squared error over variance"),
           figure("perplexity_0", "perplexity"), figure("rate_bpp", "rate by the prior")}};
}

const Recipe kRecipes[] = {
    {"vq-vae", "13", "VQ-VAE, 8x8 codes of 512, 32x32 crops of photographs",
     joined({{{"nll_per_dimension", 1,
               "bound in bits a dimension of the VQ-VAE, 32x32 photographs, test", "", "", ""},
              {"mse_over_variance", 1,
               "squared error over variance of the VQ-VAE, 32x32 photographs, test", "", "",
               "<= 0.09"},
              {"perplexity_0", 1, "perplexity of the VQ-VAE's codes, 32x32 photographs, test", "",
               "", ">= 150"},
              {"code_nll_0", 1, "NLL a code of the VQ-VAE's prior, 32x32 photographs, test", "", "",
               ""},
              {"saving", 1, "rate saved by the VQ-VAE's prior, 32x32 photographs, test", "", "",
               ">= 15"}},
             rates_by_code_prior("VQ-VAE")})},
    {"vq-vae-cifar",
     "13",
     "VQ-VAE, 8x8 codes of 512, a part of CIFAR-10",
     {{"nll_per_dimension", 1, "bound in bits a dimension of the VQ-VAE, a part of CIFAR-10, test",
       "4.67", "arXiv:1711.00937, all of CIFAR-10", ""}}},
    {"vq-vae-mnist", "13", "VQ-VAE given the digit, MNIST",
     joined({figures_of("VQ-VAE given the digit, MNIST"),
             accuracies_of_codes(
                 "VQ-VAE given the digit", "MNIST",
                 {.real = ">= 99", .reconstructions = ">= 97.5", .samples = ">= 90"})})},
    {"vq-vae-fashion", "13", "VQ-VAE given the class, Fashion-MNIST",
     joined(
         {figures_of("VQ-VAE given the class, Fashion-MNIST"),
          accuracies_of_codes("VQ-VAE given the class", "Fashion-MNIST",
                              {.real = ">= 90", .reconstructions = ">= 85", .samples = ">= 75"})})},
    codebook_learning("vq-averages", "moving averages"),
    codebook_learning("vq-averages-kept", "moving averages without restarts"),
    codebook_learning("vq-gradient", "gradients"),
    codebook_learning("vq-gradient-kept", "gradients without restarts"),
    codebook_learning("vq-gumbel", "relaxed draws"),
    codebook_learning("vq-beta-0.05", "gradients, beta = 0.05"),
    codebook_learning("vq-beta-1", "gradients, beta = 1"),
    codebook_learning("vq-beta-4", "gradients, beta = 4"),
    codebook_learning("vq-rate-0.2", "gradients, codewords at 0.2 of the rate"),
    codebook_learning("vq-rate-5", "gradients, codewords at 5 times the rate"),
    {"vqvae2", "14", "VQ-VAE-2 of three levels, 32x32 crops of photographs",
     joined(
         {{{"code_nll_0", 1, "NLL a code of VQ-VAE-2's top, 32x32 photographs, test", "3.41",
            "arXiv:1906.00446, top of two, ImageNet, unit not stated", ""},
           {"code_nll_1", 1, "NLL a code of VQ-VAE-2's middle, 32x32 photographs, test", "", "",
            ""},
           {"code_nll_2", 1, "NLL a code of VQ-VAE-2's bottom, 32x32 photographs, test", "3.45",
            "arXiv:1906.00446, bottom of two, ImageNet, unit not stated", ""},
           {"mse", 1, "squared error of VQ-VAE-2, 32x32 photographs, test", "0.0050",
            "arXiv:1906.00446, ImageNet, scale not stated", ""},
           {"mse_to_0", 1, "squared error of VQ-VAE-2 from its top, 32x32 photographs, test", "",
            "", "above that from two"},
           {"mse_to_1", 1, "squared error of VQ-VAE-2 from top and middle, 32x32 photographs, test",
            "", "", "above that from all"},
           {"rate_bpp", 1, "rate of VQ-VAE-2 by its priors, 32x32 photographs, test", "", "", ""},
           {"fixed_rate_bpp", 1, "rate of VQ-VAE-2 with codes of equal length, 32x32 photographs",
            "", "", ""},
           {"saving", 1, "rate saved by VQ-VAE-2's priors, 32x32 photographs, test", "", "",
            ">= 20"}},
          rates_by_code_prior("VQ-VAE-2")})},
    {"vqvae2-fashion", "14", "VQ-VAE-2 of two levels given the class, Fashion-MNIST",
     joined(
         {{{"code_nll_0", 1, "NLL a code of VQ-VAE-2's top given the class, Fashion-MNIST, test",
            "", "", ""},
           {"code_nll_1", 1, "NLL a code of VQ-VAE-2's bottom given the class, Fashion-MNIST, test",
            "", "", ""},
           {"mse", 1, "squared error of VQ-VAE-2, Fashion-MNIST, test", "", "", ""},
           {"saving", 1, "rate saved by VQ-VAE-2's priors, Fashion-MNIST, test", "", "", ">= 20"}},
          accuracies_of_codes("VQ-VAE-2 given the class", "Fashion-MNIST",
                              {.real = ">= 90", .reconstructions = ">= 85", .samples = ">= 75"})})},
};

}  // namespace

std::span<const Recipe> code_recipes() { return kRecipes; }

}  // namespace vqcodec::tools
