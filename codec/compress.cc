#include <bit>
#include <cmath>
#include <string>
#include <utility>

#include "codec/alpha_plane.h"
#include "codec/checksum.h"
#include "codec/codec.h"
#include "codec/format.h"
#include "codec/metadata_block.h"
#include "codec/metrics.h"
#include "codec/model_check.h"
#include "codec/picture_encoder.h"
#include "codec/picture_synthesis.h"
#include "codec/stage_clock.h"
#include "entropy/byte_io.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

using Bytes = std::vector<std::uint8_t>;

void check_image(const Image& image) {
  const auto channels = static_cast<std::size_t>(image.channels);
  if (image.width < 1 || image.height < 1 || (channels != 1 && channels != 3) ||
      image.pixels.size() != image.area() * channels ||
      (!image.alpha.empty() && image.alpha.size() != image.area()))
    throw Error(ErrorKind::kInternal, "image: ", image.width, " x ", image.height, " pixels of ",
                channels, " channels with ", image.pixels.size(), " samples and ",
                image.alpha.size(), " of alpha");
  if (image.width > kMaxSide || image.height > kMaxSide ||
      static_cast<std::int64_t>(image.area()) > kMaxArea)
    throw Error(ErrorKind::kUnsupported, "a picture of ", image.width, " x ", image.height,
                " pixels; sides reach ", kMaxSide, ", the whole ", kMaxArea, " pixels");
}

Image grey_as_rgb(const Image& image) {
  Image result{.width = image.width,
               .height = image.height,
               .channels = 3,
               .pixels = {},
               .alpha = {},
               .metadata = {}};
  result.pixels.reserve(3 * image.area());
  for (const std::uint8_t sample : image.pixels)
    result.pixels.insert(result.pixels.end(), 3, sample);
  return result;
}

Chunk chunk_of(const Bytes& bytes) { return {bytes.size(), checksum32(bytes)}; }

// Everything of a file but its slices.
struct Frame {
  FileHeader header;
  Bytes metadata, alpha;
};

Frame make_frame(const Image& image, const ModelFile& model, const CompressOptions& options) {
  Frame frame;
  frame.header.width = image.width;
  frame.header.height = image.height;
  frame.header.grey = image.channels == 1;
  frame.header.source_bits = image.source_bits;
  frame.header.levels = model.levels();
  frame.header.tile_size = options.tile_size.value_or(default_tile_size(image.width, image.height));
  frame.header.fingerprint = model.fingerprint;
  if (!options.strip && !image.metadata.empty()) {
    frame.metadata = compress_metadata(image.metadata);
    frame.header.metadata = chunk_of(frame.metadata);
  }
  if (!image.alpha.empty()) {
    frame.alpha = compress_alpha(image.alpha, image.width, image.height);
    frame.header.alpha = chunk_of(frame.alpha);
  }
  return frame;
}

Bytes assemble(const Frame& frame, int quality, const PlainCells& plain,
               std::span<const EncodedTile> tiles) {
  FileHeader header = frame.header;
  header.quality = quality;
  const Bytes cells = plain.any() ? compress_cells(plain) : Bytes{};
  if (plain.any()) header.plain = chunk_of(cells);
  for (int level = 0; level < header.levels; ++level) {
    const auto l = static_cast<std::size_t>(level);
    for (const EncodedTile& tile : tiles)
      header.slices.push_back(
          {tile.slices[l].size(), slice_checksum(tile.chained_hashes[l], level, header.levels)});
  }
  entropy::ByteWriter file;
  file.bytes(write_header(header));
  file.bytes(frame.metadata);
  file.bytes(frame.alpha);
  file.bytes(cells);
  for (std::size_t level = 0; level < static_cast<std::size_t>(header.levels); ++level)
    for (const EncodedTile& tile : tiles) file.bytes(tile.slices[level]);
  return file.take();
}

// What rate control tries its settings with.
struct Trials {
  const Image& image;
  const Frame& frame;
  const Tiling& tiling;
  const ModelFile& model;
  Transform& transform;
  PictureEncoder& encoder;
  int threads;
  StageClock& clock;

  Bytes file_at(const RateSetting& setting) const {
    const auto tiles = encoder.encode(setting, /*keep_maps=*/false);
    return assemble(frame, setting.quality, encoder.plain_cells(setting.quality), tiles);
  }

  struct Measured {
    Bytes file;
    double psnr_db = 0;
  };
  Measured measured_at(const RateSetting& setting) const;
};

Trials::Measured Trials::measured_at(const RateSetting& setting) const {
  std::vector<EncodedTile> tiles = encoder.encode(setting, /*keep_maps=*/true);
  const PlainCells& plain = encoder.plain_cells(setting.quality);
  Measured result{.file = assemble(frame, setting.quality, plain, tiles)};
  std::vector<Rectangle> places;
  for (int i = 0; i < tiling.count(); ++i) places.push_back(tiling.tile(i));
  std::vector<entropy::CodeMap> maps;
  for (int level = 0; level < model.levels(); ++level) {
    std::vector<entropy::CodeMap> of_level;
    for (EncodedTile& tile : tiles)
      of_level.push_back(std::move(tile.maps[static_cast<std::size_t>(level)]));
    maps.push_back(join_maps(std::move(of_level), places, model.coarsest_stride, level));
  }
  const CodedRegion region{image.width, image.height, setting.quality, maps, plain};
  const Image decoded = clock.time("synthesis", [&] {
    return synthesise_crop(transform, region, tiling.picture(), image.channels == 1, threads);
  });
  result.psnr_db = psnr_rgb_db(image, decoded);
  return result;
}

