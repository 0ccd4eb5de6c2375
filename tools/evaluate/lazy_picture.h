// tools/evaluate/lazy_picture.h: a picture's file, decoded when the pixels are first asked for:
// where all about it is known from an earlier run, that is never.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "codec/checksum.h"
#include "codec/image_io.h"
#include "tools/library/file_io.h"

namespace vqcodec::tools {

class LazyPicture {
 public:
  explicit LazyPicture(const std::string& path)
      : bytes_(library::read_file(path)), checksum_(codec::checksum64(bytes_)) {}

  std::uint64_t checksum() const { return checksum_; }  // of the file

  // Without alpha and metadata: the codecs are compared by their pixels.
  const codec::Image& image() {
    if (image_) return *image_;
    image_ = codec::read_image(bytes_);
    bytes_ = {};
    image_->alpha.clear();
    image_->metadata.clear();
    return *image_;
  }

 private:
  std::vector<std::uint8_t> bytes_;
  std::uint64_t checksum_;
  std::optional<codec::Image> image_;
};

}  // namespace vqcodec::tools
