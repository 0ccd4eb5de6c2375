// tools/library/observed_transform.h: a transform that reports how much of the picture has gone
// through it.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "codec/transform.h"

namespace vqcodec::library {

class ObservedTransform : public codec::Transform {
 public:
  // observer: called with the fraction of one pass over the picture, from whichever thread calls.
  ObservedTransform(codec::Transform& transform, std::function<void(double)> observer)
      : transform_(transform), observer_(std::move(observer)) {}  // Borrows the transform.

  int levels() const override { return transform_.levels(); }
  int coarsest_stride() const override { return transform_.coarsest_stride(); }
  int margin() const override { return transform_.margin(); }
  codec::MultiplyAdds multiply_adds() const override { return transform_.multiply_adds(); }

  std::unique_ptr<codec::Analysis> analyse(const codec::Image& picture,
                                           const codec::PlainCells* plain,
                                           const codec::Rectangle& rectangle, int quality,
                                           int threads) override {
    auto analysis = transform_.analyse(picture, plain, rectangle, quality, threads);
    observe(rectangle, picture.width, picture.height);
    return analysis;
  }

  codec::Image synthesise(std::span<const entropy::CodeMap> maps, const codec::PlainCells& plain,
                          int width, int height, const codec::Rectangle& rectangle, int quality,
                          int threads) override {
    auto image = transform_.synthesise(maps, plain, width, height, rectangle, quality, threads);
    observe(rectangle, width, height);
    return image;
  }

 private:
  void observe(const codec::Rectangle& rectangle, int width, int height) {
    const auto area =
        static_cast<std::size_t>(rectangle.width) * static_cast<std::size_t>(rectangle.height);
    const auto done = pixels_.fetch_add(area) + area;
    observer_(static_cast<double>(done) / (static_cast<double>(width) * height));
  }

  codec::Transform& transform_;
  std::function<void(double)> observer_;
  std::atomic<std::size_t> pixels_ = 0;
};

}  // namespace vqcodec::library
