#include "models/inference/network_file.h"

#include "codec/network_kind.h"
#include "entropy/code_map.h"
#include "entropy/error.h"

namespace vqcodec::models {

namespace {

constexpr std::uint64_t kMostQualities = 16, kMostHidden = 1024, kMostBlocks = 64;
constexpr std::uint64_t kMostGroups = 1024;

std::int64_t read_count(entropy::ByteReader& in, std::string_view what, std::uint64_t limit) {
  return static_cast<std::int64_t>(in.varint(what, limit));
}

CodecOptions read_options(entropy::ByteReader& in) {
  CodecOptions options;
  options.hidden = read_count(in, "hidden channels", kMostHidden);
  options.blocks = read_count(in, "blocks", kMostBlocks);
  options.pyramid_luma = read_count(in, "luma channels", kChannels / 3);
  options.pyramid_chroma = read_count(in, "chroma channels", kChannels / 3);
  const auto qualities = read_count(in, "qualities", kMostQualities);
  const auto tensor = read_plain_tensor(in);
  if (qualities == 0 || tensor.type != TensorType::kFloat32 || tensor.count() != qualities)
    throw Error(ErrorKind::kCorrupt, "networks: ", qualities, " qualities, ", tensor.count(),
                " lambdas");
  const auto lambdas = tensor.floats({qualities});
  options.lambdas.assign(lambdas.begin(), lambdas.end());
  return options;
}

std::int64_t tensors_of_networks(const CodecOptions& options) {
  constexpr std::int64_t kGains = 2, kConvolution = 2, kModulation = 2;
  const auto block = kModulation + 2 * kConvolution;
  const auto network =
      options.hidden == 0 ? kConvolution : 3 * kConvolution + options.blocks * block;
  const auto buffers = 2 + 2 * kLevels;
  return kGains + 2 * network + buffers;
}

GroupRecord read_group(entropy::ByteReader& in, std::int64_t channels, std::int64_t slices) {
  GroupRecord group;
  group.first_channel = read_count(in, "channel", static_cast<std::uint64_t>(channels - 1));
  group.slice = read_count(in, "slice", static_cast<std::uint64_t>(slices - 1));
  group.stage = static_cast<Stage>(in.u8("stage"));
  const auto reach = read_plain_tensor(in);
  group.codewords = read_plain_tensor(in);
  group.length_bits = read_plain_tensor(in);
  group.activations = read_plain_tensor(in);
  const auto& sizes = group.codewords.sizes;
  if (group.stage > Stage::kFine || reach.count() != 1 || reach.type != TensorType::kFloat32 ||
      sizes.size() != 2 || sizes[0] < 1 || sizes[0] > entropy::kMaxCodewords || sizes[1] < 1 ||
      sizes[1] > entropy::kMaxDimension || group.first_channel + sizes[1] > channels ||
      group.codewords.type != TensorType::kFloat32 ||
      group.length_bits.type != TensorType::kFloat32 ||
      group.length_bits.sizes != std::vector{sizes[0]} || group.activations.sizes != sizes ||
      group.activations.type != TensorType::kInt64)
    throw Error(ErrorKind::kCorrupt, "networks: a group of channel ", group.first_channel,
                " has a codebook that cannot be");
  group.reach = reach.floats(reach.sizes).front();
  return group;
}

LevelRecord read_level(entropy::ByteReader& in, const CodecOptions& options, std::int64_t level) {
  const auto channels = options.level_channels(level);
  LevelRecord record;
  std::int64_t sum = 0;
  const auto slices = read_count(in, "slices", kChannels);
  if (slices == 0 || channels == 0)
    throw Error(ErrorKind::kCorrupt, "networks: a level of ", channels, " channels in ", slices,
                " slices");
  for (std::int64_t s = 0; s < slices; ++s) {
    record.slice_channels.push_back(read_count(in, "slice channels", kChannels));
    sum += record.slice_channels.back();
  }
  if (sum != channels)
    throw Error(ErrorKind::kCorrupt, "networks: slices hold ", sum, " of ", channels, " channels");
  for (std::int64_t c = 0; c < channels; ++c)
    record.has_fine_slot.push_back(in.u8("fine slot") != 0);
  for (std::int64_t q = 0; q < options.qualities(); ++q) {
    auto& quantizer = record.quantizers.emplace_back();
    quantizer.weights = read_plain_tensor(in);
    if (quantizer.weights.count() != channels || quantizer.weights.type != TensorType::kFloat32)
      throw Error(ErrorKind::kCorrupt, "networks: level ", level, " has ",
                  quantizer.weights.count(), " weights for ", channels, " channels");
    const auto groups = in.varint("groups", kMostGroups);
    for (std::uint64_t g = 0; g < groups; ++g)
      quantizer.groups.push_back(read_group(in, channels, slices));
  }
  return record;
}

}  // namespace

void require_fit(bool fits) {
  if (!fits)
    throw Error(ErrorKind::kCorrupt, "model: its prior and its networks do not fit together");
}

std::vector<GroupTable> NetworkFile::group_tables(std::size_t level, std::size_t quality) const {
  const auto& quantizer = levels[level].quantizers[quality];
  const auto weights = quantizer.weights.floats(quantizer.weights.sizes);
  std::vector<GroupTable> tables;
  for (const auto& group : quantizer.groups) {
    const auto words = group.codewords.floats(group.codewords.sizes);
    const auto first = weights.begin() + group.first_channel;
    tables.push_back({.first_channel = static_cast<int>(group.first_channel),
                      .dimension = static_cast<int>(group.dimension()),
                      .codewords = static_cast<int>(group.size()),
                      .stage = group.stage,
                      .reach = group.reach,
                      .words = transposed(words, static_cast<std::size_t>(group.dimension())),
                      .weights = {first, first + group.dimension()}});
  }
  return tables;
}

NetworkFile read_network_file(std::span<const std::uint8_t> bytes) {
  if (codec::network_kind(bytes) != codec::NetworkKind::kCodec)
    throw Error(ErrorKind::kUnsupported,
                "networks: a VQ-VAE's, which only LibTorch runs (libvqcodec_networks.so)");
  entropy::ByteReader in(bytes, "networks");
  NetworkFile file{.options = read_options(in), .tensors = {}, .levels = {}};
  const auto tensors = tensors_of_networks(file.options);
  for (std::int64_t i = 0; i < tensors; ++i) file.tensors.push_back(read_plain_tensor(in));
  for (std::int64_t level = 0; level < kLevels; ++level)
    file.levels.push_back(read_level(in, file.options, level));
  in.expect_end();
  return file;
}

}  // namespace vqcodec::models
