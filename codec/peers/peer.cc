#include "codec/peers/peer.h"

namespace vqcodec::codec {

std::vector<PeerCodec> available_peers() {
  std::vector<PeerCodec> peers = {jpeg_peer()};
#ifdef VQCODEC_WEBP
  peers.push_back(webp_peer());
#endif
  return peers;
}

}  // namespace vqcodec::codec
