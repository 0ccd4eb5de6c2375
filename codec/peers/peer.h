// codec/peers/peer.h: other codecs in this process, to compare with at their usual settings.
//
// They carry the colors alone: alpha and metadata are left out, grey may come back as RGB.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "codec/image.h"

namespace vqcodec::codec {

struct PeerCodec {
  std::string name;
  // quality: the codec's own, higher is better. Throws Error(kUnsupported) for a picture beyond
  // what the codec can hold.
  std::function<std::vector<std::uint8_t>(const Image&, double quality)> encode;
  std::function<Image(std::span<const std::uint8_t>)> decode;  // Throws Error(kCorrupt).
  std::vector<double> sweep;  // qualities that span the codec's range, ascending
};

// Those that this build holds, JPEG first.
std::vector<PeerCodec> available_peers();

PeerCodec jpeg_peer();  // libjpeg-turbo: 4:2:0, progressive, optimized codes; quality 0..100
PeerCodec webp_peer();  // libwebp: lossy, method 6; quality 0..100; only where libwebp is there

}  // namespace vqcodec::codec
