#include "codec/peers/peer.h"

namespace vqcodec::codec {

std::vector<PeerCodec> library_peers() {
  std::vector<PeerCodec> peers;
#ifdef VQCODEC_WEBP
  peers.push_back(webp_peer());
#endif
#ifdef VQCODEC_AVIF
  peers.push_back(avif_peer());
#endif
#ifdef VQCODEC_JXL
  peers.push_back(jxl_peer());
#endif
#ifdef VQCODEC_JPEG2000
  peers.push_back(jpeg2000_peer());
#endif
  return peers;
}

}  // namespace vqcodec::codec
