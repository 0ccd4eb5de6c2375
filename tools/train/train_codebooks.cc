// tools/train/train_codebooks.cc: `vqcodec train codebooks`: new symbols for the user's own kind of
// picture, with the networks as they are.
#include "entropy/error.h"
#include "tools/train/train_command.h"

namespace vqcodec::tools {

void train_codebooks_command(std::vector<std::string>) {
  throw Error(ErrorKind::kUnsupported, "train codebooks is not there yet");
}

}  // namespace vqcodec::tools
