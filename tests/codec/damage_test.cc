// No damaged file is taken for a sound one, and none crashes, hangs or takes the memory.
#include <gtest/gtest.h>

#include <random>

#include "codec/checksum.h"
#include "codec/codec.h"
#include "codec/format.h"
#include "codec/preamble.h"
#include "tests/codec/fake_transform.h"
#include "tests/codec/files.h"
#include "tests/codec/test_pictures.h"

namespace vqcodec::codec {
namespace {

using namespace vqcodec::testing;
using Bytes = std::vector<std::uint8_t>;

class Damage : public ::testing::Test {
 protected:
  std::optional<ErrorKind> outcome(std::span<const std::uint8_t> bytes) {
    return error_of([&] { verify(bytes, model, 1); });
  }
  Bytes compressed(const Image& image, const CompressOptions& options) {
    return compress(image, model, transform, options);
  }

  // All 255 changes of each byte of the header, of the others every `step`-th.
  void expect_each_change_reported(const Bytes& bytes, int step) {
    ASSERT_EQ(outcome(bytes), std::nullopt);
    const std::size_t header_size = read_file(bytes, kMaxArea).header_size;
    Bytes changed = bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      for (int change = 1; change < 256; change += i < header_size ? 1 : step) {
        changed[i] = static_cast<std::uint8_t>(bytes[i] ^ change);
        ASSERT_EQ(outcome(changed), ErrorKind::kCorrupt) << "byte " << i << " ^ " << change;
      }
      changed[i] = bytes[i];
    }
  }

