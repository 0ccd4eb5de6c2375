#include "codec/picture_encoder.h"

#include <algorithm>
#include <utility>

#include "codec/code_hash.h"
#include "codec/parallel_for.h"

namespace vqcodec::codec {
namespace {

// A tile's latents are some 13 MB at kMaxTileArea; so many tiles of all qualities together are kept
// until they are coded, and for rate control. A picture of more tiles is analysed anew.
constexpr std::size_t kMaxKeptAnalyses = 32;

}  // namespace

PictureEncoder::PictureEncoder(const Image& picture, const Tiling& tiling, const ModelFile& model,
                               Transform& transform, int threads, bool keep_analyses,
                               StageClock& clock)
    : picture_(picture),
      tiling_(tiling),
      model_(model),
      transform_(transform),
      threads_(std::max(threads, 1)),
      keep_analyses_(keep_analyses && static_cast<std::size_t>(tiling.count()) <= kMaxKeptAnalyses),
      clock_(clock),
      coder_(clock.time("prior set-up", [&] { return entropy::SliceCoder(model.prior); })) {}

PictureEncoder::Analyses& PictureEncoder::analyses_of(int quality) {
  const auto tiles = static_cast<std::size_t>(tiling_.count());
  if (!analyses_.contains(quality) && (analyses_.size() + 1) * tiles > kMaxKeptAnalyses)
    analyses_.clear();
  Analyses& analyses = analyses_[quality];
  analyses.resize(tiles);
  return analyses;
}

void PictureEncoder::choose_plain_cells(int quality, Analyses& analyses) {
  if (plain_.contains(quality)) return;
  auto cells = make_cells(picture_.width, picture_.height, model_.coarsest_stride);
  for (std::size_t i = 0; i < analyses.size(); ++i) {
    const Rectangle tile = tiling_.tile(static_cast<int>(i));
    analyses[i] = transform_.analyse(picture_, nullptr, tile, quality, threads_);
    place_cells(analyses[i]->better_plain(), tile, model_.coarsest_stride, cells);
    if (analyses.size() > kMaxKeptAnalyses) analyses[i].reset();
  }
  if (cells.any())
    for (auto& analysis : analyses) analysis.reset();
  plain_[quality] = cells.any() ? std::move(cells) : PlainCells{};
}

std::vector<EncodedTile> PictureEncoder::encode(const RateSetting& setting, bool keep_maps) {
  Analyses& analyses = analyses_of(setting.quality);
  clock_.time("analysis", [&] { choose_plain_cells(setting.quality, analyses); });
  std::vector<EncodedTile> encoded(analyses.size());
  const auto batch_size = static_cast<std::size_t>(threads_);
  for (std::size_t start = 0; start < encoded.size(); start += batch_size) {
    const std::size_t end = std::min(start + batch_size, encoded.size());
    clock_.time("analysis", [&] {
      for (std::size_t i = start; i < end; ++i) {
        if (!analyses[i])
          analyses[i] =
              transform_.analyse(picture_, &plain_[setting.quality],
                                 tiling_.tile(static_cast<int>(i)), setting.quality, threads_);
      }
    });
    clock_.time("prior and coder", [&] {
      parallel_for(end - start, threads_, [&](std::size_t offset) {
        const std::size_t i = start + offset;
        encoded[i] = encode_tile(static_cast<int>(i), *analyses[i], setting, keep_maps);
        if (!keep_analyses_) analyses[i].reset();
      });
    });
  }
  return encoded;
}

EncodedTile PictureEncoder::encode_tile(int tile, Analysis& analysis, const RateSetting& setting,
                                        bool keep_maps) const {
  const Rectangle place = tiling_.tile(tile);
  const auto plain = cut_cells(plain_cells(setting.quality), place, model_.coarsest_stride);
  EncodedTile result;
  std::uint64_t chained_hash = 0;
  for (int level = 0; level < model_.levels(); ++level) {
    entropy::EncodedSlice slice = coder_.encode(
        setting.quality, level, positions_across(place.height, model_.coarsest_stride, level),
        positions_across(place.width, model_.coarsest_stride, level), result.maps,
        analysis.source(level, setting.lagrangian), plain_positions(plain, level));
    chained_hash = chain_hash(chained_hash, code_hash(slice.map), slice.bytes);
    result.chained_hashes.push_back(chained_hash);
    result.slices.push_back(std::move(slice.bytes));
    result.maps.push_back(std::move(slice.map));
  }
  if (!keep_maps) result.maps.clear();
  return result;
}

}  // namespace vqcodec::codec
