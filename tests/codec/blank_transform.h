// tests/codec/blank_transform.h: a FakeTransform that makes black pictures, where only the codec's
// own work counts: it takes six times less time.
#pragma once

#include <span>

#include "tests/codec/fake_transform.h"

namespace vqcodec::testing {

class BlankTransform : public FakeTransform {
 public:
  codec::Image synthesise(std::span<const entropy::CodeMap>, const codec::PlainCells&, int, int,
                          const codec::Rectangle& rectangle, int, int) override {
    codec::Image image;
    image.width = rectangle.width;
    image.height = rectangle.height;
    image.channels = 3;
    image.pixels.resize(3 * image.area());
    return image;
  }
};

}  // namespace vqcodec::testing
