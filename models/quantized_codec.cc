#include "models/quantized_codec.h"

#include "models/tensor_bytes.h"

namespace vqcodec::models {

namespace {

void write_layout(entropy::ByteWriter& out, const LevelLayout& layout) {
  out.varint(layout.slice_channels.size());
  for (const auto count : layout.slice_channels) out.varint(static_cast<std::uint64_t>(count));
  for (const bool fine : layout.has_fine_slot) out.u8(fine);
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

Group make_group(const GroupRecord& record, const LevelLayout& layout) {
  return {.first_channel = record.first_channel,
          .dimension = record.dimension(),
          .first_slot = layout.slot_of[static_cast<std::size_t>(record.first_channel)] +
                        (record.stage == Stage::kFine ? 1 : 0),
          .slice = record.slice,
          .stage = record.stage,
          .reach = static_cast<double>(record.reach),
          .codebook = {.codewords = to_tensor(record.codewords),
                       .length_bits = to_tensor(record.length_bits)},
          .activations = to_tensor(record.activations)};
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

void QuantizedCodec::to(const torch::Device& device) {
  networks->to(device);
  for (auto& level : quantizers)
    for (auto& quantizer : level) quantizer.to(device);
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

CodecNetworks networks_of(const NetworkFile& file) {
  CodecNetworks networks(file.options);
  fill_module(*networks, file.tensors);
  networks->eval();
  return networks;
}

QuantizedCodec read_codec(std::span<const std::uint8_t> bytes) {
  const auto file = read_network_file(bytes);
  QuantizedCodec codec{.networks = networks_of(file), .quantizers = {}};
  for (const auto& level : file.levels) {
    auto& row = codec.quantizers.emplace_back();
    const auto layout = make_layout(level.slice_channels, level.has_fine_slot);
    for (const auto& record : level.quantizers) {
      auto& quantizer = row.emplace_back();
      quantizer.layout = layout;
      quantizer.weights = to_tensor(record.weights);
      for (const auto& group : record.groups) quantizer.groups.push_back(make_group(group, layout));
    }
  }
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
