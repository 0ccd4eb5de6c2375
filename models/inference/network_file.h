// models/inference/network_file.h: the networks section of a `.vqm` (codec/FORMAT.md, "Networks"),
// checked and taken apart, for whichever engine runs the networks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/inference/codec_options.h"
#include "models/inference/group_table.h"
#include "models/inference/plain_tensor.h"

namespace vqcodec::models {

struct GroupRecord {
  std::int64_t first_channel = 0;
  std::int64_t slice = 0;
  Stage stage = Stage::kSingle;
  float reach = 0;
  PlainTensor codewords;    // float32 (K,D)
  PlainTensor length_bits;  // float32 (K)
  PlainTensor activations;  // int64 (K,D)

  std::int64_t size() const { return codewords.sizes[0]; }
  std::int64_t dimension() const { return codewords.sizes[1]; }
};

struct QuantizerRecord {
  PlainTensor weights;  // float32 (C)
  std::vector<GroupRecord> groups;
};

struct LevelRecord {
  std::vector<std::int64_t> slice_channels;
  std::vector<bool> has_fine_slot;          // [channel]
  std::vector<QuantizerRecord> quantizers;  // [quality]
};

// Borrows the bytes it was read from.
struct NetworkFile {
  CodecOptions options;
  // Parameters, then buffers, in the order of models/codec_networks.cc; their sizes are not
  // checked.
  std::vector<PlainTensor> tensors;
  std::vector<LevelRecord> levels;

  std::vector<GroupTable> group_tables(std::size_t level, std::size_t quality) const;
};

// Throws Error(kCorrupt), and Error(kUnsupported) for networks of another kind.
NetworkFile read_network_file(std::span<const std::uint8_t> bytes);

}  // namespace vqcodec::models
