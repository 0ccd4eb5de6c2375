#include "models/quantizer.h"

#include <algorithm>
#include <tuple>

namespace vqcodec::models {

namespace {
constexpr std::int64_t kChunk = 16384;  // vectors assigned at a time: bounds the distance matrix
}

torch::Tensor assign(const torch::Tensor& values, const Codebook& codebook,
                     const torch::Tensor& weights, double price) {
  if (codebook.size() == 1)
    return torch::zeros({values.size(0)}, values.options().dtype(torch::kInt64));
  const auto weighted = codebook.codewords * weights;  // (K,D)
  const auto offset = (weighted * codebook.codewords).sum(1) + price * codebook.length_bits;
  const auto factor = (-2 * weighted).t().contiguous();  // (D,K)
  std::vector<torch::Tensor> codes;
  for (const auto& part : values.split(kChunk))
    codes.push_back(torch::addmm(offset, part, factor).argmin(1));
  return torch::cat(codes);
}

torch::Tensor assign(const torch::Tensor& values, const Codebook& codebook,
                     const torch::Tensor& weights, double price, const torch::Tensor& lengths) {
  const auto weighted = codebook.codewords * weights;
  const auto offset = (weighted * codebook.codewords).sum(1);
  const auto distance = torch::addmm(offset, values, (-2 * weighted).t());
  return distance.add(lengths, price).argmin(1);
}

Codebook train_codebook(const torch::Tensor& values, const torch::Tensor& weights,
                        const CodebookOptions& options) {
  const auto total = static_cast<double>(values.size(0));
  auto [points, inverse, counts] =
      torch::unique_dim(values.round(), 0, /*sorted=*/true, /*inverse=*/false, /*counts=*/true);
  const auto frequent = counts.argsort(0, /*descending=*/true).slice(0, 0, options.codewords);
  Codebook book{
      .codewords = points.index_select(0, frequent),
      .length_bits = -torch::log2(counts.index_select(0, frequent).to(torch::kFloat32) / total)};
  for (int i = 0; i < options.iterations; ++i) {
    const auto codes = assign(values, book, weights, options.price);
    const auto use = torch::bincount(codes, {}, book.size());
    const auto sums = torch::zeros_like(book.codewords).index_add_(0, codes, values);
    const auto least = i < 3 ? 1 : options.least_use;  // let the lengths settle first
    auto kept = (use >= least).nonzero().squeeze(1);
    if (kept.size(0) == 0) kept = use.argmax().unsqueeze(0);
    const auto kept_use = use.index_select(0, kept).to(torch::kFloat32);
    book.codewords = sums.index_select(0, kept) / kept_use.unsqueeze(1);
    book.length_bits = -torch::log2(kept_use / kept_use.sum());
  }
  const auto order = book.length_bits.argsort();
  return {book.codewords.index_select(0, order).contiguous(),
          book.length_bits.index_select(0, order).contiguous()};
}

}  // namespace vqcodec::models
