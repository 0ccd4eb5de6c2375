#include "tools/evaluate/peer_list.h"

#include "tools/library/companion_library.h"

namespace vqcodec::tools {

std::vector<codec::PeerCodec> available_peers() {
  constexpr library::LibraryName kLibrary = {.file = "libvqcodec_peers.so",
                                             .variable = "VQCODEC_PEERS",
                                             .contents = "the other codecs",
                                             .needs = "each of their libraries"};
  using AddPeers = void(std::vector<codec::PeerCodec>*);
  std::vector<codec::PeerCodec> peers = {codec::jpeg_peer()};
  if (const auto path = library::CompanionLibrary::find(kLibrary))
    library::CompanionLibrary(kLibrary, *path).function<AddPeers>("vqcodec_add_peers")(&peers);
  return peers;
}

}  // namespace vqcodec::tools
