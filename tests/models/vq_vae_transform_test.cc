// A VqVae as a codec's transform: the model file gives it back, tiles and crops show what the whole
// shows, and its codes go through a `.vqc` unharmed.
#include "models/generative/vq_vae_transform.h"

#include <gtest/gtest.h>

#include "codec/codec.h"
#include "codec/format.h"
#include "codec/network_kind.h"
#include "codec/tile_decoder.h"
#include "entropy/byte_io.h"
#include "entropy/error.h"
#include "models/generative/vq_vae_bytes.h"
#include "models/generative/vq_vae_prior.h"
#include "models/inference/network_file.h"
#include "models/integer_export.h"
#include "tests/models/noise_picture.h"
#include "tests/models/small_vq_vae.h"

namespace vqcodec::models {
namespace {

constexpr std::int64_t kCodewords = 12;

// Strides 8, 4 and 2.
std::shared_ptr<VqVae> small_coder(std::int64_t channels = 3) {
  return coder_of(/*levels=*/3, kCodewords, channels);
}

// As files have it: rounded to float16.
std::shared_ptr<VqVae> coder_of_files() { return read_vq_vae(write_vq_vae(*small_coder())); }

torch::Tensor tensor_of(const codec::Image& image) {
  return torch::tensor(at::ArrayRef<std::uint8_t>(image.pixels), torch::kUInt8)
             .view({1, image.height, image.width, 3})
             .permute({0, 3, 1, 2})
             .to(torch::kFloat32) /
         255;
}

std::vector<entropy::CodeMap> maps_of(codec::Transform& transform, const codec::Image& picture,
                                      const codec::Rectangle& area) {
  const auto analysis = transform.analyse(picture, nullptr, area, 0, 1);
  std::vector<entropy::CodeMap> maps;
  for (int l = 0; l < transform.levels(); ++l) {
    const int stride = transform.coarsest_stride() >> l;
    entropy::CodeMap map{(area.height + 7) / 8 * 8 / stride,
                         (area.width + 7) / 8 * 8 / stride,
                         /*groups=*/1,
                         {},
                         {}};
    for (int i = 0; i < map.positions(); ++i)
      map.codes.push_back(static_cast<std::uint16_t>(analysis->source(l, 1).choose(i, 0, {}).code));
    maps.push_back(map);
  }
  return maps;
}

codec::ModelFile model_file(VqVae& coder) {
  auto quantizers = tree_quantizers(coder, {torch::rand({4, 3, 32, 32})});
  VqVaePrior prior(coder, quantizers);
  codec::ModelFile model;
  model.name = "small";
  model.coarsest_stride = 8;
  model.qualities = {{}};
  model.prior = export_prior(prior.levels());
  model.networks = write_vq_vae(coder);
  return codec::read_model(codec::write_model(model));
}

ErrorKind kind_of_failure(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "no error";
  return ErrorKind::kInternal;
}

TEST(VqVaeBytes, GiveBackWhatMakesCodesAndPictures) {
  const auto model = coder_of_files();
  EXPECT_EQ(write_vq_vae(*read_vq_vae(write_vq_vae(*model))), write_vq_vae(*model));
  // The priors' tensors and the codebooks' averages stay behind, however codebooks learn: of each
  // level 8 of the encoder, 2 to latents and a codebook, of the finer ones 8 from above and a
  // vector where they are absent, 8 of the decoder. Matrices are in float16.
  for (const char* learning : {"averages", "gradient"}) {
    auto options = small_options(/*levels=*/3, /*halvings=*/1, kCodewords);
    options.codebook.learning = learning;
    EXPECT_EQ(VqVae(options, PictureShape{3, 8, 8}).coding_tensors().size(), 3 * 11 + 2 * 9 + 8u);
  }
  std::int64_t values = 0;
  for (const auto& tensor : model->coding_tensors()) values += tensor.numel();
  EXPECT_LT(write_vq_vae(*model).size(), static_cast<std::size_t>(3 * values));
  const auto original = small_coder();
  const auto tensors = original->coding_tensors(), rounded = model->coding_tensors();
  for (std::size_t i = 0; i < tensors.size(); ++i)
    EXPECT_TRUE(torch::allclose(rounded[i], tensors[i], 1e-3, 1e-6)) << i;
  const auto x = torch::rand({2, 3, 16, 24});
  torch::NoGradGuard no_grad;
  const auto codes = original->codes_of(x);
  EXPECT_TRUE(torch::allclose(model->pictures_of(codes), original->pictures_of(codes), 0, 0.02));
  EXPECT_TRUE(torch::allclose(model->pictures_of(codes, 1), original->pictures_of(codes, 1), 0,
                              0.02));  // the learned vectors of absent levels go along
}

TEST(VqVaeBytes, DamageIsRefused) {
  const auto bytes = write_vq_vae(*small_coder());
  const auto tag = codec::kVqVaeTag.size();
  EXPECT_EQ(codec::network_kind(bytes), codec::NetworkKind::kVqVae);
  EXPECT_EQ(codec::network_kind(std::span(bytes).first(tag - 1)), codec::NetworkKind::kCodec);
  for (const std::size_t size : {tag, tag + 3, tag + 40, bytes.size() - 1})
    EXPECT_EQ(kind_of_failure([&] { read_vq_vae(std::span(bytes).first(size)); }),
              ErrorKind::kCorrupt)
        << size;
  auto longer = bytes;
  longer.push_back(0);
  EXPECT_EQ(kind_of_failure([&] { read_vq_vae(longer); }), ErrorKind::kCorrupt);
  for (std::size_t field = 0; field < 6; ++field)  // 0 is out of range, but for blocks: too few
    for (const int value : {0, 9}) {
      auto changed = bytes;
      changed[tag + field] = static_cast<std::uint8_t>(value);
      EXPECT_EQ(kind_of_failure([&] { read_vq_vae(changed); }), ErrorKind::kCorrupt)
          << field << " " << value;
    }
  auto coarse = bytes;
  coarse[tag + 1] = 8;  // halvings, beside three levels
  try {
    read_vq_vae(coarse);
    FAIL() << "read codes that are farther apart than a tile's sides";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("1024 pixels apart"), std::string::npos)
        << error.what();
  }
}

// Networks of some GB, and hardly a weight: nothing is made.
TEST(VqVaeBytes, WeightsThatAreNotThereAreMissedBeforeNetworksAreMade) {
  entropy::ByteWriter out;
  out.bytes(codec::kVqVaeTag);
  for (const std::uint64_t field : {4, 1, 512, 32, 1024, 512}) out.varint(field);
  out.bytes(std::vector<std::uint8_t>(1000));
  const auto bytes = out.take();
  try {
    read_vq_vae(bytes);
    FAIL() << "made networks without weights";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kCorrupt);
    EXPECT_NE(std::string(error.what()).find("1000 bytes of weights, expected 90177536 and more"),
              std::string::npos)
        << error.what();
  }
}

