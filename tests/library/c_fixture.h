// tests/library/c_fixture.h: the C API with networks of ten lines and a model that fits them.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "codec/image.h"
#include "tests/codec/tiny_model.h"
#include "tests/tools/sandbox.h"
#include "tools/library/vqcodec.h"

namespace vqcodec::library {

using Bytes = std::vector<std::uint8_t>;

template <typename Struct>
Struct sized() {
  Struct result{};
  result.struct_size = sizeof result;
  return result;
}

class CLibrary : public ::testing::Test {
 protected:
  CLibrary() {
    ::setenv("VQCODEC_NETWORKS", VQCODEC_FAKE_NETWORKS, /*overwrite=*/1);
    sandbox.write("tiny.vqm", codec::write_model(testing::tiny_model()));
    context = make_context(model_path);
  }
  ~CLibrary() override { vqcodec_context_free(context); }

  static vqcodec_context* make_context(const std::string& model,
                                       const vqcodec_allocator& allocator = {}) {
    auto options = sized<vqcodec_context_options>();
    options.model_path = model.c_str();
    options.allocator = allocator;
    vqcodec_context* result = nullptr;
    EXPECT_EQ(vqcodec_context_new(&options, &result), VQCODEC_OK) << vqcodec_message();
    return result;
  }

  // Of any interleaved samples.
  static vqcodec_image view(const Bytes& pixels, std::uint32_t width, std::uint32_t height,
                            vqcodec_layout layout) {
    auto image = sized<vqcodec_image>();
    image.width = width;
    image.height = height;
    image.layout = layout;
    image.pixels = const_cast<std::uint8_t*>(pixels.data());
    return image;
  }
  static vqcodec_image view(const codec::Image& picture) {
    return view(picture.pixels, static_cast<std::uint32_t>(picture.width),
                static_cast<std::uint32_t>(picture.height),
                picture.channels == 3 ? VQCODEC_RGB : VQCODEC_GREY);
  }

  vqcodec_status compress(const vqcodec_image& image, const vqcodec_compress_options* options,
                          Bytes& file) const {
    void* bytes = nullptr;
    std::size_t size = 0;
    const auto status = vqcodec_compress(context, &image, options, &bytes, &size);
    EXPECT_EQ(bytes != nullptr, status == VQCODEC_OK);
    const auto* const first = static_cast<const std::uint8_t*>(bytes);
    file.assign(first, first + size);
    vqcodec_free(context, bytes);
    return status;
  }
  Bytes compressed(const vqcodec_image& image,
                   const vqcodec_compress_options& options = sized<vqcodec_compress_options>()) {
    Bytes file;
    EXPECT_EQ(compress(image, &options, file), VQCODEC_OK) << vqcodec_message();
    return file;
  }

  // A decompressed picture, freed as it should be.
  struct Picture {
    vqcodec_status status = VQCODEC_INTERNAL;
    vqcodec_image image = sized<vqcodec_image>();
    Bytes pixels;
    std::vector<codec::Metadata> metadata;
  };
  Picture decompressed(const Bytes& file,
                       const vqcodec_decompress_options* options = nullptr) const {
    Picture result;
    auto& image = result.image;
    result.status = vqcodec_decompress(context, file.data(), file.size(), options, &image);
    EXPECT_EQ(image.pixels != nullptr, result.status == VQCODEC_OK);
    if (image.pixels == nullptr) return result;
    EXPECT_EQ(image.stride, 0U);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(image.metadata) % alignof(vqcodec_metadata), 0U);
    result.pixels.assign(image.pixels,
                         image.pixels + std::size_t{image.width} * image.height * image.layout);
    for (std::size_t i = 0; i < image.metadata_count; ++i) {
      const auto* const first = static_cast<const std::uint8_t*>(image.metadata[i].bytes);
      result.metadata.push_back({image.metadata[i].type, {first, first + image.metadata[i].size}});
    }
    vqcodec_free(context, image.pixels);
    return result;
  }

  tools::Sandbox sandbox;
  const std::string model_path = sandbox.path("tiny.vqm").string();
  vqcodec_context* context = nullptr;
};

}  // namespace vqcodec::library
