// codec/peers/peers_module.cc: the peers as a library that is loaded by whoever needs them: a
// program linked to theirs spends 8 ms before main().
#include <iterator>

#include "codec/peers/peer.h"

extern "C" void vqcodec_add_peers(std::vector<vqcodec::codec::PeerCodec>* peers) {
  auto more = vqcodec::codec::library_peers();
  peers->insert(peers->end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
}