TEST(VqVaeBytes, ModelsThatNoCodecRunsAreRefused) {
  EXPECT_EQ(kind_of_failure([] { write_vq_vae(*small_coder(/*channels=*/1)); }),
            ErrorKind::kUnsupported);
  const auto made_of = [](const VqVaeOptions& options, std::int64_t side) {
    return VqVae(options, PictureShape{3, side, side});
  };
  EXPECT_EQ(kind_of_failure([&] { write_vq_vae(made_of(small_options(1, 6, 4), 64)); }),
            ErrorKind::kUnsupported);
  EXPECT_NO_THROW(write_vq_vae(made_of(small_options(1, 5, 4), 32)));
  EXPECT_EQ(kind_of_failure([&] { write_vq_vae(made_of(small_options(1, 1, 1025), 8)); }),
            ErrorKind::kUnsupported);
}

// The codec's own engines say what they cannot run.
TEST(VqVaeBytes, AreNotTheCodecsNetworks) {
  const auto bytes = write_vq_vae(*small_coder());
  EXPECT_EQ(kind_of_failure([&] { read_network_file(bytes); }), ErrorKind::kUnsupported);
  EXPECT_EQ(kind_of_failure([&] { make_vq_vae_transform(bytes, "cuda"); }),
            ErrorKind::kUnsupported);
}

