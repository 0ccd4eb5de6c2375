// What the C API refuses, with which status, and that it says why in one line.
#include <limits>

#include "codec/codec.h"
#include "tests/codec/csv.h"
#include "tests/codec/files.h"
#include "tests/codec/test_pictures.h"
#include "tests/library/c_fixture.h"

namespace vqcodec::library {
namespace {

using testing::test_picture;

class Refusals : public CLibrary {
 protected:
  const codec::Image picture = test_picture(70, 40);
  const Bytes file = compressed(view(picture));
};

void expect_one_line() {
  const std::string message = vqcodec_message();
  EXPECT_FALSE(message.empty());
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

TEST_F(Refusals, DamagedFilesGiveTheExitCodesOfTheProgram) {
  const auto golden_model = codec::testdata("golden/tiny.vqm").string();
  for (const auto& row : codec::read_csv(codec::testdata("corrupt/kinds.csv"))) {
    const auto path = codec::testdata("corrupt") / row.at("file");
    const bool is_model = path.extension() == ".vqm";
    const auto model = is_model ? path.string() : golden_model;
    const auto damaged = is_model ? codec::testdata("golden/plain.vqc") : path;
    const auto program =
        sandbox.run("vqcodec decompress -f -o a.png --model " + model + " " + damaged.string());
    ASSERT_GT(program.exit_code, 2) << path;
    auto* const other = make_context(model);
    auto bytes = codec::file_bytes(damaged);
    const auto size = bytes.size();
    bytes.resize(size + 1);  // an empty file has an address as well
    auto image = sized<vqcodec_image>();
    EXPECT_EQ(vqcodec_decompress(other, bytes.data(), size, nullptr, &image), program.exit_code)
        << path;
    EXPECT_EQ(image.pixels, nullptr);
    EXPECT_NE(program.err.find(vqcodec_message()), std::string::npos) << program.err;
    expect_one_line();
    vqcodec_context_free(other);
  }
}

TEST_F(Refusals, EveryCutAndEveryDamagedByteIsReported) {
  for (std::size_t size = 1; size < file.size(); size += 7)
    EXPECT_EQ(decompressed({file.begin(), file.begin() + std::ptrdiff_t(size)}).status,
              VQCODEC_CORRUPT)
        << size;
  for (std::size_t i = 0; i < file.size(); i += 11) {
    auto damaged = file;
    damaged[i] ^= 0x40;
    EXPECT_EQ(decompressed(damaged).status, VQCODEC_CORRUPT) << i;
  }
}

TEST_F(Refusals, MissingNetworksAndModelsAreUnsupported) {
  vqcodec_context_free(context);
  ::setenv("VQCODEC_NETWORKS", "/nowhere/networks.so", /*overwrite=*/1);
  context = make_context(model_path);
  Bytes bytes;
  EXPECT_EQ(compress(view(picture), nullptr, bytes), VQCODEC_UNSUPPORTED);
  expect_one_line();
  EXPECT_EQ(decompressed(file).status, VQCODEC_UNSUPPORTED);
  vqcodec_context_free(context);
  sandbox.write("other.vqm", codec::write_model(testing::tiny_model(99)));
  context = make_context(sandbox.path("other.vqm").string());
  EXPECT_EQ(decompressed(file).status, VQCODEC_UNSUPPORTED);
  vqcodec_context_free(context);
  context = make_context("/nowhere/model.vqm");
  EXPECT_EQ(compress(view(picture), nullptr, bytes), VQCODEC_RESOURCE);
}

TEST_F(Refusals, APictureThatIsNone) {
  const auto expect = [&](vqcodec_status status, auto&& change) {
    auto image = view(picture);
    change(image);
    Bytes bytes;
    EXPECT_EQ(compress(image, nullptr, bytes), status) << vqcodec_message();
    expect_one_line();
  };
  expect(VQCODEC_USAGE, [](auto& image) { image.width = 0; });
  expect(VQCODEC_USAGE, [](auto& image) { image.height = 0; });
  expect(VQCODEC_USAGE, [](auto& image) { image.pixels = nullptr; });
  expect(VQCODEC_USAGE, [](auto& image) { image.stride = 3 * 70 - 1; });
  expect(VQCODEC_USAGE, [](auto& image) { image.source_bits = 17; });
  expect(VQCODEC_USAGE, [](auto& image) { image.source_bits = -1; });
  expect(VQCODEC_UNSUPPORTED, [](auto& image) { image.width = 0xFFFFFFFF; });
  for (const int layout : {0, 5, -1, std::numeric_limits<int>::max()})
    expect(VQCODEC_USAGE, [=](auto& image) { std::memcpy(&image.layout, &layout, sizeof layout); });
  const vqcodec_metadata pieces[] = {{.type = "abc", .bytes = "", .size = 0},
                                     {.type = "iCCP", .bytes = nullptr, .size = 1}};
  for (const auto& piece : pieces)
    expect(VQCODEC_USAGE, [&](auto& image) {
      image.metadata = &piece;
      image.metadata_count = 1;
    });
  expect(VQCODEC_USAGE, [](auto& image) { image.metadata_count = 1; });
}

TEST_F(Refusals, OptionsThatMakeNoSense) {
  const auto expect = [&](auto&& change) {
    auto options = sized<vqcodec_compress_options>();
    change(options);
    Bytes bytes;
    EXPECT_EQ(compress(view(picture), &options, bytes), VQCODEC_USAGE);
    expect_one_line();
  };
  expect([](auto& options) { options.quality = 9; });
  expect([](auto& options) { options.quality = -1; });
  expect([](auto& options) { options.threads = -1; });
  expect([](auto& options) { options.target_bpp = -1; });
  expect([](auto& options) { options.target_bpp = std::numeric_limits<double>::quiet_NaN(); });
  expect([](auto& options) { options.target_size_bytes = 1; });
  expect([](auto& options) { options.target_psnr_db = 99; });
  expect([](auto& options) { options.target_psnr_db = options.target_bpp = 1; });
  expect([this](auto& options) {
    options.quality = 1;
    options.target_size_bytes = file.size();  // either alone can be had
  });
}

TEST_F(Refusals, PartsThatAreNotThere) {
  const auto expect = [&](vqcodec_status status, auto&& change) {
    auto options = sized<vqcodec_decompress_options>();
    change(options);
    EXPECT_EQ(decompressed(file, &options).status, status);
  };
  expect(VQCODEC_USAGE, [](auto& options) { options.levels = 4; });
  expect(VQCODEC_USAGE, [](auto& options) { options.levels = -1; });
  expect(VQCODEC_USAGE, [](auto& options) { options.crop_x = 1; });
  expect(VQCODEC_USAGE, [](auto& options) { options.crop_width = 1; });
  expect(VQCODEC_USAGE, [](auto& options) { options.crop_width = options.crop_height = 71; });
  expect(VQCODEC_USAGE, [](auto& options) {
    options.crop_width = options.crop_height = std::numeric_limits<std::uint32_t>::max();
  });
  EXPECT_NE(std::string(vqcodec_message()).find("4294967295"), std::string::npos);
  expect(VQCODEC_RESOURCE, [](auto& options) { options.max_pixels = 70 * 40 - 1; });
  expect(VQCODEC_OK, [](auto& options) { options.max_pixels = 70 * 40; });
}

TEST_F(Refusals, ContextsThatCannotBe) {
  const auto expect = [](auto&& change) {
    auto options = sized<vqcodec_context_options>();
    change(options);
    auto* none = reinterpret_cast<vqcodec_context*>(&options);
    EXPECT_EQ(vqcodec_context_new(&options, &none), VQCODEC_USAGE);
    EXPECT_EQ(none, nullptr);
    expect_one_line();
  };
  expect([](auto& options) { options.device = "abacus"; });
  expect([](auto& options) { options.allocator.release = [](void*, void*) {}; });
  expect([](auto& options) {
    options.model_path = "a.vqm";
    options.tuning = VQCODEC_TUNE_MS_SSIM;
  });
  expect([](auto& options) { options.struct_size = 0; });
}

TEST_F(Refusals, NullWhereSomethingIsNeeded) {
  auto image = view(picture);
  void* bytes = nullptr;
  std::size_t size = 0;
  auto info = sized<vqcodec_info>();
  EXPECT_EQ(vqcodec_context_new(nullptr, nullptr), VQCODEC_USAGE);
  EXPECT_EQ(vqcodec_compress(nullptr, &image, nullptr, &bytes, &size), VQCODEC_USAGE);
  EXPECT_EQ(vqcodec_compress(context, nullptr, nullptr, &bytes, &size), VQCODEC_USAGE);
  EXPECT_EQ(vqcodec_compress(context, &image, nullptr, nullptr, &size), VQCODEC_USAGE);
  EXPECT_EQ(vqcodec_compress(context, &image, nullptr, &bytes, nullptr), VQCODEC_USAGE);
  EXPECT_EQ(vqcodec_decompress(nullptr, file.data(), file.size(), nullptr, &image), VQCODEC_USAGE);
  EXPECT_EQ(vqcodec_decompress(context, nullptr, 9, nullptr, &image), VQCODEC_USAGE);
  EXPECT_EQ(image.pixels, nullptr);  // nothing to free, whatever was there before
  EXPECT_EQ(vqcodec_decompress(context, file.data(), file.size(), nullptr, nullptr), VQCODEC_USAGE);
  EXPECT_EQ(vqcodec_inspect(file.data(), file.size(), nullptr), VQCODEC_USAGE);
  EXPECT_EQ(vqcodec_inspect(nullptr, 9, &info), VQCODEC_USAGE);
  vqcodec_free(context, nullptr);
  vqcodec_free(nullptr, nullptr);
  vqcodec_context_free(nullptr);
}

// A program of a later header: its new members are 0, or ask for what is not there yet.
TEST_F(Refusals, StructuresOfALaterHeaderWorkWhileTheirNewMembersAreZero) {
  struct Later {
    vqcodec_compress_options options;
    std::uint64_t added;
  } later{};
  later.options.struct_size = sizeof later;
  Bytes bytes;
  EXPECT_EQ(compress(view(picture), &later.options, bytes), VQCODEC_OK);
  EXPECT_EQ(bytes, file);
  later.added = 1;
  EXPECT_EQ(compress(view(picture), &later.options, bytes), VQCODEC_UNSUPPORTED);

  struct LaterInfo {
    vqcodec_info info;
    std::uint64_t added;
  } info{};
  info.info.struct_size = sizeof info;
  info.added = 7;
  EXPECT_EQ(vqcodec_inspect(file.data(), file.size(), &info.info), VQCODEC_OK);
  EXPECT_EQ(info.info.struct_size, sizeof info);
  EXPECT_EQ(info.info.width, 70U);
  EXPECT_EQ(info.added, 7U);
}

TEST_F(Refusals, AStructureWithoutItsSizeIsRefused) {
  auto image = view(picture);
  image.struct_size = 0;
  Bytes bytes;
  EXPECT_EQ(compress(image, nullptr, bytes), VQCODEC_USAGE);
  EXPECT_NE(std::string(vqcodec_message()).find("image->struct_size is 0"), std::string::npos);
  EXPECT_EQ(vqcodec_decompress(context, file.data(), file.size(), nullptr, &image), VQCODEC_USAGE);
  vqcodec_info info{};
  EXPECT_EQ(vqcodec_inspect(file.data(), file.size(), &info), VQCODEC_USAGE);
}

}  // namespace
}  // namespace vqcodec::library
