// The transform with real codebooks, and the engines that may run its networks against each other.
#include "models/inference/codec_transform.h"

#include <gtest/gtest.h>

#include "entropy/error.h"
#include "models/vq_transform.h"
#include "tests/models/noise_picture.h"
#include "tests/models/small_codec.h"

namespace vqcodec::models {
namespace {

// Networks whose every layer does something.
QuantizedCodec busy_codec() {
  auto codec = small_codec();
  torch::NoGradGuard no_grad;
  torch::manual_seed(4);
  for (const auto& item : codec.networks->named_parameters())
    if (item.key().find(".") != std::string::npos)
      item.value().add_(0.03 * torch::randn_like(item.value()));
  return codec;
}

// The largest difference, as a share of the reference's largest value.
double difference(const Grid& test, const Grid& reference) {
  EXPECT_EQ(test.values.size(), reference.values.size());
  float largest = 0, value = 0;
  for (std::size_t i = 0; i < test.values.size(); ++i) {
    largest = std::max(largest, std::abs(test.values[i] - reference.values[i]));
    value = std::max(value, std::abs(reference.values[i]));
  }
  return static_cast<double>(largest / value);
}

// Both engines, at both precisions, compute the same networks: at float32 to its rounding, in
// bfloat16 to that of the layers.
TEST(Engines, AgreeOnAllThatTheNetworksCompute) {
  const auto bytes = write_codec(busy_codec());
  const auto file = read_network_file(bytes);
  const auto torch_networks = [&](torch::ScalarType compute) {
    return make_torch_networks(read_codec(bytes).networks, torch::kCPU, compute);
  };
  const auto reference = torch_networks(torch::kFloat32);
  auto picture = make_grid(96, 160, 3);
  auto rng = make_rng(5, 5);
  for (auto& value : picture.values) value = static_cast<float>(draw(rng, 256)) / 255;
  std::vector<std::uint8_t> some(12 * 20, 1);
  for (std::size_t i = 0; i < some.size(); ++i) some[i] = i % 20 < 12 || i / 20 >= 8;
  struct Engine {
    std::unique_ptr<Networks> networks;
    double allowed;  // difference
  };
  std::vector<Engine> engines;
  engines.push_back({make_cpu_networks(file, Precision::kFloat32), 3e-6});
  engines.push_back({make_cpu_networks(file, Precision::kFast), 0.01});
  engines.push_back({torch_networks(fast_type(torch::kCPU)), 0.01});
  for (const auto& active : {std::vector<std::uint8_t>(), some})
    for (const int quality : {0, 1}) {
      const auto levels = reference->analyse(picture, quality, active, 1);
      const auto restored = reference->synthesise(levels, quality, active, 1);
      for (std::size_t e = 0; e < engines.size(); ++e) {
        SCOPED_TRACE(e);
        const auto own = engines[e].networks->analyse(picture, quality, active, 1);
        for (std::size_t l = 0; l < levels.size(); ++l)
          EXPECT_LT(difference(own[l], levels[l]), engines[e].allowed) << l;
        const auto pixels = engines[e].networks->synthesise(levels, quality, active, 1);
        EXPECT_LT(difference(pixels, restored), engines[e].allowed);
      }
    }
}

// The whole codec: what one engine wrote, the other shows as the first would, within one grey level
// nearly everywhere and two anywhere.
TEST(Engines, ShowTheSamePicture) {
  const auto bytes = write_codec(busy_codec());
  const auto own = make_cpu_transform(bytes, codec::Tuning::kPsnr);
  const auto other = make_vq_transform(bytes, codec::Tuning::kPsnr, "cpu");
  const codec::Rectangle whole{0, 0, 160, 96};
  auto cells = codec::make_cells(160, 96, 32);
  cells.plain[7] = 1;
  const auto analysis = own->analyse(noise_picture(160, 96), &cells, whole, 1, 1);
  std::vector<entropy::CodeMap> maps;
  const std::vector<std::uint32_t> lengths(1025, 1024);
  const auto file = read_network_file(bytes);
  for (int level = 0; level < 3; ++level) {
    const auto groups =
        static_cast<int>(file.levels[static_cast<std::size_t>(level)].quantizers[1].groups.size());
    entropy::CodeMap map{3 << level, 5 << level, groups, {}, {}};
    for (int i = 0; i < map.height * map.width * groups; ++i) {
      const auto choice = analysis->source(level, 1).choose(i / groups, i % groups, lengths);
      map.codes.push_back(static_cast<std::uint16_t>(choice.code));
    }
    maps.push_back(map);
  }
  const auto a = own->synthesise(maps, cells, 160, 96, whole, 1, 1);
  const auto b = other->synthesise(maps, cells, 160, 96, whole, 1, 1);
  int beyond_one = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    const int difference = std::abs(a.pixels[i] - b.pixels[i]);
    EXPECT_LE(difference, 2);
    beyond_one += difference > 1;
  }
  EXPECT_LE(beyond_one, static_cast<int>(a.pixels.size() / 10000));
}

// The prior's codes must be those of the networks' codebooks.
TEST(CodecTransform, RefusesCodesOfAnotherModel) {
  const auto codec = small_codec();
  const auto groups = static_cast<int>(codec.quantizers[0][1].groups.size());
  const auto transform = make_cpu_transform(write_codec(codec), codec::Tuning::kPsnr);
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
  entropy::CodeMap narrow{2, 1, groups, {}, {}};
  narrow.codes.assign(static_cast<std::size_t>(2 * groups), 0);
  EXPECT_THROW(transform->synthesise({&narrow, 1}, {}, 64, 64, whole, 1, 1), Error);
  const auto analysis = transform->analyse(noise_picture(64, 64), nullptr, whole, 1, 1);
  const std::vector<std::uint32_t> lengths(1, 1024);
  EXPECT_THROW(analysis->source(0, 1).choose(0, 0, lengths), Error);
  EXPECT_THROW(analysis->source(0, 1).choose_plain(0, groups, 0), Error);
}

// A picture that fills no whole strides is what it is with its last row and column repeated.
TEST(CodecTransform, ExtendsAPictureByItsEdge) {
  const auto transform = make_cpu_transform(write_codec(small_codec()), codec::Tuning::kPsnr);
  const auto small = noise_picture(40, 50);
  auto large = noise_picture(64, 64);
  for (std::size_t i = 0; i < large.pixels.size(); ++i) {
    const auto x = std::min<std::size_t>(i / 3 % 64, 39), y = std::min<std::size_t>(i / 192, 49);
    large.pixels[i] = small.pixels[(y * 40 + x) * 3 + i % 3];
  }
  const auto a = transform->analyse(small, nullptr, {0, 0, 40, 50}, 1, 1);
  const auto b = transform->analyse(large, nullptr, {0, 0, 64, 64}, 1, 1);
  const std::vector<std::uint32_t> lengths(1025, 1024);
  for (int level = 0; level < 3; ++level)
    for (int position = 0; position < 4 << 2 * level; ++position)
      EXPECT_EQ(a->source(level, 1).choose(position, 0, lengths).code,
                b->source(level, 1).choose(position, 0, lengths).code);
}

// A window of the picture is analysed and synthesised as in the whole.
TEST(CodecTransform, WindowsAgreeWithTheWholePicture) {
  const auto codec = small_codec();
  const auto transform = make_cpu_transform(write_codec(codec), codec::Tuning::kPsnr);
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
    const auto groups =
        static_cast<int>(codec.quantizers[static_cast<std::size_t>(level)][1].groups.size());
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
