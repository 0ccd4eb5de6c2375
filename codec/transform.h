// codec/transform.h: the seam between the codec and its networks: image to codes and back.
//
// codec/ calls it, models/ implements it. Level l has one position for every stride(l) x stride(l)
// pixels, stride(l) = coarsest_stride() >> l; a picture whose sides are no multiples of
// coarsest_stride() is extended to the right and below. `quality` counts from 0, as in
// ModelFile::qualities. `threads`: how many a call may use. Calls of different threads may overlap.

#pragma once

#include <memory>
#include <span>

#include "codec/image.h"
#include "codec/plain_cells.h"
#include "entropy/code_map.h"
#include "entropy/code_source.h"

namespace vqcodec::codec {

// The latents of one rectangle of a picture, ready to be quantized while they are coded.
class Analysis {
 public:
  virtual ~Analysis() = default;
  // Positions are those of the rectangle's own grid. Ask coarse level first.
  // lagrangian scales the price of a bit: 1 is the quality's own, larger gives smaller files.
  // The source lives as long as the Analysis. Different Analyses are asked from different threads.
  virtual entropy::CodeSource& source(int level, double lagrangian) = 0;
  // The cells of the rectangle that would be better off plain, if analyse() was to find out; empty:
  // none.
  virtual const PlainCells& better_plain() const = 0;
};

// Products of a weight and an activation, for each pixel.
struct MultiplyAdds {
  double analysis = 0, synthesis = 0;
};

class Transform {
 public:
  virtual ~Transform() = default;
  virtual int levels() const = 0;
  virtual int coarsest_stride() const = 0;
  // Pixels around a rectangle that its latents or pixels depend on; a multiple of the stride.
  virtual int margin() const = 0;
  virtual MultiplyAdds multiply_adds() const = 0;

  // picture: 3 channels (grey pictures come with R = G = B). plain: of the whole picture; null:
  // none are, and the analysis finds out which were better so. The rectangle starts on multiples of
  // coarsest_stride() and ends on them or at the picture's edge. Reads up to margin() around it.
  virtual std::unique_ptr<Analysis> analyse(const Image& picture, const PlainCells* plain,
                                            const Rectangle& rectangle, int quality,
                                            int threads) = 0;

  // maps: levels 0..n-1 of the whole picture, n >= 1; absent finer levels count as zero. plain: of
  // the whole picture; empty: none.
  // Returns the rectangle's pixels, 3 channels; width and height are the picture's.
  virtual Image synthesise(std::span<const entropy::CodeMap> maps, const PlainCells& plain,
                           int width, int height, const Rectangle& rectangle, int quality,
                           int threads) = 0;

  // Does beforehand what of synthesise() depends on sizes alone.
  virtual void prepare(int /*width*/, int /*height*/, const Rectangle& /*rectangle*/,
                       int /*threads*/) {}
};

}  // namespace vqcodec::codec
