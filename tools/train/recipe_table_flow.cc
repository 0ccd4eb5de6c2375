// tools/train/recipe_table_flow.cc: row 10: normalizing flows.
#include "tools/train/recipe_table.h"

namespace vqcodec::tools {

namespace {

// Maps of the plane to one of the four test energies, and what its divergence may be.
Recipe plane_flow(const std::string& name, const std::string& maps, const std::string& energy,
                  const std::string& target) {
  const std::string which = maps + " to " + energy;
  return {name, "10", which, {{"kl", 1, "divergence by quadrature, " + which, "", "", target}}};
}

const Recipe kRecipes[] = {
    plane_flow("planar-u1-2", "2 planar maps", "U1", ""),
    plane_flow("planar-u1-8", "8 planar maps", "U1", ""),
    plane_flow("planar-u1-10", "10 planar maps", "U1", ""),
    plane_flow("planar-u1", "32 planar maps", "U1", "<= 0.15"),
    plane_flow("planar-u2-2", "2 planar maps", "U2", ""),
    plane_flow("planar-u2-8", "8 planar maps", "U2", ""),
    plane_flow("planar-u2-10", "10 planar maps", "U2", ""),
    plane_flow("planar-u2", "32 planar maps", "U2", "<= 0.10"),
    plane_flow("planar-u3-2", "2 planar maps", "U3", ""),
    plane_flow("planar-u3-8", "8 planar maps", "U3", ""),
    plane_flow("planar-u3-10", "10 planar maps", "U3", ""),
    plane_flow("planar-u3", "32 planar maps", "U3", "<= 0.25"),
    plane_flow("planar-u4-2", "2 planar maps", "U4", ""),
    plane_flow("planar-u4-8", "8 planar maps", "U4", ""),
    plane_flow("planar-u4-10", "10 planar maps", "U4", ""),
    plane_flow("planar-u4", "32 planar maps", "U4", "<= 0.25"),
    plane_flow("coupling-u1", "12 affine couplings", "U1", "<= 0.05"),
    plane_flow("coupling-u2", "12 affine couplings", "U2", "<= 0.05"),
    plane_flow("coupling-u3", "12 affine couplings", "U3", "<= 0.05"),
    plane_flow("coupling-u4", "12 affine couplings", "U4", "<= 0.05"),
    {"flow-vae-0",
     "10",
     "VAE without maps, as long as with them, dynamic MNIST",
     {{"nll", 1000, "NLL of the VAE without maps, dynamic MNIST, test", "", "", ""},
      {"negative_elbo", 1, "negative ELBO of the VAE without maps, dynamic MNIST, test", "89.9",
       "arXiv:1505.05770; from memory, not checked", ""}}},
    {"flow-vae",
     "10",
     "VAE with ten planar maps, dynamic MNIST",
     {{"nll", 1000, "NLL of the VAE with ten planar maps, dynamic MNIST, test", "", "", ""},
      {"negative_elbo", 1, "negative ELBO of the VAE with ten planar maps, dynamic MNIST, test",
       "87.5", "arXiv:1505.05770; from memory, not checked", "0.5 below the one without"}}},
    {"flow-vae-iaf",
     "10",
     "VAE with two inverse autoregressive maps, dynamic MNIST",
     {{"nll", 1000, "NLL of the VAE with two inverse autoregressive maps, dynamic MNIST, test",
       "79.10", "arXiv:1606.04934, a ResNet of 12 layers and longer flows", ""},
      {"negative_elbo", 1,
       "negative ELBO of the VAE with two inverse autoregressive maps, dynamic MNIST, test", "", "",
       ""}}},
    {"nice",
     "10",
     "NICE, MNIST",
     {{"log_density", 1, "log-density of NICE, levels in 0..1, MNIST, test", "1980.50",
       "arXiv:1410.8516, five layers of 1,000 units", ">= 1500"},
      {"nll_per_dimension", 1, "bits a dimension of NICE, MNIST, test", "", "", ""}}},
    {"real-nvp",
     "10",
     "Real NVP, MNIST",
     {{"nll_per_dimension", 1, "bits a dimension of Real NVP, MNIST, test", "", "", ""}}},
    {"glow",
     "10",
     "Glow, two levels of eight steps, MNIST",
     {{"nll_per_dimension", 1, "bits a dimension of Glow, MNIST, test", "1.05",
       "of a secondary table, a larger net", "<= 1.6"}}},
    {"glow-photographs",
     "10",
     "Glow, two levels of eight steps, 32x32 crops of photographs",
     {{"nll_per_dimension", 1, "bits a dimension of Glow, 32x32 crops of photographs, test", "", "",
       "0.4 below the full Gaussian"}}},
    {"maf",
     "10",
     "MAF, five blocks, MNIST",
     {{"nll_per_dimension", 1, "bits a dimension of MAF, MNIST, test", "", "", ""}}},
    {"maf-patches",
     "10",
     "MAF, five blocks, 8x8 patches of photographs",
     {{"nll", 1, "NLL of MAF, mean-free 8x8 patches of photographs, test", "", "",
       "30 below the full Gaussian"}}},
    {"full-gaussian-mnist",
     "10",
     "Gaussian with all of its covariance, MNIST",
     {{"nll_per_dimension", 1, "bits a dimension of the full Gaussian, MNIST, test", "", "", ""}}},
    {"full-gaussian-photographs",
     "10",
     "Gaussian with all of its covariance, 32x32 crops of photographs",
     {{"nll_per_dimension", 1,
       "bits a dimension of the full Gaussian, 32x32 crops of photographs, test", "", "", ""}}},
    {"full-gaussian-patches",
     "10",
     "Gaussian with all of its covariance, 8x8 patches of photographs",
     {{"nll", 1, "NLL of the full Gaussian, mean-free 8x8 patches of photographs, test", "", "",
       ""}}},
};

}  // namespace

std::span<const Recipe> flow_recipes() { return kRecipes; }

}  // namespace vqcodec::tools
