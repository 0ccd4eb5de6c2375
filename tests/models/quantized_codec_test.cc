#include "models/quantized_codec.h"

#include <gtest/gtest.h>

#include "entropy/error.h"
#include "models/vq_transform.h"
#include "tests/models/small_codec.h"

namespace vqcodec::models {
namespace {

codec::Image noise_picture(int width, int height) {
  codec::Image image;
  image.width = width;
  image.height = height;
  image.channels = 3;
  auto rng = make_rng(9, 9);
  for (int i = 0; i < width * height * 3; ++i)
    image.pixels.push_back(static_cast<std::uint8_t>(draw(rng, 256)));
  return image;
}

TEST(QuantizedCodec, BytesGiveBackTheSameBytes) {
  const auto bytes = write_codec(small_codec());
  EXPECT_EQ(write_codec(read_codec(bytes)), bytes);
}

TEST(QuantizedCodec, RefusesCutAndChangedBytes) {
  const auto bytes = write_codec(small_codec());
  for (const double share : {0.0, 0.001, 0.3, 0.9, 0.9999}) {
    const auto size = static_cast<std::size_t>(share * static_cast<double>(bytes.size()));
    EXPECT_THROW(read_codec({bytes.data(), size}), Error) << size;
  }
  auto changed = bytes;
  changed[0] = 0xFF;
  EXPECT_THROW(read_codec(changed), Error);
}

// The prior's codes must be those of the networks' codebooks.
TEST(VqTransform, RefusesCodesOfAnotherModel) {
  const auto codec = small_codec();
  const auto groups = static_cast<int>(codec.quantizers[0][1].groups.size());
  const auto transform = make_vq_transform(read_codec(write_codec(codec)), codec::Tuning::kPsnr,
                                           torch::Device(torch::kCPU));
  const codec::Rectangle whole{0, 0, 64, 64};
  const auto restored = [&](int of_groups, int side, std::uint16_t code, int quality) {
    entropy::CodeMap map{side, side, of_groups, {}, {}};
    map.codes.assign(static_cast<std::size_t>(side * side * of_groups), code);
    return transform->synthesise({&map, 1}, {}, 64, 64, whole, quality, 1);
  };
  EXPECT_NO_THROW(restored(groups, 2, 0, 1));
  EXPECT_THROW(restored(groups + 1, 2, 0, 1), Error);
  EXPECT_THROW(restored(groups, 1, 0, 1), Error);
  EXPECT_THROW(restored(groups, 2, 999, 1), Error);
  EXPECT_THROW(restored(groups, 2, 0, 2), Error);
  const auto analysis = transform->analyse(noise_picture(64, 64), nullptr, whole, 1, 1);
  const std::vector<std::uint32_t> lengths(1, 1024);
  EXPECT_THROW(analysis->source(0, 1).choose(0, 0, lengths), Error);
  EXPECT_THROW(analysis->source(0, 1).choose_plain(0, groups, 0), Error);
}

// A window of the picture is analysed and synthesised as in the whole.
TEST(VqTransform, WindowsAgreeWithTheWholePicture) {
  const auto transform =
      make_vq_transform(small_codec(), codec::Tuning::kPsnr, torch::Device(torch::kCPU));
  const auto picture = noise_picture(200, 150);
  const codec::Rectangle whole{0, 0, 200, 150}, window{64, 96, 136, 54};
  auto plain = codec::make_cells(200, 150, 32);
  plain.plain[1 * 7 + 2] = plain.plain[3 * 7 + 4] = 1;
  const auto all = transform->analyse(picture, &plain, whole, 1, 1);
  const auto part = transform->analyse(picture, &plain, window, 1, 1);
  std::vector<entropy::CodeMap> maps;
  const std::vector<std::uint32_t> lengths(1025, 1024);
  for (int level = 0; level < 3; ++level) {
    const int height = 5 << level, width = 7 << level, y0 = 3 << level, x0 = 2 << level;
    auto& all_codes = all->source(level, 1);
    auto& part_codes = part->source(level, 1);
    const auto bytes = write_codec(small_codec());
    const auto groups = static_cast<int>(
        read_codec(bytes).quantizers[static_cast<std::size_t>(level)][1].groups.size());
    entropy::CodeMap map{height, width, groups, {}, {}};
    for (int position = 0; position < height * width; ++position)
      for (int g = 0; g < groups; ++g) {
        const auto choice = all_codes.choose(position, g, lengths);
        const int y = position / width - y0, x = position % width - x0;
        if (y >= 0 && x >= 0) {
          const auto same = part_codes.choose(y * (width - x0) + x, g, lengths);
          EXPECT_EQ(same.code, choice.code);
        }
        if (choice.escaped)
          map.escapes.push_back({static_cast<std::uint32_t>(map.codes.size()), choice.remainder});
        map.codes.push_back(static_cast<std::uint16_t>(choice.code));
      }
    maps.push_back(map);
  }
  const auto restored = transform->synthesise(maps, plain, 200, 150, whole, 1, 1);
  const auto cut = transform->synthesise(maps, plain, 200, 150, window, 1, 1);
  for (int y = 0; y < window.height; ++y)
    for (int x = 0; x < window.width * 3; ++x) {
      const auto at = static_cast<std::size_t>(((y + window.y) * 200 + window.x) * 3 + x);
      EXPECT_EQ(cut.pixels[static_cast<std::size_t>(y * window.width * 3 + x)],
                restored.pixels[at]);
    }
}

}  // namespace
}  // namespace vqcodec::models
