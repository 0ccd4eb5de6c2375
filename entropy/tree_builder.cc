#include "entropy/tree_builder.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

#include "entropy/error.h"

namespace vqcodec::entropy {
namespace {

constexpr std::int64_t kWeightTotal = std::int64_t{1} << 32;  // of all codewords, after scaling
constexpr std::int32_t kLargestCoordinate = 1 << 24;  // squares and weighted sums fit 64 bits
constexpr int kRounds = 16;                           // of 2-means
// Below this depth sets are halved: ten more decisions end any set, one the escape.
constexpr int kDepthToHalve = kMaxTreeDepth - 12;

using Set = std::vector<int>;  // of codewords, ascending
using Point = std::array<std::int64_t, kMaxDimension>;

class TreeBuilder {
 public:
  TreeBuilder(std::span<const std::uint64_t> counts, std::span<const std::int32_t> codewords,
              int dimension);
  CodeTree build();

 private:
  struct Cut {
    Set likely, rest;
  };

  void list(const Set& set, bool with_escape, int depth);
  Cut cut(const Set& set, int depth) const;
  Cut two_means(const Set& set) const;
  Cut halves(const Set& set) const;
  std::int64_t mass(const Set& set) const;
  Point mean(const Set& set) const;
  int widest_coordinate(const Set& set) const;
  std::int64_t coordinate(int codeword, int channel) const {
    return codewords_[static_cast<std::size_t>(codeword * dimension_ + channel)];
  }
  std::int64_t weight(int codeword) const { return weights_[static_cast<std::size_t>(codeword)]; }

  std::vector<std::int64_t> weights_;  // at least 1, sum about kWeightTotal
  std::span<const std::int32_t> codewords_;
  int dimension_;
  std::vector<std::uint16_t> listing_;
};

TreeBuilder::TreeBuilder(std::span<const std::uint64_t> counts,
                         std::span<const std::int32_t> codewords, int dimension)
    : weights_(counts.size()), codewords_(codewords), dimension_(dimension) {
  const std::uint64_t total = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  // count / divisor < 2^32, however large the counts.
  const std::uint64_t divisor = total / static_cast<std::uint64_t>(kWeightTotal) + 1;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    weights_[i] = static_cast<std::int64_t>(std::max<std::uint64_t>(counts[i] / divisor, 1));
  }
}

CodeTree TreeBuilder::build() {
  Set all(weights_.size());
  std::iota(all.begin(), all.end(), 0);
  list(all, /*with_escape=*/true, 0);
  return CodeTree(listing_);
}

void TreeBuilder::list(const Set& set, bool with_escape, int depth) {
  const auto escape = static_cast<std::uint16_t>(weights_.size());
  if (set.size() == 1) {
    if (with_escape) listing_.push_back(CodeTree::kInnerNode);
    listing_.push_back(static_cast<std::uint16_t>(set.front()));
    if (with_escape) listing_.push_back(escape);
    return;
  }
  const Cut sides = cut(set, depth);
  listing_.push_back(CodeTree::kInnerNode);
  list(sides.likely, false, depth + 1);
  list(sides.rest, with_escape, depth + 1);
}

TreeBuilder::Cut TreeBuilder::cut(const Set& set, int depth) const {
  if (depth >= kDepthToHalve) return halves(set);
  const auto heaviest = std::max_element(set.begin(), set.end(),
                                         [this](int a, int b) { return weight(a) < weight(b); });
  if (10 * weight(*heaviest) > 4 * mass(set)) {
    Cut sides{.likely = {*heaviest}, .rest = set};
    std::erase(sides.rest, *heaviest);
    return sides;
  }
  Cut sides = two_means(set);
  if (mass(sides.likely) < mass(sides.rest)) std::swap(sides.likely, sides.rest);
  return sides;
}

// Starts from the two sides of the mean along the widest coordinate.
TreeBuilder::Cut TreeBuilder::two_means(const Set& set) const {
  const int channel = widest_coordinate(set);
  const std::int64_t middle = mean(set)[static_cast<std::size_t>(channel)];
  Cut sides;
  for (const int k : set) {
    (coordinate(k, channel) <= middle ? sides.likely : sides.rest).push_back(k);
  }
  if (sides.likely.empty() || sides.rest.empty()) return halves(set);  // equal codewords
  for (int round = 0; round < kRounds; ++round) {
    const Point a = mean(sides.likely);
    const Point b = mean(sides.rest);
    Cut next;
    for (const int k : set) {
      std::int64_t preference = 0;  // below 16 * 2^51
      for (int c = 0; c < dimension_; ++c) {
        const std::int64_t to_a = coordinate(k, c) - a[static_cast<std::size_t>(c)];
        const std::int64_t to_b = coordinate(k, c) - b[static_cast<std::size_t>(c)];
        preference += to_b * to_b - to_a * to_a;
      }
      (preference >= 0 ? next.likely : next.rest).push_back(k);
    }
    if (next.likely.empty() || next.rest.empty() || next.likely == sides.likely) break;
    sides = std::move(next);
  }
  return sides;
}

TreeBuilder::Cut TreeBuilder::halves(const Set& set) const {
  const auto middle = set.begin() + static_cast<std::ptrdiff_t>(set.size() / 2);
  return {.likely = Set(set.begin(), middle), .rest = Set(middle, set.end())};
}

std::int64_t TreeBuilder::mass(const Set& set) const {
  std::int64_t sum = 0;
  for (const int k : set) sum += weight(k);
  return sum;
}

Point TreeBuilder::mean(const Set& set) const {
  Point sums{};  // below 2^24 * (2^32 + 2^10)
  for (const int k : set) {
    for (int c = 0; c < dimension_; ++c) {
      sums[static_cast<std::size_t>(c)] += weight(k) * coordinate(k, c);
    }
  }
  // Rounded down, so that the two sides of a mean are never empty unless all points are equal.
  const std::int64_t total = mass(set);
  for (std::int64_t& sum : sums) sum = sum / total - (sum % total < 0 ? 1 : 0);
  return sums;
}

int TreeBuilder::widest_coordinate(const Set& set) const {
  const Point middle = mean(set);
  int widest = 0;
  std::int64_t largest = -1;
  for (int c = 0; c < dimension_; ++c) {
    std::int64_t spread = 0;  // mean absolute deviation, unscaled: below 2^25 * (2^32 + 2^10)
    for (const int k : set) {
      const std::int64_t deviation = coordinate(k, c) - middle[static_cast<std::size_t>(c)];
      spread += weight(k) * (deviation < 0 ? -deviation : deviation);
    }
    if (spread > largest) {
      largest = spread;
      widest = c;
    }
  }
  return widest;
}

}  // namespace

CodeTree build_code_tree(std::span<const std::uint64_t> counts,
                         std::span<const std::int32_t> codewords, int dimension) {
  const bool fits = !counts.empty() && counts.size() <= kMaxCodewords && dimension >= 1 &&
                    dimension <= kMaxDimension &&
                    codewords.size() == counts.size() * static_cast<std::size_t>(dimension);
  if (!fits) {
    throw Error(ErrorKind::kInternal, "code tree: ", counts.size(), " counts and ",
                codewords.size(), " coordinates of dimension ", dimension);
  }
  for (const std::int32_t value : codewords) {
    if (value < -kLargestCoordinate || value > kLargestCoordinate) {
      throw Error(ErrorKind::kInternal, "code tree: coordinate ", value, ", expected within +-",
                  kLargestCoordinate);
    }
  }
  return TreeBuilder(counts, codewords, dimension).build();
}

}  // namespace vqcodec::entropy
