// tools/library/deferred_transform.h: a transform that is still being made, beside what needs no
// network: decoding the codes.
#pragma once

#include <future>
#include <memory>
#include <utility>

#include "codec/transform.h"

namespace vqcodec::library {

class DeferredTransform : public codec::Transform {
 public:
  // Every call waits for it; what it throws leaves from there.
  explicit DeferredTransform(std::future<codec::Transform*> transform)
      : transform_(transform.share()) {}

  int levels() const override { return transform_.get()->levels(); }
  int coarsest_stride() const override { return transform_.get()->coarsest_stride(); }
  int margin() const override { return transform_.get()->margin(); }
  codec::MultiplyAdds multiply_adds() const override { return transform_.get()->multiply_adds(); }

  std::unique_ptr<codec::Analysis> analyse(const codec::Image& picture,
                                           const codec::PlainCells* plain,
                                           const codec::Rectangle& rectangle, int quality,
                                           int threads) override {
    return transform_.get()->analyse(picture, plain, rectangle, quality, threads);
  }
  codec::Image synthesise(std::span<const entropy::CodeMap> maps, const codec::PlainCells& plain,
                          int width, int height, const codec::Rectangle& rectangle, int quality,
                          int threads) override {
    return transform_.get()->synthesise(maps, plain, width, height, rectangle, quality, threads);
  }

 private:
  std::shared_future<codec::Transform*> transform_;
};

}  // namespace vqcodec::library