// A code changes only by pixels within reach, a pixel only by codes within reach, and both do
// change: `reach` is no excuse for looking at everything.
TEST(VqVaeTransform, NothingIsSeenBeyondTheMargin) {
  torch::NoGradGuard no_grad;
  const auto model = small_coder();
  const auto reach = model->reach();
  const std::int64_t width = 2 * reach / 8 * 8 + 64, middle = width / 2 / 8 * 8;
  const auto x = torch::rand({1, 3, 16, width});
  auto changed = x.clone();
  changed.slice(3, middle, middle + 8) = 1 - changed.slice(3, middle, middle + 8);
  const auto a = model->unquantized(x), b = model->unquantized(changed);
  for (std::size_t l = 0; l < 3; ++l) {
    const auto places = (a[l] - b[l]).abs().amax({0, 1, 2}).gt(1e-6).nonzero().flatten();
    const auto stride = model->stride(static_cast<std::int64_t>(l));
    ASSERT_GT(places.numel(), 0);
    EXPECT_GE(places.min().item<std::int64_t>() * stride, middle - reach);
    EXPECT_LE((places.max().item<std::int64_t>() + 1) * stride, middle + 8 + reach);
  }
  auto codes = model->codes_of(x);
  const auto shown = model->pictures_of(codes);
  codes[0]
      .select(2, middle / 8)
      .fill_((codes[0][0][0][middle / 8].item<std::int64_t>() + 1) % kCodewords);
  const auto columns =
      (model->pictures_of(codes) - shown).abs().amax({0, 1, 2}).gt(1e-6).nonzero().flatten();
  ASSERT_GT(columns.numel(), 0);
  EXPECT_GE(columns.min().item<std::int64_t>(), middle - reach);
  EXPECT_LT(columns.max().item<std::int64_t>(), middle + 8 + reach);
}

TEST(VqVaeTransform, TilesAndCropsShowWhatTheWholeShows) {
  const auto transform = make_vq_vae_transform(coder_of_files());
  EXPECT_EQ(transform->levels(), 3);
  EXPECT_EQ(transform->coarsest_stride(), 8);
  EXPECT_EQ(transform->margin() % 8, 0);
  const auto picture = noise_picture(333, 45);  // no multiples of the stride
  const codec::Rectangle whole{0, 0, 333, 45}, part{160, 8, 40, 37};
  const auto maps = maps_of(*transform, picture, whole);
  const auto own = maps_of(*transform, picture, part);
  for (std::size_t l = 0; l < 3; ++l) {
    const int stride = 8 >> l;
    for (int y = 0; y < own[l].height; ++y)
      for (int x = 0; x < own[l].width; ++x)
        ASSERT_EQ(own[l].codes[own[l].index(y * own[l].width + x, 0)],
                  maps[l].codes[maps[l].index(
                      (y + part.y / stride) * maps[l].width + x + part.x / stride, 0)])
            << l << " " << x << " " << y;
  }
  const auto shown = transform->synthesise(maps, {}, 333, 45, whole, 0, 1);
  const auto cut = transform->synthesise(maps, {}, 333, 45, part, 0, 1);
  for (int y = 0; y < part.height; ++y)
    for (int i = 0; i < 3 * part.width; ++i)  // floats may round another way
      ASSERT_NEAR(cut.pixels[static_cast<std::size_t>(y * 3 * part.width + i)],
                  shown.pixels[static_cast<std::size_t>(((y + part.y) * 333 + part.x) * 3 + i)], 1);
}

