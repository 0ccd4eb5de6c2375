#include "models/generative/counted_language.h"

#include "models/generative/sequences.h"
#include "models/joint_batch.h"

namespace vqcodec::models {

namespace {

// Which entry of a table (K^order,K) each place reads, (N,T).
torch::Tensor entries_of(const torch::Tensor& symbols, std::int64_t alphabet, std::int64_t order) {
  const auto real = symbols.clamp_min(0);
  return contexts_of(real, alphabet, order) * alphabet + real;
}

}  // namespace

CountedLanguageImpl::CountedLanguageImpl(std::int64_t symbols, std::int64_t order)
    : symbols_(symbols), order_(order) {
  std::int64_t contexts = 1;
  for (std::int64_t i = 0; i < order; ++i) contexts *= symbols;
  counts_ = register_buffer("counts", torch::zeros({contexts, symbols}, torch::kFloat64));
}

void CountedLanguageImpl::count(const torch::Tensor& symbols) {
  const auto entries = entries_of(symbols, symbols_, order_).masked_select(places_of(symbols));
  counts_ += sum_over_ranks(torch::bincount(entries, {}, counts_.numel())).view_as(counts_);
}

MarkovSource CountedLanguageImpl::source() const {
  const auto smoothed = counts_ + 1;
  return {.alphabet = symbols_,
          .order = order_,
          .log_table = (smoothed / smoothed.sum(1, /*keepdim=*/true)).log()};
}

torch::Tensor CountedLanguageImpl::log_prob(const torch::Tensor& symbols) const {
  const auto log_p = source().log_table.take(entries_of(symbols, symbols_, order_));
  return (log_p * places_of(symbols)).sum(1);
}

}  // namespace vqcodec::models
