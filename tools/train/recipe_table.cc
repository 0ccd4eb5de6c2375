#include "tools/train/recipe_table.h"

namespace vqcodec::tools {

namespace {

MeasuredFigure accuracy(const std::string& name, const std::string& what,
                        const std::string& published, const std::string& target) {
  return {name,
          0,
          what,
          published,
          published.empty() ? "" : "arXiv:1905.10887, ImageNet, 256x256",
          target,
          MeasuredBy::kClassifier};
}

Figures accuracies_of(const std::string& set, const std::string& set_in_words,
                      const std::string& data, const std::string& published_1,
                      const std::string& published_5, const std::string& target) {
  const auto who = " of a classifier trained on " + set_in_words + ", " + data + ", test, %";
  return {accuracy(set + "_top_1", "top-1" + who, published_1, target),
          accuracy(set + "_top_5", "top-5" + who, published_5, "")};
}

MeasuredFigure judged(const std::string& set, const std::string& set_in_words,
                      const std::string& data) {
  return accuracy(
      "real_judging_" + set + "_top_1",
      set_in_words + ": labels that a classifier of real pictures finds, " + data + ", %", "", "");
}

}  // namespace

Figures joined(std::initializer_list<Figures> parts) {
  Figures all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Figures accuracies_of_draws(const std::string& model, const std::string& data,
                            const AccuracyTargets& targets) {
  return joined(
      {accuracies_of("real", "real pictures (beside the " + model + ")", data, "73.09", "91.47",
                     targets.real),
       accuracies_of("samples", "draws of the " + model, data, "54.83", "77.59", targets.samples),
       {judged("samples", "draws of the " + model, data)}});
}

Figures accuracies_of_codes(const std::string& model, const std::string& data,
                            const AccuracyTargets& targets) {
  return joined({accuracies_of_draws(model, data, targets),
                 accuracies_of("reconstructions", "reconstructions of the " + model, data, "58.74",
                               "80.98", targets.reconstructions),
                 {judged("reconstructions", "reconstructions of the " + model, data)}});
}

Figures rates_by_code_prior(const std::string& model) {
  const auto figure = [&](const char* name, const std::string& what) {
    return MeasuredFigure{name, 0, what, "", "", "", MeasuredBy::kCodePrior};
  };
  const auto codes = "the codes of the " + model;
  const std::string photographs = ", held-out photographs", test = ", 32x32 photographs, test";
  return {figure("fixed_length_photographs", codes + " with equal lengths" + photographs),
          figure("order0_photographs", codes + " with order-0 lengths" + photographs),
          figure("payload_photographs", codes + " as slices of .vqc" + photographs),
          figure("file_photographs", codes + " as whole .vqc files" + photographs),
          figure("own_prior_test", codes + " by the model's own prior" + test),
          figure("tree_prior_test", codes + " by the codec's prior" + test)};
}

// In the order of the documents' list of models.
std::span<const Recipe> recipes() {
  static const auto all = [] {
    std::vector<Recipe> table;
    for (const auto part : {latent_variable_recipes(), energy_recipes(), flow_recipes(),
                            exact_likelihood_recipes(), code_recipes(), sequence_recipes()})
      table.insert(table.end(), part.begin(), part.end());
    return table;
  }();
  return all;
}

}  // namespace vqcodec::tools
