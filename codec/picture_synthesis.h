// codec/picture_synthesis.h: code maps to pixels, piece by piece, so that memory stays bounded.
#pragma once

#include <span>

#include "codec/image.h"
#include "codec/transform.h"

namespace vqcodec::codec {

// A rectangular part of a picture, known by its code maps. A side inside the picture must lie at
// least Transform::margin() away from what is synthesised.
struct CodedRegion {
  int width = 0;  // pixels
  int height = 0;
  int quality = 0;
  std::span<const entropy::CodeMap> maps;  // levels 0..n-1
  const PlainCells& plain;
};

// The crop (in the region's coordinates); grey pictures come back with one channel.
Image synthesise_crop(Transform& transform, const CodedRegion& region, const Rectangle& crop,
                      bool grey, int threads);

// For synthesise_crop() of a whole picture, beside the decoding of its codes.
void prepare_synthesis(Transform& transform, int width, int height, int threads);

}  // namespace vqcodec::codec