// The largest file of at most `limit` bytes. must_reach: an error where even the finest setting
// stays so far below the limit that it cannot be called a target.
Bytes compress_to_size(const Trials& trials, std::size_t limit, bool must_reach) {
  Bytes best;
  std::size_t smallest = ~std::size_t{0};
  const auto qualities = static_cast<int>(trials.model.qualities.size());
  const Crossing crossing = find_crossing(qualities, [&](const RateSetting& setting) {
    Bytes file = trials.file_at(setting);
    smallest = std::min(smallest, file.size());
    const bool beyond = file.size() > limit;
    if (!beyond) best = std::move(file);
    return beyond;
  });
  const auto bpp = [&](std::size_t size) { return bits_per_pixel(size, trials.image); };
  if (!crossing.below)
    throw Error(ErrorKind::kUsage, "target of ", limit, " bytes (", bpp(limit),
                " bpp): the nearest possible is ", smallest, " bytes (", bpp(smallest), " bpp)");
  constexpr double kReached = 0.98;
  if (must_reach && !crossing.beyond &&
      static_cast<double>(best.size()) < kReached * static_cast<double>(limit))
    throw Error(ErrorKind::kUsage, "target of ", bpp(limit), " bpp: the nearest possible is ",
                bpp(best.size()), " bpp (", best.size(), " bytes)");
  return best;
}

// The smallest file tried whose PSNR is at least the target.
Bytes compress_to_psnr(const Trials& trials, double target_db) {
  Bytes best;
  double highest_db = 0;
  const auto qualities = static_cast<int>(trials.model.qualities.size());
  find_crossing(qualities, [&](const RateSetting& setting) {
    Trials::Measured trial = trials.measured_at(setting);
    highest_db = std::max(highest_db, trial.psnr_db);
    const bool beyond = trial.psnr_db >= target_db;
    if (beyond && (best.empty() || trial.file.size() < best.size())) best = std::move(trial.file);
    return beyond;
  });
  if (best.empty())
    throw Error(ErrorKind::kUsage, "target of ", target_db, " dB: the nearest possible is ",
                highest_db, " dB");
  return best;
}

int targets(const CompressOptions& options) {
  return options.target_bpp.has_value() + options.target_size_bytes.has_value() +
         options.target_psnr_db.has_value();
}

void check_options(const CompressOptions& options, const ModelFile& model) {
  if (targets(options) > 1) throw Error(ErrorKind::kUsage, "more than one target");
  if (targets(options) == 0 &&
      (options.quality < 1 || options.quality > static_cast<int>(model.qualities.size())))
    throw Error(ErrorKind::kUsage, "quality ", options.quality, ", expected 1..",
                model.qualities.size());
  const int tile_size = options.tile_size.value_or(kTileSize);
  if (!std::has_single_bit(static_cast<unsigned>(tile_size)) || tile_size < kMinTileSize ||
      tile_size > kTileSize || tile_size % model.coarsest_stride != 0)
    throw Error(ErrorKind::kUsage, "tiles of ", tile_size, " pixels, expected a power of two, ",
                kMinTileSize, "..", kTileSize);
  const double target = options.target_bpp.value_or(options.target_psnr_db.value_or(1));
  if (!std::isfinite(target) || target <= 0)
    throw Error(ErrorKind::kUsage, "target of ", target, ", expected a positive number");
}

}  // namespace

Bytes compress(const Image& image, const ModelFile& model, Transform& transform,
               const CompressOptions& options, Timings* timings) {
  check_options(options, model);
  check_image(image);
  check_networks(model, transform);
  StageClock clock(timings);
  const Frame frame =
      clock.time("alpha and metadata", [&] { return make_frame(image, model, options); });
  const Image expanded = image.channels == 1 ? grey_as_rgb(image) : Image{};
  const Tiling tiling = frame.header.tiling();
  PictureEncoder encoder(image.channels == 1 ? expanded : image, tiling, model, transform,
                         options.threads, targets(options) > 0, clock);
  const Trials trials{image, frame, tiling, model, transform, encoder, options.threads, clock};
  if (options.target_psnr_db) return compress_to_psnr(trials, *options.target_psnr_db);
  if (options.target_size_bytes)
    return compress_to_size(trials, *options.target_size_bytes, /*must_reach=*/false);
  if (options.target_bpp) {
    const double size = *options.target_bpp * static_cast<double>(image.area()) / 8;
    return compress_to_size(trials, static_cast<std::size_t>(std::min(size, 1e15)),
                            /*must_reach=*/true);
  }
  return trials.file_at({.quality = options.quality - 1});
}

}  // namespace vqcodec::codec
