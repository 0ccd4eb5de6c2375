#include "models/generative/hidden_markov_model.h"

#include <algorithm>

namespace vqcodec::models {

OptionList HiddenMarkovOptions::list() {
  auto options = chain.list();
  options.insert(options.begin(),
                 {"states", "of the hidden chain", IntegerOption{&states, 1, 256}});
  return options;
}

HiddenMarkovModel::HiddenMarkovModel(const HiddenMarkovOptions& options, const PictureShape& shape)
    : LatentChain(options.chain, shape, options.states, options.chain.text.symbols) {}

std::vector<torch::Tensor> HiddenMarkovModel::filters(const Tables& tables,
                                                      const torch::Tensor& x) const {
  const auto& [initial, transitions, emissions] = std::tie(tables[0], tables[1], tables[2]);
  const auto shows = emissions.t();  // (K,S)
  std::vector<torch::Tensor> filters;
  for (std::int64_t t = 0; t < x.size(1); ++t) {
    const auto symbol = x.select(1, t);
    const auto seen = shows.index_select(0, symbol.clamp_min(0));  // (N,S)
    if (t == 0) {
      filters.push_back(initial + seen);
      continue;
    }
    const auto before = filters.back();
    const auto next = (before.unsqueeze(2) + transitions).logsumexp(1) + seen;
    filters.push_back(torch::where(places_of(symbol).unsqueeze(1), next, before));
  }
  return filters;
}

torch::Tensor HiddenMarkovModel::log_likelihood(const Tables& tables,
                                                const torch::Tensor& x) const {
  return filters(tables, x).back().logsumexp(1);
}

torch::Tensor HiddenMarkovModel::posterior_paths(const torch::Tensor& x, Rng& rng) const {
  const auto tables = this->tables();
  const auto filters = this->filters(tables, x);
  const auto into = tables[1].t();  // [next]: log-probabilities of coming from each state
  std::vector<torch::Tensor> states = {draw_rows(filters.back(), rng)};
  for (std::int64_t t = x.size(1) - 2; t >= 0; --t) {
    // Past the end of x the state is that of its last place, carried along.
    const auto given_next =
        filters[static_cast<std::size_t>(t)] + into.index_select(0, states.back());
    states.push_back(
        torch::where(places_of(x.select(1, t + 1)), draw_rows(given_next, rng), states.back()));
  }
  std::reverse(states.begin(), states.end());
  return torch::stack(states, 1).masked_fill(places_of(x).logical_not(), kNone);
}

torch::Tensor HiddenMarkovModel::seen_of(const torch::Tensor& paths, Rng& rng) const {
  const auto emissions = tables()[2];
  const auto rows = emissions.index_select(0, paths.clamp_min(0).flatten());
  return draw_rows(rows, rng).view_as(paths).masked_fill(places_of(paths).logical_not(), kNone);
}

std::unique_ptr<ModelFactory> make_hidden_markov_factory() {
  return std::make_unique<LatentChainFactory<HiddenMarkovModel, HiddenMarkovOptions>>();
}

}  // namespace vqcodec::models
