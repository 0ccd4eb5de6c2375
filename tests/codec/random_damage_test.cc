// Thousands of random damages: none harms, and none passes unnoticed.
//
// Flips, cuts and splices of pictures of 256 x 256 pixels and more. Half of them begin inside a
// slice; half of all get checksums that hold, so that what the checksums guard must stand alone.
// VQCODEC_DAMAGES says how many, 1000 unless it is set.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <iomanip>
#include <iostream>
#include <map>
#include <random>

#include "codec/codec.h"
#include "codec/compression.h"
#include "codec/format.h"
#include "codec/metadata_block.h"
#include "codec/preamble.h"
#include "tests/codec/blank_transform.h"
#include "tests/codec/fake_transform.h"
#include "tests/codec/files.h"
#include "tests/codec/sealed_file.h"
#include "tests/codec/test_pictures.h"

namespace vqcodec::codec {
namespace {

using namespace vqcodec::testing;
using Bytes = std::vector<std::uint8_t>;
using Span = std::span<const std::uint8_t>;

Bytes copy(Span bytes) { return {bytes.begin(), bytes.end()}; }

struct Sound {
  Bytes bytes;
  std::uint64_t digest;
};

// One tile, many, grey with 16 bits, and codes that escape everywhere, some in plain cells; with
// alpha, metadata or both.
std::vector<Sound> sound_files(const ModelFile& model) {
  Image grey = with_metadata(test_picture(256, 300, /*channels=*/1));
  grey.source_bits = 16;
  Image checkers = test_picture(256, 256);
  for (std::size_t i = 0; i < checkers.pixels.size(); ++i)
    checkers.pixels[i] = i / 24 * 7 % 5 < 2 ? 255 : 0;
  FakeTransform transform;
  std::vector<Sound> files;
  const auto add = [&](const Image& image, const CompressOptions& options) {
    Bytes bytes = compress(image, model, transform, options);
    const std::uint64_t digest = verify(bytes, model, 1).digest;
    files.push_back({std::move(bytes), digest});
  };
  add(test_picture(256, 256), {.quality = 2});
  add(with_metadata(with_alpha(test_picture(300, 260))), {.quality = 1, .tile_size = 64});
  add(grey, {.quality = 3});
  transform.is_plain = [](int row, int column) { return (row + column) % 3 == 0; };
  add(with_alpha(checkers), {.quality = 3, .tile_size = 128});
  return files;
}

class Damager {
 public:
  Damager(const ModelFile& model, const std::vector<Sound>& files, std::mt19937& random)
      : model_(model), files_(files), random_(random) {}

  Bytes damaged(Span sound, bool in_slices, bool with_seal) {
    const File file = read_file(sound, kMaxArea);
    const auto slices = static_cast<std::size_t>(file.slices.front().data() - sound.data());
    const std::size_t place = in_slices ? slices + below(sound.size() - slices) : below(slices);
    if (!with_seal) return hurt(sound, place, in_slices ? sound.size() : slices);
    return place < file.header_size ? with_hurt_header(sound, file.header_size)
                                    : with_hurt_chunk(file, place - file.header_size);
  }

 private:
  std::size_t below(std::size_t count) { return random_() % count; }

  // Damage that begins at `place`; flips stay before `end`.
  Bytes hurt(Span sound, std::size_t place, std::size_t end) {
    Bytes bytes = copy(sound);
    const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(place);
    switch (below(3)) {
      case 0:
        for (int flips = 1 << below(4); flips > 0; --flips) {
          bytes[place] ^= static_cast<std::uint8_t>(1 << below(8));
          place += below(end - place);
        }
        break;
      case 1:
        bytes.erase(at, bytes.end());
        break;
      default: {
        const Bytes& donor = files_[below(files_.size())].bytes;
        const std::size_t from = below(donor.size());
        const std::size_t size = std::min<std::size_t>(below(64), donor.size() - from);
        const std::size_t lost = std::min<std::size_t>(below(64), bytes.size() - place);
        const auto piece = donor.begin() + static_cast<std::ptrdiff_t>(from);
        const auto behind = bytes.erase(at, at + static_cast<std::ptrdiff_t>(lost));
        bytes.insert(behind, piece, piece + static_cast<std::ptrdiff_t>(size));
      }
    }
    return bytes;
  }

  // The checksum and the length follow what became of the magic, the version and the body; the
  // chunks' checksums as far as there is still a file to read.
  Bytes with_hurt_header(Span sound, std::size_t header_size) {
    constexpr std::size_t kTypeSize = 4;
    const Span body = read_preamble(sound, kPictureFile).body;
    Bytes header = copy(sound.first(kTypeSize));
    header.insert(header.end(), body.begin(), body.end());
    constexpr std::size_t kFields = 20;  // about; the table, which is longer, follows
    header = hurt(header, below(below(2) == 0 ? kFields : header.size()), header.size());
    header.resize(std::max(header.size(), kTypeSize));
    Bytes bytes =
        write_preamble({{header[0], header[1], header[2]}, header[3] - 0x80, kPictureFile.name},
                       Span(header).subspan(kTypeSize));
    bytes.insert(bytes.end(), sound.begin() + static_cast<std::ptrdiff_t>(header_size),
                 sound.end());
    constexpr std::uint64_t kMaxPixels = 1 << 18;
    try {
      return sealed(read_file(bytes, kMaxPixels), model_);
    } catch (const Error&) {
      return bytes;
    }
  }

