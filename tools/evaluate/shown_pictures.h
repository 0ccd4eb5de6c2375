// tools/evaluate/shown_pictures.h: a picture as the original, as ours and as other codecs at our
// number of bytes, ready for a page.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "codec/image.h"
#include "codec/peers/peer.h"

namespace vqcodec::tools {

struct ShownVersion {
  std::string codec;  // "original" for it
  double setting = 0;
  std::uint64_t size_bytes = 0;  // of the whole picture's file
  double rate_bpp = 0;
  std::optional<double> psnr_db = {};  // of the whole picture; empty for the original
  std::string data_url;                // the shown part
};

struct ShownPicture {
  std::string name;
  int width = 0, height = 0;           // of the whole
  codec::Rectangle part;               // what is shown of it
  std::vector<ShownVersion> versions;  // the original, ours, the others in their order
};

// Shows the middle of the picture, at most side_pixels wide and high; sizes and PSNR are those of
// the whole. A codec that cannot hold the picture is left out.
ShownPicture shown_picture(const std::string& name, const codec::Image& picture,
                           const codec::PeerCodec& ours, double setting,
                           std::span<const codec::PeerCodec> others, int side_pixels);

// As a JPEG of quality 95 with full chroma, whose errors no eye finds, or as a PNG where that is
// smaller. Alpha is left out.
std::string data_url(const codec::Image& image);

}  // namespace vqcodec::tools