// The whole way: picture, codes, file, codes, picture.
TEST(VqVaeTransform, CodesGoThroughAFileUnharmed) {
  torch::NoGradGuard no_grad;
  const auto coder = coder_of_files();
  const auto model = model_file(*coder);
  const auto transform = make_vq_vae_transform(model.networks, "auto");
  const auto picture = noise_picture(48, 40);
  const auto bytes = codec::compress(picture, model, *transform, {.quality = 1});
  const auto codes = coder->codes_of(tensor_of(picture));
  const auto file = codec::read_file(bytes, /*max_pixels=*/48 * 40);
  const auto decoded = codec::TileDecoder(file, model).decode(/*tile=*/0, /*levels=*/3);
  for (std::size_t l = 0; l < 3; ++l) {
    const auto& read = decoded.maps[l].codes;
    const auto written = codes[l].to(torch::kInt32).flatten().contiguous();
    EXPECT_TRUE(std::equal(read.begin(), read.end(), written.data_ptr<int>(),
                           written.data_ptr<int>() + written.numel()))
        << l;
    EXPECT_TRUE(decoded.maps[l].escapes.empty());
  }
  for (const int levels : {1, 2, 3}) {
    const auto expected = coder->pictures_of(codes, levels).clamp(0, 1) * 255;
    const auto restored = codec::decompress(bytes, model, *transform, {.levels = levels});
    EXPECT_LE((tensor_of(restored) * 255 - expected).abs().max().item<float>(), 0.501) << levels;
  }
}

TEST(VqVaeTransform, RefusesWhatItsCodesCannotBe) {
  const auto transform = make_vq_vae_transform(coder_of_files());
  const codec::Rectangle whole{0, 0, 16, 8};
  auto maps = maps_of(*transform, noise_picture(16, 8), whole);
  auto cells = codec::make_cells(16, 8, 8);
  EXPECT_NO_THROW(transform->synthesise(maps, cells, 16, 8, whole, 0, 1));
  cells.plain[1] = 1;
  EXPECT_EQ(kind_of_failure([&] { transform->synthesise(maps, cells, 16, 8, whole, 0, 1); }),
            ErrorKind::kCorrupt);
  auto beyond = maps;
  beyond[2].codes.back() = kCodewords;
  EXPECT_EQ(kind_of_failure([&] { transform->synthesise(beyond, {}, 16, 8, whole, 0, 1); }),
            ErrorKind::kCorrupt);
  auto narrower = maps, lower = maps;
  narrower[1].width = 3;
  lower[1].height = 1;
  for (const auto& smaller : {narrower, lower})
    EXPECT_EQ(kind_of_failure([&] { transform->synthesise(smaller, {}, 16, 8, whole, 0, 1); }),
              ErrorKind::kCorrupt);
}

// By hand, of levels at strides 8 and 4: 6 channels, 3 between two halvings and within a block, 12
// codewords of 4 values.
TEST(VqVaeTransform, CountsItsProducts) {
  torch::manual_seed(6);
  VqVae model(small_options(/*levels=*/2, /*halvings=*/2, kCodewords), PictureShape{3, 8, 8});
  const auto counted = model.multiply_adds();
  const double block = 9 * 6 * 3 + 3 * 6, codebook = kCodewords * 4;
  const double finer_encoder = 16 * 3 * 3 / 4.0 + (16 * 3 * 6 + 9 * 6 * 6 + block) / 16;
  const double coarser_encoder = (16 * 6 * 6 + 9 * 6 * 6 + block) / 64;
  const double from_above = (9 * 4 * 6 + block + 16 * 6 * 6) / 64;
  EXPECT_DOUBLE_EQ(counted.analysis, finer_encoder + (2 * 6 * 4 + codebook) / 16 + coarser_encoder +
                                         (6 * 4 + codebook) / 64 + from_above);
  EXPECT_DOUBLE_EQ(counted.synthesis, (9 * 8 * 6 + block + 16 * 6 * 3) / 16 + 16 * 3 * 3 / 4.0);
}

}  // namespace
}  // namespace vqcodec::models