  const ModelFile model = tiny_model();
  FakeTransform transform;
};

TEST_F(Damage, EveryChangedByteIsReported) {
  expect_each_change_reported(compressed(test_picture(40, 33), {.quality = 2}), /*step=*/5);
  const Image image = with_metadata(with_alpha(test_picture(70, 33)));
  expect_each_change_reported(compressed(image, {.quality = 2, .tile_size = 32}), /*step=*/51);
}

TEST_F(Damage, EveryCutIsReported) {
  for (const int tile_size : {32, 64}) {
    const Bytes bytes = compressed(with_metadata(with_alpha(test_picture(100, 40))),
                                   {.quality = 2, .tile_size = tile_size});
    for (std::size_t size = 0; size < bytes.size(); ++size)
      ASSERT_EQ(outcome(std::span(bytes).first(size)), ErrorKind::kCorrupt) << size;
    for (const int extra : {0, 1, 255}) {
      Bytes longer = bytes;
      longer.push_back(static_cast<std::uint8_t>(extra));
      ASSERT_EQ(outcome(longer), ErrorKind::kCorrupt);
    }
  }
}

// Trailing bytes of a slice that the coder would read as zeros anyway are told apart all the same,
// since the checksum covers the slice as it is stored.
TEST_F(Damage, ASliceWithAnotherTailIsReported) {
  Bytes bytes = compressed(test_picture(40, 33), {.quality = 2});
  const File file = read_file(bytes, kMaxArea);
  FileHeader header = file.header;
  ++header.slices.back().size_bytes;
  Bytes longer = write_header(header);
  longer.insert(longer.end(), bytes.begin() + static_cast<std::ptrdiff_t>(file.header_size),
                bytes.end());
  longer.push_back(0);
  EXPECT_EQ(outcome(longer), ErrorKind::kCorrupt);
}

// One random damage: a flip, a cut, or a piece of the file copied elsewhere.
void damage(Bytes& bytes, std::mt19937& random) {
  const auto place = [&] { return random() % bytes.size(); };
  switch (random() % 4) {
    case 0:
      bytes[place()] ^= static_cast<std::uint8_t>(1 + random() % 255);
      break;
    case 1:
      bytes.resize(1 + place());
      break;
    case 2: {
      const std::size_t from = place(), to = place();
      const std::size_t size = std::min(random() % 40, bytes.size() - std::max(from, to));
      for (std::size_t i = 0; i < size; ++i) bytes[to + i] = bytes[from + i];
      break;
    }
    default:
      for (int i = 0; i < 8; ++i) bytes[place()] ^= static_cast<std::uint8_t>(1 << random() % 8);
  }
}

// The files that the random damages start from.
std::vector<Bytes> sound_files(const ModelFile& model, FakeTransform& transform) {
  std::vector<Bytes> files;
  for (const int tile_size : {32, 128})
    files.push_back(compress(with_metadata(with_alpha(test_picture(128, 70))), model, transform,
                             {.quality = 2, .tile_size = tile_size}));
  files.push_back(compress(test_picture(256, 256, 1), model, transform, {.quality = 3}));
  return files;
}

TEST_F(Damage, RandomDamageIsReported) {
  std::mt19937 random(7);
  const auto files = sound_files(model, transform);
  for (int i = 0; i < 2000; ++i) {
    const Bytes& sound = files[random() % files.size()];
    Bytes bytes = sound;
    damage(bytes, random);
    if (bytes == sound) continue;
    ASSERT_EQ(outcome(bytes), ErrorKind::kCorrupt) << i;
  }
}

// With a sound checksum over a damaged header the parser itself must stand.
TEST_F(Damage, DamagedHeadersWithSoundChecksumsAreReported) {
  std::mt19937 random(7);
  const auto files = sound_files(model, transform);
  int accepted = 0;
  for (int i = 0; i < 1000; ++i) {
    const Bytes& sound = files[random() % files.size()];
    const Preamble preamble = read_preamble(sound, kPictureFile);
    Bytes body(preamble.body.begin(), preamble.body.end());
    damage(body, random);
    Bytes bytes = write_preamble(kPictureFile, body);
    bytes.insert(bytes.end(), sound.begin() + static_cast<std::ptrdiff_t>(preamble.header_size),
                 sound.end());
    const auto kind = outcome(bytes);
    // A changed fingerprint is another model's file, a changed size may pass the limit; a changed
    // number of source bits is all that checksums of codes cannot know.
    if (!kind) {
      ++accepted;
      decompress(bytes, model, transform, {});
    } else {
      EXPECT_TRUE(*kind == ErrorKind::kCorrupt || *kind == ErrorKind::kUnsupported ||
                  *kind == ErrorKind::kResource)
          << i;
    }
  }
  EXPECT_LT(accepted, 300);
}

// A model file whose two halves are of different models would have the networks read beside the
// code maps.
TEST_F(Damage, NetworksThatDoNotFitTheModelAreRefused) {
  class CoarserTransform : public FakeTransform {
   public:
    int coarsest_stride() const override { return 2 * kTinyStride; }
  };
  CoarserTransform coarser;
  const Bytes bytes = compressed(test_picture(80, 80), {.quality = 2});
  for (const std::optional<Rectangle> crop : {std::optional<Rectangle>(), {{8, 8, 9, 9}}})
    EXPECT_EQ(error_of([&] { decompress(bytes, model, coarser, {.crop = crop}); }),
              ErrorKind::kCorrupt);
  EXPECT_EQ(error_of([&] { compress(test_picture(80, 80), model, coarser, {.quality = 2}); }),
            ErrorKind::kCorrupt);
}

// Slices of random bytes under checksums that hold: the decoder ends, and each escape is in place.
TEST_F(Damage, RandomSlicesWithSoundHeadersAreReported) {
  std::mt19937 random(7);
  const Bytes sound = compressed(test_picture(256, 256), {.quality = 2});
  const std::size_t header_size = read_file(sound, kMaxArea).header_size;
  for (int i = 0; i < 200; ++i) {
    Bytes bytes = sound;
    for (std::size_t j = header_size; j < bytes.size(); ++j)
      bytes[j] = static_cast<std::uint8_t>(random());
    ASSERT_EQ(outcome(bytes), ErrorKind::kCorrupt);
  }
}

}  // namespace
}  // namespace vqcodec::codec
