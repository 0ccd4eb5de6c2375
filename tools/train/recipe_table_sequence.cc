// tools/train/recipe_table_sequence.cc: row 18: models that can be drawn from and computed, and
// translation without a dictionary.
#include "tools/train/recipe_table.h"

namespace vqcodec::tools {

namespace {

// Learned sequences beside the model that they were drawn from.
Recipe planted_chain(const std::string& name, const std::string& which,
                     const std::string& learner) {
  return {name,
          "18",
          which + ", planted",
          {{"nll", 1, "NLL of the " + which + " by " + learner + ", held out", "", "", ""},
           {"nll_of_the_planted", 1, "NLL of the planted " + which + " on the same sequences", "",
            "", ""},
           {"excess", 1, "NLL of the " + which + " above that of the planted one, held out", "", "",
            "<= 0.1"}}};
}

Recipe translation(const std::string& name, const std::string& which, const std::string& target) {
  return {name,
          "18",
          "translation without a dictionary, " + which,
          {{"accuracy", 1, "symbols translated right, " + which + ", test, %", "", "", target},
           {"frequency_matching", 1,
            "symbols right by matching frequencies, " + which + ", test, %", "", "", ""},
           {"key_accuracy", 1, "symbols of the key right, " + which + ", %", "", "", ""},
           {"negative_elbo", 1, "negative ELBO of the target, " + which + ", test, a symbol", "",
            "", ""},
           {"nll_of_hidden_text", 1, "NLL of the hidden text, " + which + ", test, a symbol", "",
            "", ""}}};
}

const Recipe kRecipes[] = {
    planted_chain("hmm", "hidden Markov model", "Baum-Welch"),
    planted_chain("ctc", "collapsed chain", "sums over alignments"),
    translation("translation", "16 symbols", ">= 95; by frequencies <= 60"),
    translation("translation-noise", "16 symbols, a tenth drawn anew", ""),
    translation("translation-insertions", "16 symbols, a tenth put in", ""),
    translation("translation-code-maps", "code maps of photographs, 16 codewords", ""),
};

}  // namespace

std::span<const Recipe> sequence_recipes() { return kRecipes; }

}  // namespace vqcodec::tools
