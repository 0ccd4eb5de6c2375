// tools/evaluate/peer_list.h: the codecs that this program can compare ours with.
#pragma once

#include <vector>

#include "codec/peers/peer.h"

namespace vqcodec::tools {

// JPEG first; the others are in a library beside the program, loaded here. Throws
// Error(kUnsupported) where it is there and cannot be loaded.
std::vector<codec::PeerCodec> available_peers();

}  // namespace vqcodec::tools
