#include "models/inference/plain_choice.h"

#include <algorithm>
#include <cmath>

#include "models/inference/cell_distortion.h"

namespace vqcodec::models {

namespace {

// Without networks a cell must cost at most this share of what it costs with them, less a margin:
// the bits are guesses, and the prior is better than the adaptive code where photographs are calm.
// Measured on held-out photographs and on text; at quality 8 some photographs gain, too. Similarity
// counts the noise of calm places heavily, so for MS-SSIM the networks must break more than that.
constexpr double kPlainShareByError = 0.8, kPlainShareBySimilarity = 0.5;
constexpr double kPlainMargin = 0.15;  // bits per pixel
constexpr float kBitsOfNonzero = 3.5f, kBitsOfOctave = 1.5f;
constexpr int kStride = static_cast<int>(kCoarsestStride);

// std::round() would be a call for each of a million.
float nearest(float x) { return static_cast<float>(static_cast<int>(x + (x < 0 ? -0.5f : 0.5f))); }

float guessed_bits(float rounded) {
  const float size = std::abs(rounded);
  return size == 0 ? 0 : std::log2(size) * kBitsOfOctave + kBitsOfNonzero;
}

// Bits of rounded latents by cell: a position of the coarsest level each.
std::vector<double> guessed_bits(const std::vector<Grid>& levels) {
  const auto& coarsest = levels.front();
  std::vector<double> bits(coarsest.places());
  for (std::size_t l = 0; l < levels.size(); ++l)
    for (int y = 0; y < levels[l].height; ++y)
      for (int x = 0; x < levels[l].width; ++x) {
        const float* values = levels[l].at(y, x);
        float sum = 0;
        for (int c = 0; c < levels[l].channels; ++c) sum += guessed_bits(values[c]);
        const auto cell = (y >> l) * coarsest.width + (x >> l);
        bits[static_cast<std::size_t>(cell)] += static_cast<double>(sum);
      }
  return bits;
}

}  // namespace

// Bits per pixel + lambda x distortion of each cell.
std::vector<double> PlainChoice::cost(const Grid& picture, const std::vector<Grid>& levels,
                                      const std::vector<std::uint8_t>& active) const {
  auto rounded = levels;
  for (auto& level : rounded)
    for (auto& value : level.values) value = nearest(value);
  auto restored = networks.synthesise(rounded, quality, active, threads);
  for (auto& value : restored.values) value = std::clamp(value, 0.0f, 1.0f);
  auto costs = guessed_bits(rounded);
  const auto distortion = tuning == codec::Tuning::kMsSsim
                              ? cell_dissimilarity(picture, restored, kStride)
                              : cell_squared_error(picture, restored, kStride);
  for (std::size_t i = 0; i < costs.size(); ++i)
    costs[i] = costs[i] / (kStride * kStride) + lambda * distortion[i];
  return costs;
}

codec::PlainCells PlainChoice::better_plain(const Grid& picture,
                                            const std::vector<Grid>& levels) const {
  auto cells = codec::make_cells(picture.width, picture.height, kStride);
  const std::vector<std::uint8_t> nowhere(levels.back().places(), 0);
  const auto with = cost(picture, levels, {});
  const auto without = cost(picture, networks.analyse(picture, quality, nowhere, threads), nowhere);
  const double share =
      tuning == codec::Tuning::kMsSsim ? kPlainShareBySimilarity : kPlainShareByError;
  for (std::size_t i = 0; i < cells.plain.size(); ++i)
    cells.plain[i] = without[i] < share * with[i] - kPlainMargin;
  return cells;
}

std::vector<std::uint8_t> active_places(const codec::PlainCells& cells) {
  std::vector<std::uint8_t> active;
  if (!cells.any()) return active;
  constexpr int kPlacesAcrossCell = static_cast<int>(kCoarsestStride / kBlock);
  for (int y = 0; y < kPlacesAcrossCell * cells.rows; ++y)
    for (int x = 0; x < kPlacesAcrossCell * cells.columns; ++x)
      active.push_back(!cells.at(y / kPlacesAcrossCell, x / kPlacesAcrossCell));
  return active;
}

}  // namespace vqcodec::models