  // place: in the chunks, which lie side by side behind the header.
  Bytes with_hurt_chunk(File file, std::size_t place) {
    std::vector<Span*> chunks = {&file.metadata, &file.alpha, &file.plain};
    const std::ptrdiff_t packed_chunks = std::ssize(chunks);
    for (Span& slice : file.slices) chunks.push_back(&slice);
    auto chunk = chunks.begin();
    for (; place >= (*chunk)->size(); ++chunk) place -= (*chunk)->size();
    const bool is_packed = chunk - chunks.begin() < packed_chunks;
    const Bytes bytes = is_packed && below(2) == 0 ? with_hurt_content(**chunk)
                                                   : hurt(**chunk, place, (*chunk)->size());
    **chunk = bytes;
    return sealed(file, model_);
  }

  // zstd's own checksum holds as well.
  Bytes with_hurt_content(Span packed) {
    const Bytes content = zstd_decompress(packed, kMaxMetadataSize, "chunk");
    return zstd_compress(hurt(content, below(content.size()), content.size()), /*level=*/1);
  }

  const ModelFile& model_;
  const std::vector<Sound>& files_;
  std::mt19937& random_;
};

// How damaged bytes are received, by all that reads them.
const char* outcome(Span bytes, std::uint64_t digest, const ModelFile& model,
                    std::mt19937& random) {
  BlankTransform transform;
  const auto decode = [&](const DecompressOptions& options) {
    return error_of([&] { decompress(bytes, model, transform, options); });
  };
  error_of([&] { inspect(bytes); });
  EXPECT_NE(decode({.levels = 1, .crop = Rectangle{0, 0, 1, 1}}), ErrorKind::kInternal);
  std::uint64_t found = 0;
  const auto error = error_of([&] { found = verify(bytes, model, 1).digest; });
  if (error) {
    EXPECT_NE(decode({}), std::nullopt);
    switch (*error) {
      case ErrorKind::kCorrupt:
        return "damaged";
      case ErrorKind::kUnsupported:
        return "unsupported";
      case ErrorKind::kResource:
        return "too large";
      default:
        return "our fault";
    }
  }
  const FileSummary summary = inspect(bytes);
  Rectangle crop;
  crop.x = static_cast<int>(random() % static_cast<unsigned>(summary.width));
  crop.y = static_cast<int>(random() % static_cast<unsigned>(summary.height));
  crop.width = std::min(64, summary.width - crop.x);
  crop.height = std::min(64, summary.height - crop.y);
  EXPECT_EQ(decode({.crop = crop}), std::nullopt);
  return found == digest ? "same codes" : "other codes";
}

TEST(RandomDamage, NeitherHarmsNorPassesUnnoticed) {
  const char* wanted = std::getenv("VQCODEC_DAMAGES");
  const int count = wanted == nullptr ? 1000 : std::atoi(wanted);
  const ModelFile model = read_model(file_bytes(testdata("golden/tiny.vqm")));
  const std::vector<Sound> files = sound_files(model);
  std::mt19937 random(7);
  Damager damager(model, files, random);
  std::map<std::string, std::map<std::string, int>> counts;
  double slowest_seconds = 0;
  for (int i = 0; i < count; ++i) {
    const Sound& sound = files[random() % files.size()];
    const bool in_slices = i % 2 == 0, with_seal = i / 2 % 2 == 0;
    Bytes bytes;
    do {
      bytes = damager.damaged(sound.bytes, in_slices, with_seal);
    } while (bytes == sound.bytes);
    const std::clock_t start = std::clock();
    const std::string end = outcome(bytes, sound.digest, model, random);
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    slowest_seconds = std::max(slowest_seconds, seconds);
    EXPECT_NE(end, "our fault") << i;
    if (!with_seal) {
      EXPECT_EQ(end, "damaged") << i;
    }
    ++counts[std::string(in_slices ? "in slices" : "elsewhere") +
             (with_seal ? ", checksums made to hold" : ", checksums as they were")][end];
  }
  for (const auto& [where, ends] : counts) {
    std::cout << where << ":";
    for (const auto& [end, number] : ends) std::cout << " " << number << " " << end;
    std::cout << "\n";
  }
  std::cout << "slowest: " << slowest_seconds << " s of processor time\n";
  EXPECT_LT(slowest_seconds, 10);
  // Else no checksum was made to hold.
  EXPECT_GT(counts["in slices, checksums made to hold"]["other codes"], count / 20);
}

}  // namespace
}  // namespace vqcodec::codec
