#include "models/generative/cipher_language.h"

#include <algorithm>
#include <cmath>

#include "models/generative/sequences.h"

namespace vqcodec::models {

namespace {

constexpr std::int64_t kHeldOut = 1000;        // sequences
constexpr std::int64_t kBalancingSteps = 500;  // of rows and columns in turn
enum Stream : std::uint64_t { kTable, kKey, kTrain, kValidation, kTest };

// Extends images[0..i-1] in all ways that agree with the table.
std::int64_t extensions(const torch::TensorAccessor<double, 2>& pairs, double tolerance,
                        std::vector<std::int64_t>& images) {
  const auto size = pairs.size(0), i = static_cast<std::int64_t>(images.size());
  if (i == size) return 1;
  std::int64_t count = 0;
  for (std::int64_t image = 0; image < size; ++image) {
    if (std::find(images.begin(), images.end(), image) != images.end()) continue;
    images.push_back(image);
    bool agrees = true;
    for (std::int64_t j = 0; agrees && j <= i; ++j) {
      const auto other = images[static_cast<std::size_t>(j)];
      agrees = std::abs(pairs[i][j] - pairs[image][other]) <= tolerance &&
               std::abs(pairs[j][i] - pairs[other][image]) <= tolerance;
    }
    if (agrees) count += extensions(pairs, tolerance, images);
    images.pop_back();
  }
  return count;
}

}  // namespace

OptionList CipherOptions::list() {
  return {{"symbols", "of either language", IntegerOption{&symbols, 2, kMostLetters}},
          {"length", "places of a sequence", IntegerOption{&length, 1, 65536}},
          {"contrast", "how much likelier some pairs of symbols are than others",
           RealOption{&contrast, 0, 10}},
          {"noise", "share of the target's symbols that are drawn anew", RealOption{&noise, 0, 1}},
          {"insertions", "share of the target's symbols that stand for nothing",
           RealOption{&insertions, 0, 0.9}},
          {"sequences", "to learn from, of each language", IntegerOption{&sequences, 1, 10000000}},
          {"language-seed", "of the source language", IntegerOption{&language_seed, 0, 1000000000}},
          {"cipher-seed", "of the hidden key and of the texts",
           IntegerOption{&cipher_seed, 0, 1000000000}}};
}

MarkovSource flat_language(const CipherOptions& options) {
  auto rng = make_rng(static_cast<std::uint64_t>(options.language_seed), kTable);
  auto pairs =
      (options.contrast * torch::randn({options.symbols, options.symbols}, rng, torch::kFloat64))
          .exp();
  for (std::int64_t step = 0; step < kBalancingSteps; ++step) {
    pairs = pairs / pairs.sum(0, /*keepdim=*/true);
    pairs = pairs / pairs.sum(1, /*keepdim=*/true);
  }
  return {.alphabet = options.symbols, .order = 1, .log_table = pairs.log()};
}

torch::Tensor cipher_key(std::int64_t symbols, std::int64_t seed) {
  auto rng = make_rng(static_cast<std::uint64_t>(seed), kKey);
  return torch::randperm(symbols, rng, torch::kInt64);
}

std::int64_t automorphisms(const torch::Tensor& pairs, double tolerance) {
  const auto table = pairs.to(torch::kFloat64).contiguous();
  std::vector<std::int64_t> images;
  return extensions(table.accessor<double, 2>(), tolerance, images);
}

torch::Tensor with_blanks(const torch::Tensor& source, std::int64_t blank, double share, Rng& rng) {
  if (share == 0) return source;
  const auto is_blank = torch::rand(source.sizes(), rng, torch::kFloat32) < share;
  const auto from = (is_blank.logical_not().cumsum(1) - 1).clamp_min(0);
  const auto moved = source.gather(1, from);
  // A blank before the end of the text, or the symbol that comes next.
  return moved.masked_fill(is_blank.logical_and(places_of(moved)), blank);
}

torch::Tensor enciphered(const torch::Tensor& source_with_blanks, const torch::Tensor& key,
                         double noise, Rng& rng) {
  const auto& z = source_with_blanks;
  const auto symbols = key.size(0);
  const auto any = torch::randint(symbols, z.sizes(), rng, torch::kInt64);
  const auto is_noise = torch::rand(z.sizes(), rng, torch::kFloat32) < noise;
  const auto written = key.take(z.clamp(0, symbols - 1));
  return torch::where(is_noise.logical_or(z == symbols), any, written)
      .masked_fill(places_of(z).logical_not(), kNone);
}

ImageSet enciphered_set(const torch::Tensor& source, const torch::Tensor& hidden,
                        const CipherOptions& options, bool with_truth, Rng& rng) {
  const auto truth = with_blanks(hidden, options.symbols, options.insertions, rng);
  const auto target =
      enciphered(truth, cipher_key(options.symbols, options.cipher_seed), options.noise, rng);
  return {
      .images = as_pictures({source, target, with_truth ? truth : torch::full_like(truth, kNone)}),
      .labels = {}};
}

ImageSets cipher_sets(const CipherOptions& options) {
  const auto language = flat_language(options);
  const auto draw = [&](std::int64_t count, Stream stream) {
    auto rng = make_rng(static_cast<std::uint64_t>(options.cipher_seed), stream);
    const auto source = language.sample(count, options.length, rng);
    const auto hidden = language.sample(count, options.length, rng);
    return enciphered_set(source, hidden, options, stream == kTest, rng);
  };
  return {.train = draw(options.sequences, kTrain),
          .validation = draw(kHeldOut, kValidation),
          .test = draw(kHeldOut, kTest)};
}

}  // namespace vqcodec::models
