#include "codec/picture_synthesis.h"

#include <algorithm>

#include "codec/tiles.h"
#include "entropy/error.h"

namespace vqcodec::codec {
namespace {

// Copies what the piece (at `place`) has of the crop.
void copy_piece(const Image& piece, const Rectangle& place, const Rectangle& crop, Image& result) {
  const Rectangle common = intersection(place, crop);
  const auto pixels = static_cast<std::size_t>(common.width);
  for (int y = common.y; y < common.y + common.height; ++y) {
    const std::uint8_t* from =
        piece.pixels.data() +
        3 * (static_cast<std::size_t>(y - place.y) * static_cast<std::size_t>(place.width) +
             static_cast<std::size_t>(common.x - place.x));
    std::uint8_t* to = result.pixels.data() + static_cast<std::size_t>(result.channels) *
                                                  (static_cast<std::size_t>(y - crop.y) *
                                                       static_cast<std::size_t>(crop.width) +
                                                   static_cast<std::size_t>(common.x - crop.x));
    if (result.channels == 3) {
      std::copy_n(from, 3 * pixels, to);
    } else {  // the mean of what should be R = G = B has the least error
      for (std::size_t x = 0; x < pixels; ++x)
        to[x] =
            static_cast<std::uint8_t>((from[3 * x] + from[3 * x + 1] + from[3 * x + 2] + 1) / 3);
    }
  }
}

Tiling pieces_of(int width, int height) {
  return Tiling(width, height, default_tile_size(width, height));
}

}  // namespace

void prepare_synthesis(Transform& transform, int width, int height, int threads) {
  transform.prepare(width, height, pieces_of(width, height).tile(0), threads);
}

Image synthesise_crop(Transform& transform, const CodedRegion& region, const Rectangle& crop,
                      bool grey, int threads) {
  Image result{.width = crop.width,
               .height = crop.height,
               .channels = grey ? 1 : 3,
               .pixels = {},
               .alpha = {},
               .metadata = {}};
  result.pixels.resize(result.area() * static_cast<std::size_t>(result.channels));
  const Rectangle whole =
      aligned(crop, transform.coarsest_stride(), {0, 0, region.width, region.height});
  const Tiling pieces = pieces_of(whole.width, whole.height);
  for (int i = 0; i < pieces.count(); ++i) {
    Rectangle place = pieces.tile(i);
    place.x += whole.x;
    place.y += whole.y;
    const Image piece = transform.synthesise(region.maps, region.plain, region.width, region.height,
                                             place, region.quality, threads);
    if (piece.width != place.width || piece.height != place.height || piece.channels != 3 ||
        piece.pixels.size() != 3 * piece.area())
      throw Error(ErrorKind::kInternal, "networks: ", piece.width, " x ", piece.height,
                  " pixels for a piece of ", place.width, " x ", place.height);
    copy_piece(piece, place, crop, result);
  }
  return result;
}

}  // namespace vqcodec::codec
