#include "models/image_sets.h"

#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "entropy/byte_io.h"
#include "entropy/error.h"

namespace vqcodec::models {

namespace {

namespace fs = std::filesystem;

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

bool has(const std::string& name, const char* part) { return name.find(part) != std::string::npos; }

// The one file whose name has all of the parts; empty where there is none.
std::string find_file(const std::string& folder, const std::vector<const char*>& parts) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (std::all_of(parts.begin(), parts.end(), [&](auto* part) { return has(name, part); }))
      found.push_back(entry.path().string());
  }
  std::sort(found.begin(), found.end());  // the unpacked one first
  return found.empty() ? "" : found.front();
}

ImageSet read_idx_set(const std::string& folder, const char* part) {
  const auto path = find_file(folder, {part, "images", "idx3"});
  if (path.empty()) return {};
  ImageSet set{.images = read_idx(path).unsqueeze(1), .labels = {}};
  if (const auto labels = find_file(folder, {part, "labels", "idx1"}); !labels.empty()) {
    set.labels = read_idx(labels).to(torch::kInt64);
    if (set.labels.size(0) != set.size())
      throw Error(ErrorKind::kCorrupt, labels, ": ", set.labels.size(0), " labels, expected ",
                  set.size(), ", as many as pictures in ", path);
  }
  return set;
}

ImageSet selected(const ImageSet& set, const torch::Tensor& indices) {
  return {.images = set.images.index_select(0, indices),
          .labels = set.labels.defined() ? set.labels.index_select(0, indices) : torch::Tensor()};
}

ImageSets split(const ImageSet& all, ImageSet test) {
  constexpr std::int64_t kMnist = 60000;
  const auto number = torch::arange(all.size());
  const auto held_out =
      all.size() == kMnist ? number.ge(kMnist - kMnist / 6) : number.remainder(10).eq(9);
  return {.train = selected(all, held_out.logical_not().nonzero().flatten()),
          .validation = selected(all, held_out.nonzero().flatten()),
          .test = std::move(test)};
}

ImageSets read_bits_sets(const std::string& folder, const std::string& train) {
  ImageSets sets{.train = {.images = read_bits(train), .labels = {}},
                 .validation = {},
                 .test = {},
                 .binary = true};
  for (auto [part, set] : {std::pair{"valid", &sets.validation}, std::pair{"test", &sets.test}}) {
    const auto path = find_file(folder, {part, ".bits"});
    if (path.empty())
      throw Error(ErrorKind::kResource, folder, ": has ", fs::path(train).filename().string(),
                  ", but no *", part, "*.bits beside it");
    set->images = read_bits(path);
  }
  return sets;
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

ImageSets read_image_sets(const std::string& folder) {
  if (!fs::is_directory(folder)) throw Error(ErrorKind::kResource, folder, ": is no folder");
  if (const auto bits = find_file(folder, {"train", ".bits"}); !bits.empty())
    return read_bits_sets(folder, bits);
  const auto train = read_idx_set(folder, "train");
  if (!train.images.defined())
    throw Error(ErrorKind::kResource, folder,
                ": no *train*images-idx3-ubyte or *train*.bits, gzipped or not; --data wants the "
                "folder of MNIST or of a set distributed like it");
  auto test = read_idx_set(folder, "t10k");
  if (!test.images.defined()) test = read_idx_set(folder, "test");
  if (!test.images.defined())
    throw Error(ErrorKind::kResource, folder, ": no t10k* or *test* images-idx3-ubyte");
  return split(train, std::move(test));
}

}  // namespace vqcodec::models
