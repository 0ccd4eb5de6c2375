// Pictures through the C API and back: the bytes of the program, the pixels of the C++ below.
#include <thread>

#include "codec/codec.h"
#include "tests/codec/fake_transform.h"
#include "tests/codec/test_pictures.h"
#include "tests/library/c_fixture.h"
#include "tests/library/c_round_trip.h"

namespace vqcodec::library {
namespace {

using testing::test_picture;
using testing::with_alpha;
using testing::with_metadata;

// What the C++ decodes it to.
codec::Image expected(const Bytes& file, const codec::DecompressOptions& options = {}) {
  testing::FakeTransform transform;
  return codec::decompress(file, testing::tiny_model(), transform, options);
}

Bytes interleaved(const codec::Image& picture) {
  Bytes samples;
  const auto channels = static_cast<std::size_t>(picture.channels);
  for (std::size_t i = 0; i < picture.area(); ++i) {
    for (std::size_t c = 0; c < channels; ++c) samples.push_back(picture.pixels[channels * i + c]);
    if (!picture.alpha.empty()) samples.push_back(picture.alpha[i]);
  }
  return samples;
}

class RoundTrip : public CLibrary {};

TEST_F(RoundTrip, AFileCompiledAsCCallsIt) {
  const char* const failure = c_round_trip(model_path.c_str());
  EXPECT_EQ(failure, nullptr) << failure;
}

TEST_F(RoundTrip, TheVersionIsTheHeaders) {
  EXPECT_EQ(vqcodec_version(), std::to_string(VQCODEC_VERSION_MAJOR) + "." +
                                   std::to_string(VQCODEC_VERSION_MINOR) + "." +
                                   std::to_string(VQCODEC_VERSION_PATCH));
}

TEST_F(RoundTrip, TheBytesAreThoseOfTheProgram) {
  auto picture = with_metadata(with_alpha(test_picture(100, 70)));
  picture.metadata = {{"gAMA", {0, 0, 0xB1, 0x8F}}};  // what a PNG can hold
  sandbox.write_image("a.png", picture);
  const auto pixels = interleaved(picture);
  auto image = view(pixels, 100, 70, VQCODEC_RGBA);
  const vqcodec_metadata gamma = {.type = "gAMA", .bytes = "\0\0\xB1\x8F", .size = 4};
  image.metadata = &gamma;
  image.metadata_count = 1;
  auto options = sized<vqcodec_compress_options>();
  for (const auto& [words, set] :
       std::initializer_list<std::pair<const char*, void (*)(vqcodec_compress_options&)>>{
           {"", [](auto&) {}},
           {"-q 1", [](auto& o) { o.quality = 1; }},
           {"--strip", [](auto& o) { o.strip = 1; }},
           {"--target-size 500", [](auto& o) { o.target_size_bytes = 500; }},
           {"--target-bpp 0.6", [](auto& o) { o.target_bpp = 0.6; }},
           {"--target-psnr 22", [](auto& o) { o.target_psnr_db = 22; }}}) {
    options = sized<vqcodec_compress_options>();
    set(options);
    const auto outcome = sandbox.run(std::string("vqcodec compress -f a.png ") + words);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(compressed(image, options), sandbox.read("a.vqc")) << words;
  }
}

TEST_F(RoundTrip, EveryLayoutComesBackAsItWas) {
  for (const int channels : {1, 3})
    for (const bool alpha : {false, true}) {
      auto picture = test_picture(45, 33, channels);
      if (alpha) picture = with_alpha(picture);
      const auto layout = static_cast<vqcodec_layout>(channels + alpha);
      const auto file = compressed(view(interleaved(picture), 45, 33, layout));
      const auto result = decompressed(file);
      EXPECT_EQ(result.image.layout, layout);
      EXPECT_EQ(result.image.width, 45U);
      EXPECT_EQ(result.image.height, 33U);
      EXPECT_EQ(result.pixels, interleaved(expected(file)));
    }
}

TEST_F(RoundTrip, RowsMayHaveGaps) {
  const auto pixels = interleaved(with_alpha(test_picture(20, 10)));
  constexpr std::size_t kRow = 4 * 20, kStride = kRow + 13;
  Bytes apart(kStride * 10, 0xAA);
  for (std::size_t y = 0; y < 10; ++y)
    std::copy_n(pixels.data() + y * kRow, kRow, apart.data() + y * kStride);
  auto image = view(apart, 20, 10, VQCODEC_RGBA);
  image.stride = kStride;
  EXPECT_EQ(compressed(image), compressed(view(pixels, 20, 10, VQCODEC_RGBA)));
}

TEST_F(RoundTrip, AWiderLayoutRepeatsGreyAndIsOpaque) {
  const auto picture = test_picture(30, 30, 1);
  const auto file = compressed(view(picture));
  const auto grey = expected(file).pixels;
  auto options = sized<vqcodec_decompress_options>();
  options.layout = VQCODEC_RGBA;
  const auto result = decompressed(file, &options);
  Bytes wide;
  for (const auto sample : grey) wide.insert(wide.end(), {sample, sample, sample, 255});
  EXPECT_EQ(result.image.layout, VQCODEC_RGBA);
  EXPECT_EQ(result.pixels, wide);
}

TEST_F(RoundTrip, ALayoutThatLosesSomethingIsRefused) {
  const auto color = compressed(view(test_picture(20, 20)));
  const auto alpha = compressed(
      view(interleaved(with_alpha(test_picture(20, 20, 1))), 20, 20, VQCODEC_GREY_ALPHA));
  auto options = sized<vqcodec_decompress_options>();
  options.layout = VQCODEC_GREY_ALPHA;
  EXPECT_EQ(decompressed(color, &options).status, VQCODEC_USAGE);
  EXPECT_EQ(decompressed(alpha, &options).status, VQCODEC_OK);
  options.layout = VQCODEC_RGB;
  EXPECT_EQ(decompressed(alpha, &options).status, VQCODEC_USAGE);
}

TEST_F(RoundTrip, MetadataAndSourceBitsAreKept) {
  const auto picture = with_metadata(test_picture(33, 20));
  std::vector<vqcodec_metadata> pieces;
  for (const auto& piece : picture.metadata) {
    pieces.push_back({.type = {}, .bytes = piece.bytes.data(), .size = piece.bytes.size()});
    piece.type.copy(pieces.back().type, 4);
  }
  auto image = view(picture);
  image.metadata = pieces.data();
  image.metadata_count = pieces.size();
  image.source_bits = 16;
  const auto result = decompressed(compressed(image));
  EXPECT_EQ(result.metadata, picture.metadata);
  EXPECT_EQ(result.image.source_bits, 16);
}

TEST_F(RoundTrip, PartsAndCoarsePicturesAreThoseOfTheCodec) {
  const auto file = compressed(view(test_picture(150, 100)));
  auto options = sized<vqcodec_decompress_options>();
  options.crop_x = 40;
  options.crop_y = 30;
  options.crop_width = 50;
  options.crop_height = 20;
  EXPECT_EQ(decompressed(file, &options).pixels,
            expected(file, {.crop = codec::Rectangle{40, 30, 50, 20}}).pixels);
  options = sized<vqcodec_decompress_options>();
  options.levels = 1;
  EXPECT_EQ(decompressed(file, &options).pixels, expected(file, {.levels = 1}).pixels);
  EXPECT_NE(decompressed(file, &options).pixels, expected(file).pixels);
}

TEST_F(RoundTrip, InspectTellsTheHeaderAndHowMuchOfACutFileIsThere) {
  const auto file = compressed(view(test_picture(70, 50)));
  const auto summary = codec::inspect(file);
  auto info = sized<vqcodec_info>();
  ASSERT_EQ(vqcodec_inspect(file.data(), file.size(), &info), VQCODEC_OK);
  EXPECT_EQ(info.format_version, summary.version);
  EXPECT_EQ(info.width, 70U);
  EXPECT_EQ(info.height, 50U);
  EXPECT_EQ(info.layout, VQCODEC_RGB);
  EXPECT_EQ(info.source_bits, 8);
  EXPECT_EQ(info.quality, testing::kTinyQualities);  // the best at or below 5
  EXPECT_EQ(info.model_fingerprint, testing::tiny_model().fingerprint);
  EXPECT_EQ(info.levels, testing::kTinyLevels);
  EXPECT_EQ(info.whole_levels, testing::kTinyLevels);
  EXPECT_EQ(info.size_bytes, file.size());
  ASSERT_EQ(vqcodec_inspect(file.data(), file.size() - 1, &info), VQCODEC_OK);
  EXPECT_EQ(info.whole_levels, testing::kTinyLevels - 1);
}

// Calls that share a context overlap, and each thread has its own message.
TEST_F(RoundTrip, ThreadsShareAContext) {
  const auto picture = test_picture(90, 60);
  const auto file = compressed(view(picture));
  const auto pixels = decompressed(file).pixels;
  EXPECT_EQ(decompressed({1, 2, 3}).status, VQCODEC_CORRUPT);
  const std::string message = vqcodec_message();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      EXPECT_STREQ(vqcodec_message(), "");
      EXPECT_EQ(compressed(view(picture)), file);
      EXPECT_EQ(decompressed(file).pixels, pixels);
      EXPECT_EQ(decompressed({}).status, VQCODEC_USAGE);
    });
  threads.clear();
  EXPECT_EQ(vqcodec_message(), message);
}

}  // namespace
}  // namespace vqcodec::library
