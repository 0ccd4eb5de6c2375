#include "models/generative/collapsed_chain.h"

#include <algorithm>

#include "entropy/error.h"

namespace vqcodec::models {

namespace {

// In place of -infinity, of which differences are no numbers.
constexpr double kNever = -1e30;

// The rows moved down by so many; what nothing comes from is `never`.
torch::Tensor moved_down(const torch::Tensor& x, std::int64_t by, double never) {
  return torch::constant_pad_nd(x.slice(1, 0, x.size(1) - by), {by, 0}, never);
}

}  // namespace

torch::Tensor collapsed(const torch::Tensor& paths, std::int64_t blank) {
  const auto before = torch::constant_pad_nd(paths.slice(1, 0, paths.size(1) - 1), {1, 0}, kNone);
  return compacted(paths, (paths != before).logical_and(paths != blank));
}

CollapsedChain::CollapsedChain(const CollapsedChainOptions& options, const PictureShape& shape)
    : LatentChain(options.chain, shape, options.chain.text.symbols + 1, /*emissions=*/0),
      blank_(options.chain.text.symbols),
      frames_(shape.width) {}

CollapsedChain::Lattice CollapsedChain::lattice(const Tables& tables,
                                                const torch::Tensor& x) const {
  const auto n = x.size(0), most = x.size(1), rows = 2 * most + 1;
  const auto symbols = torch::where(places_of(x), x, torch::full_like(x, blank_));
  Lattice lattice;
  lattice.rows = torch::full({n, rows}, blank_, symbols.options());
  lattice.rows.slice(1, 1, rows, 2).copy_(symbols);

  std::vector<torch::Tensor> steps;
  for (std::int64_t back = 0; back < 3; ++back) {
    const auto from = torch::constant_pad_nd(lattice.rows.slice(1, 0, rows - back), {back, 0}, 0);
    const auto states = tables[1].size(0);
    auto log_p = tables[1].flatten().take(from * states + lattice.rows);
    auto allowed = torch::arange(rows, x.options()) >= back;
    // Not past what parts equal symbols, nor from blank to blank.
    if (back == 2) allowed = allowed.logical_and(from != lattice.rows);
    steps.push_back(log_p.masked_fill(allowed.logical_not(), kNever));
  }
  lattice.steps = torch::stack(steps, 2);

  const auto starts = torch::arange(rows, x.options()) < 2;
  lattice.alphas.push_back(
      tables[0][0].take(lattice.rows).masked_fill(starts.logical_not(), kNever));
  while (static_cast<std::int64_t>(lattice.alphas.size()) < frames_) {
    const auto& now = lattice.alphas.back();
    const auto ways =
        torch::stack({now, moved_down(now, 1, kNever), moved_down(now, 2, kNever)}, 2);  // (N,R,3)
    lattice.alphas.push_back((ways + lattice.steps).logsumexp(2).clamp_min(kNever));
  }
  const auto last = 2 * places_of(x).sum(1);
  lattice.ends = torch::stack({(last - 1).clamp_min(0), last}, 1);
  return lattice;
}

torch::Tensor CollapsedChain::log_ends(const Lattice& lattice) const {
  const auto at_ends = lattice.alphas.back().gather(1, lattice.ends);
  // Of an empty sequence there is one last row only.
  const auto is_double = (lattice.ends.select(1, 1) == 0).unsqueeze(1);
  const auto is_first = torch::arange(2, lattice.ends.options()) == 0;
  return at_ends.masked_fill(is_double.logical_and(is_first), kNever);
}

torch::Tensor CollapsedChain::log_likelihood(const Tables& tables, const torch::Tensor& x) const {
  return log_ends(lattice(tables, x)).logsumexp(1);
}

torch::Tensor CollapsedChain::posterior_paths(const torch::Tensor& x, Rng& rng) const {
  const auto lattice = this->lattice(tables(), x);
  auto row = lattice.ends.gather(1, draw_rows(log_ends(lattice), rng).unsqueeze(1));  // (N,1)
  std::vector<torch::Tensor> frames = {lattice.rows.gather(1, row)};
  const auto back = torch::arange(3, x.options()).unsqueeze(0);
  for (std::int64_t t = frames_ - 2; t >= 0; --t) {
    const auto from = (row - back).clamp_min(0);  // (N,3); steps say which there are
    const auto step = lattice.steps.gather(1, row.unsqueeze(2).expand({-1, 1, 3})).squeeze(1);
    const auto log_p = lattice.alphas[static_cast<std::size_t>(t)].gather(1, from) + step;
    row = row - draw_rows(log_p, rng).unsqueeze(1);
    frames.push_back(lattice.rows.gather(1, row));
  }
  std::reverse(frames.begin(), frames.end());
  return torch::cat(frames, 1);
}

torch::Tensor CollapsedChain::seen_of(const torch::Tensor& paths, Rng& /*rng*/) const {
  return collapsed(paths, blank_);
}

std::unique_ptr<ModelFactory> make_collapsed_chain_factory() {
  return std::make_unique<LatentChainFactory<CollapsedChain, CollapsedChainOptions>>();
}

}  // namespace vqcodec::models
