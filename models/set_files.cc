#include "models/set_files.h"

#include <zlib.h>

#include <memory>
#include <span>

#include "entropy/error.h"

namespace vqcodec::models {

namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 31;
constexpr std::int64_t kBitsSide = 28;

struct CloseGzip {
  void operator()(gzFile_s* file) const { gzclose(file); }
};

// A whole file, unpacked where it is gzipped.
std::vector<std::uint8_t> read_unpacked(const std::string& path) {
  const std::unique_ptr<gzFile_s, CloseGzip> file(gzopen(path.c_str(), "rb"));
  if (!file) throw Error(ErrorKind::kResource, path, ": cannot be opened");
  constexpr std::size_t kChunk = std::size_t{1} << 20;
  std::vector<std::uint8_t> bytes;
  for (;;) {
    const std::size_t size = bytes.size();
    bytes.resize(size + kChunk);
    const int count = gzread(file.get(), bytes.data() + size, kChunk);
    if (count < 0) throw Error(ErrorKind::kCorrupt, path, ": the gzip data is damaged or cut");
    bytes.resize(size + static_cast<std::size_t>(count));
    if (count == 0) break;
    if (bytes.size() > kMostBytes)
      throw Error(ErrorKind::kResource, path, ": more than ", kMostBytes, " bytes");
  }
  int status = Z_OK;
  gzerror(file.get(), &status);
  if (status == Z_BUF_ERROR) throw Error(ErrorKind::kCorrupt, path, ": the gzip data is cut");
  return bytes;
}

std::uint32_t big_endian(std::span<const std::uint8_t> bytes) {
  std::uint32_t value = 0;
  for (const auto byte : bytes) value = value << 8 | byte;
  return value;
}

}  // namespace

torch::Tensor read_idx(const std::string& path) {
  const auto bytes = read_unpacked(path);
  const std::span<const std::uint8_t> all = bytes;
  constexpr std::uint8_t kBytes = 0x08, kShorts = 0x0B;
  if (all.size() < 4 || all[0] != 0 || all[1] != 0 || (all[2] != kBytes && all[2] != kShorts) ||
      all[3] == 0 || all[3] > 4 || all.size() < 4 + 4 * std::size_t{all[3]})
    throw Error(ErrorKind::kCorrupt, path, ": is no IDX file of bytes or 16-bit numbers");
  std::vector<std::int64_t> sizes;
  const std::uint64_t width = all[2] == kShorts ? 2 : 1;
  std::uint64_t expected = width;
  for (std::size_t d = 0; d < all[3]; ++d) {
    sizes.push_back(big_endian(all.subspan(4 + 4 * d, 4)));
    expected *= static_cast<std::uint64_t>(sizes.back());
    if (expected == 0 || expected > kMostBytes)
      throw Error(ErrorKind::kCorrupt, path, ": dimension ", d, " is ", sizes.back());
  }
  const auto values = all.subspan(4 + 4 * sizes.size());
  if (values.size() != expected)
    throw Error(ErrorKind::kCorrupt, path, ": ", values.size(),
                " bytes after the header, expected ", expected);
  if (width == 1)
    return torch::from_blob(const_cast<std::uint8_t*>(values.data()), sizes, torch::kUInt8).clone();
  auto numbers = torch::empty(sizes, torch::kInt64);
  auto* number = numbers.data_ptr<std::int64_t>();
  for (std::size_t i = 0; i < values.size(); i += 2) *number++ = big_endian(values.subspan(i, 2));
  return numbers;
}

torch::Tensor read_bits(const std::string& path) {
  const auto bytes = read_unpacked(path);
  constexpr std::size_t kRow = kBitsSide * kBitsSide / 8;
  if (bytes.empty() || bytes.size() % kRow != 0)
    throw Error(ErrorKind::kCorrupt, path, ": ", bytes.size(), " bytes, expected a multiple of ",
                kRow, " (28x28 bits a picture)");
  auto images = torch::empty(
      {static_cast<std::int64_t>(bytes.size() / kRow), 1, kBitsSide, kBitsSide}, torch::kUInt8);
  auto* pixel = images.data_ptr<std::uint8_t>();
  for (const std::uint8_t byte : bytes)
    for (int bit = 7; bit >= 0; --bit) *pixel++ = (byte >> bit & 1) != 0 ? 255 : 0;
  return images;
}

ImageSet read_cifar(const std::string& path) {
  const auto bytes = read_unpacked(path);
  constexpr std::int64_t kSide = 32, kRecord = 1 + 3 * kSide * kSide, kClasses = 10;
  const auto size = static_cast<std::int64_t>(bytes.size());
  if (size == 0 || size % kRecord != 0)
    throw Error(ErrorKind::kCorrupt, path, ": ", size, " bytes, expected a multiple of ", kRecord,
                " (a label and 32x32 RGB a picture)");
  const auto records = torch::from_blob(const_cast<std::uint8_t*>(bytes.data()),
                                        {size / kRecord, kRecord}, torch::kUInt8);
  ImageSet set{.images = records.slice(1, 1).reshape({-1, 3, kSide, kSide}).clone(),
               .labels = records.select(1, 0).to(torch::kInt64)};
  if (const auto most = set.labels.max().item<std::int64_t>(); most >= kClasses)
    throw Error(ErrorKind::kCorrupt, path, ": has a label ", most, ", expected 0 to ", kClasses - 1,
                " (CIFAR-10's binary version)");
  return set;
}

}  // namespace vqcodec::models
