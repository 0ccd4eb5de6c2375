#include "models/quantized_codec.h"

#include "entropy/code_map.h"
#include "entropy/error.h"
#include "models/tensor_bytes.h"

namespace vqcodec::models {

namespace {

constexpr std::uint64_t kMostQualities = 16, kMostHidden = 1024, kMostBlocks = 64;
constexpr std::uint64_t kMostGroups = 1024;

void write_layout(entropy::ByteWriter& out, const LevelLayout& layout) {
  out.varint(layout.slice_channels.size());
  for (const auto count : layout.slice_channels) out.varint(static_cast<std::uint64_t>(count));
  for (const bool fine : layout.has_fine_slot) out.u8(fine);
}

LevelLayout read_layout(entropy::ByteReader& in, std::int64_t channels) {
  std::vector<std::int64_t> slices;
  std::int64_t sum = 0;
  const auto count = in.varint("slices", kChannels);
  if (count == 0 || channels == 0)
    throw Error(ErrorKind::kCorrupt, "networks: a level of ", channels, " channels in ", count,
                " slices");
  for (std::uint64_t s = 0; s < count; ++s) {
    slices.push_back(static_cast<std::int64_t>(in.varint("slice channels", kChannels)));
    sum += slices.back();
  }
  if (sum != channels)
    throw Error(ErrorKind::kCorrupt, "networks: slices hold ", sum, " of ", channels, " channels");
  std::vector<bool> fine;
  for (std::int64_t c = 0; c < channels; ++c) fine.push_back(in.u8("fine slot") != 0);
  return make_layout(slices, fine);
}

void write_group(entropy::ByteWriter& out, const Group& group) {
  out.varint(static_cast<std::uint64_t>(group.first_channel));
  out.varint(static_cast<std::uint64_t>(group.slice));
  out.u8(static_cast<std::uint8_t>(group.stage));
  write_tensor(out, torch::tensor(group.reach, torch::kFloat32));
  write_tensor(out, group.codebook.codewords);
  write_tensor(out, group.codebook.length_bits);
  write_tensor(out, group.activations);
}

Group read_group(entropy::ByteReader& in, const LevelLayout& layout) {
  Group group;
  const auto last = static_cast<std::uint64_t>(layout.channels - 1);
  group.first_channel = static_cast<std::int64_t>(in.varint("channel", last));
  group.slice = static_cast<std::int64_t>(in.varint("slice", layout.slice_channels.size() - 1));
  group.stage = static_cast<Stage>(in.u8("stage"));
  const auto reach = read_tensor(in);
  group.codebook = {.codewords = read_tensor(in), .length_bits = read_tensor(in)};
  group.activations = read_tensor(in);
  const auto& words = group.codebook.codewords;
  if (group.stage > Stage::kFine || reach.numel() != 1 || words.dim() != 2 || words.size(0) < 1 ||
      words.size(0) > entropy::kMaxCodewords || words.size(1) < 1 ||
      words.size(1) > entropy::kMaxDimension ||
      group.first_channel + words.size(1) > layout.channels ||
      words.scalar_type() != torch::kFloat32 ||
      group.codebook.length_bits.sizes() != words.sizes().slice(0, 1) ||
      group.activations.sizes() != words.sizes() ||
      group.activations.scalar_type() != torch::kInt64)
    throw Error(ErrorKind::kCorrupt, "networks: a group of channel ", group.first_channel,
                " has a codebook that cannot be");
  group.reach = reach.item<double>();
  group.dimension = words.size(1);
  group.first_slot = layout.slot_of[static_cast<std::size_t>(group.first_channel)] +
                     (group.stage == Stage::kFine ? 1 : 0);
  return group;
}

}  // namespace

std::vector<Quantized> QuantizedCodec::quantize(const std::vector<torch::Tensor>& levels,
                                                std::int64_t quality, double price_factor) const {
  std::vector<Quantized> quantized;
  for (std::size_t l = 0; l < levels.size(); ++l)
    quantized.push_back(quantizers[l][static_cast<std::size_t>(quality)].quantize(
        levels[l], price(quality) * price_factor));
  return quantized;
}

std::vector<std::uint8_t> write_codec(const QuantizedCodec& codec) {
  entropy::ByteWriter out;
  const auto& options = codec.networks->options();
  for (const auto value : {options.hidden, options.blocks, options.pyramid_luma,
                           options.pyramid_chroma, options.qualities()})
    out.varint(static_cast<std::uint64_t>(value));
  write_tensor(out, torch::tensor(at::ArrayRef<double>(options.lambdas), torch::kFloat32));
  write_module(out, *codec.networks);
  for (const auto& level : codec.quantizers) {
    write_layout(out, level.front().layout);
    for (const auto& quantizer : level) {
      write_tensor(out, quantizer.weights);
      out.varint(quantizer.groups.size());
      for (const auto& group : quantizer.groups) write_group(out, group);
    }
  }
  return out.take();
}

QuantizedCodec read_codec(std::span<const std::uint8_t> bytes) {
  entropy::ByteReader in(bytes, "networks");
  CodecOptions options;
  options.hidden = static_cast<std::int64_t>(in.varint("hidden channels", kMostHidden));
  options.blocks = static_cast<std::int64_t>(in.varint("blocks", kMostBlocks));
  options.pyramid_luma = static_cast<std::int64_t>(in.varint("luma channels", kChannels / 3));
  options.pyramid_chroma = static_cast<std::int64_t>(in.varint("chroma channels", kChannels / 3));
  const auto qualities = in.varint("qualities", kMostQualities);
  const auto lambdas = read_tensor(in);
  if (qualities == 0 || lambdas.numel() != static_cast<std::int64_t>(qualities) ||
      lambdas.scalar_type() != torch::kFloat32)
    throw Error(ErrorKind::kCorrupt, "networks: ", qualities, " qualities, ", lambdas.numel(),
                " lambdas");
  options.lambdas.assign(lambdas.data_ptr<float>(), lambdas.data_ptr<float>() + qualities);
  QuantizedCodec codec{.networks = CodecNetworks(options), .quantizers = {}};
  read_module(in, *codec.networks);
  codec.networks->eval();
  for (std::int64_t level = 0; level < kLevels; ++level) {
    auto& row = codec.quantizers.emplace_back();
    const auto layout = read_layout(in, options.level_channels(level));
    for (std::uint64_t q = 0; q < qualities; ++q) {
      LevelQuantizer quantizer{.layout = layout, .groups = {}, .weights = read_tensor(in)};
      if (quantizer.weights.numel() != layout.channels ||
          quantizer.weights.scalar_type() != torch::kFloat32)
        throw Error(ErrorKind::kCorrupt, "networks: level ", level, " has ",
                    quantizer.weights.numel(), " weights for ", layout.channels, " channels");
      const auto groups = in.varint("groups", kMostGroups);
      for (std::uint64_t g = 0; g < groups; ++g) quantizer.groups.push_back(read_group(in, layout));
      row.push_back(std::move(quantizer));
    }
  }
  in.expect_end();
  return codec;
}

torch::Tensor coarser_slots(const std::vector<torch::Tensor>& slots, std::size_t level) {
  torch::Tensor seen;
  for (std::size_t l = 0; l < level; ++l) {
    seen = seen.defined() ? torch::cat({seen, slots[l]}, 1) : slots[l];
    seen = seen.repeat_interleave(2, 2).repeat_interleave(2, 3);
  }
  return seen;
}

}  // namespace vqcodec::models
