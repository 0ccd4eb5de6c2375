// tools/train/recipe_table_energy.cc: rows 8 and 9: Boltzmann machines and other energies.
#include "tools/train/recipe_table.h"

namespace vqcodec::tools {

namespace {

const Recipe kRecipes[] = {
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
};

}  // namespace

std::span<const Recipe> energy_recipes() { return kRecipes; }

}  // namespace vqcodec::tools
