#include "models/generative/vq_vae_bytes.h"

#include "codec/network_kind.h"
#include "codec/tiles.h"
#include "entropy/byte_io.h"
#include "entropy/code_map.h"
#include "entropy/error.h"
#include "models/tensor_bytes.h"

namespace vqcodec::models {

namespace {

constexpr std::int64_t kColours = 3;
constexpr std::int64_t kMostLevels = 8, kMostChannels = 512, kMostBlocks = 32, kMostDimension = 512;

// A number of the section: what it is called, where it lives, and its range.
struct Field {
  const char* name;
  std::int64_t* value;
  std::int64_t least, most;
};

// In the section's order.
std::vector<Field> fields_of(VqVaeOptions& options) {
  return {{"levels", &options.levels, 1, kMostLevels},
          {"halvings", &options.halvings, 1, kMostLevels},
          {"channels", &options.network.channels, 1, kMostChannels},
          {"blocks", &options.network.blocks, 0, kMostBlocks},
          {"codewords", &options.codebook.codewords, 2, entropy::kMaxCodewords},
          {"dimension", &options.codebook.dimension, 1, kMostDimension}};
}

std::int64_t coarsest_stride(const VqVaeOptions& options) {
  return std::int64_t{1} << (options.halvings + options.levels - 1);
}

// Whole tiles have whole codes.
bool is_too_coarse(const VqVaeOptions& options) {
  return coarsest_stride(options) > codec::kMinTileSize;
}

// Less than the networks hold, so that a section that is too short is known before they are made.
std::size_t least_values(const VqVaeOptions& options) {
  const auto& [channels, blocks] = options.network;
  return static_cast<std::size_t>(options.levels *
                                  (options.codebook.codewords * options.codebook.dimension +
                                   (9 + blocks) * channels * channels));
}

}  // namespace

std::vector<std::uint8_t> write_vq_vae(const VqVae& model) {
  auto options = model.options();
  if (model.shape().channels != kColours)
    throw Error(ErrorKind::kUnsupported, "a VQ-VAE on pictures of ", model.shape().channels,
                " channel, expected ", kColours, "; train one on photographs");
  if (is_too_coarse(options))
    throw Error(ErrorKind::kUnsupported, "a VQ-VAE whose coarsest codes are ",
                coarsest_stride(options), " pixels apart, expected at most ", codec::kMinTileSize,
                "; train one with fewer --levels or --halvings");
  entropy::ByteWriter out;
  out.bytes(codec::kVqVaeTag);
  for (const auto& field : fields_of(options)) {
    if (*field.value < field.least || *field.value > field.most)
      throw Error(ErrorKind::kUnsupported, "a VQ-VAE of ", *field.value, " ", field.name,
                  ", expected ", field.least, " to ", field.most, " in a model file");
    out.varint(static_cast<std::uint64_t>(*field.value));
  }
  write_rounded(out, model.coding_tensors());
  return out.take();
}

std::shared_ptr<VqVae> read_vq_vae(std::span<const std::uint8_t> bytes) {
  entropy::ByteReader in(bytes, "networks");
  in.bytes(codec::kVqVaeTag.size(), "kind");
  // Priors are none of the section's: the smallest that there are.
  VqVaeOptions options{.prior_channels = 1, .prior_layers = 1};
  for (const auto& field : fields_of(options)) {
    *field.value =
        static_cast<std::int64_t>(in.varint(field.name, static_cast<std::uint64_t>(field.most)));
    if (*field.value < field.least)
      throw Error(ErrorKind::kCorrupt, "networks: ", *field.value, " ", field.name, ", expected ",
                  field.least, " to ", field.most);
  }
  if (is_too_coarse(options))
    throw Error(ErrorKind::kCorrupt, "networks: codes ", coarsest_stride(options),
                " pixels apart, expected at most ", codec::kMinTileSize);
  constexpr std::size_t kLeastBytes = 2;  // of a value
  if (in.remaining() / kLeastBytes < least_values(options))
    throw Error(ErrorKind::kCorrupt, "networks: ", in.remaining(), " bytes of weights, expected ",
                kLeastBytes * least_values(options), " and more; fetch the model again");
  const auto side = coarsest_stride(options);
  auto model = std::make_shared<VqVae>(options, PictureShape{kColours, side, side});
  const auto targets = model->coding_tensors();
  std::vector<PlainTensor> tensors;
  for (std::size_t i = 0; i < targets.size(); ++i) tensors.push_back(read_plain_tensor(in));
  in.expect_end();
  fill_tensors(targets, tensors);
  model->eval();
  return model;
}

}  // namespace vqcodec::models
