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
  std::string settings;  // those that do not change, in a line
  // setting: the codec's own number. Throws Error(kUnsupported) for a picture beyond what the codec
  // can hold.
  std::function<std::vector<std::uint8_t>(const Image&, double setting)> encode;
  std::function<Image(std::span<const std::uint8_t>)> decode;  // Throws Error(kCorrupt).
  std::vector<double> sweep;  // settings that span the codec's range, by rising rate
};

PeerCodec jpeg_peer();  // libjpeg-turbo: 4:2:0, progressive, optimized codes; quality 0..100

// The others, as far as this build found their libraries. In vqcodec_peers, apart from the rest.
std::vector<PeerCodec> library_peers();

PeerCodec webp_peer();      // libwebp: lossy, method 6; quality 0..100
PeerCodec avif_peer();      // libavif, libaom: 4:4:4, speed 6; quantizer 63..0
PeerCodec jxl_peer();       // libjxl: XYB, effort 7; distance 25..0
PeerCodec jpeg2000_peer();  // OpenJPEG: 9-7, irreversible; bits per pixel

}  // namespace vqcodec::codec
