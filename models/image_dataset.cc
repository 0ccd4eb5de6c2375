#include "models/image_dataset.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "codec/image_io.h"
#include "entropy/error.h"
#include "models/patterns.h"

namespace vqcodec::models {
namespace F = torch::nn::functional;
namespace fs = std::filesystem;

std::vector<std::string> list_pictures(const std::string& folder, int hold_out, bool held_out) {
  if (!fs::is_directory(folder))
    throw Error(ErrorKind::kResource, folder,
                ": no such folder; --data wants a folder of pictures");
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    auto extension = entry.path().extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(), ::tolower);
    if (extension == ".jpg" || extension == ".jpeg" || extension == ".png" || extension == ".ppm")
      names.push_back(entry.path().string());
  }
  std::sort(names.begin(), names.end());
  std::vector<std::string> chosen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool out = hold_out > 0 && (i + 1) % static_cast<std::size_t>(hold_out) == 0;
    if (out == held_out) chosen.push_back(names[i]);
  }
  if (chosen.empty())
    throw Error(ErrorKind::kResource, folder, ": no PNG, JPEG or PPM pictures in this folder");
  return chosen;
}

namespace {

// Streams of a run's seed, apart from that of its steps.
constexpr std::uint64_t kOrders = 0x6f72646572, kCrops = 0x63726f7073;

codec::Image read_named(const std::string& path, const std::vector<char>& bytes) {
  try {
    return codec::read_image({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  } catch (const Error& error) {
    throw Error(error.kind(), path, ": ", error.what());  // one of many
  }
}

}  // namespace

torch::Tensor load_picture(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
  const auto image = read_named(path, bytes);
  const auto pixels = torch::tensor(at::ArrayRef<std::uint8_t>(image.pixels), torch::kUInt8)
                          .view({image.height, image.width, image.channels})
                          .permute({2, 0, 1});
  return pixels.expand({3, image.height, image.width}).contiguous();
}

CropDataset::CropDataset(const std::vector<std::string>& paths, const CropOptions& options)
    : options_(options) {
  for (const auto& path : paths) {
    auto picture = load_picture(path);
    if (std::min(picture.size(1), picture.size(2)) >= options_.side)
      pictures_.push_back(std::move(picture));
  }
  if (pictures_.empty())
    throw Error(ErrorKind::kResource, "every picture is smaller than a crop of ", options_.side,
                " pixels");
}

torch::Tensor CropDataset::photograph(const torch::Tensor& picture, Rng& rng) const {
  auto side = options_.side;
  if (draw_uniform(rng) < options_.shrink_share)
    side = static_cast<std::int64_t>(static_cast<double>(side) *
                                     (1 + draw_uniform(rng) * (options_.shrink_most - 1)));
  side = std::min({side, picture.size(1), picture.size(2)});
  const auto y = draw(rng, picture.size(1) - side + 1);
  const auto x = draw(rng, picture.size(2) - side + 1);
  auto pixels = picture.slice(1, y, y + side).slice(2, x, x + side).to(torch::kFloat32) / 255;
  if (side != options_.side)
    pixels = at::_upsample_bilinear2d_aa(pixels.unsqueeze(0), {options_.side, options_.side},
                                         /*align_corners=*/false)
                 .squeeze(0);
  if (!options_.turned) return pixels;
  if (draw(rng, 2) == 1) pixels = pixels.flip(2);
  if (draw(rng, 2) == 1) pixels = pixels.transpose(1, 2);
  return pixels;
}

torch::Tensor CropDataset::crop(const Choice& choose, Rng& rng) const {
  const auto chosen = [&] {
    return photograph(pictures_[static_cast<std::size_t>(choose())], rng);
  };
  const bool with_pattern = draw_uniform(rng) < options_.pattern_share;
  if (!with_pattern) return chosen();
  const auto pattern = draw_pattern(options_.side, rng);
  if (draw(rng, 3) != 0) return pattern;
  const auto edge = draw(rng, options_.side);
  return torch::cat({chosen().slice(2, 0, edge), pattern.slice(2, edge)}, 2);
}

Batch CropDataset::batch(std::int64_t size, Rng& rng) {
  std::vector<torch::Tensor> crops;
  for (std::int64_t i = 0; i < size; ++i)
    crops.push_back(crop([&] { return draw(rng, pictures()); }, rng));
  return {.images = torch::stack(crops), .labels = {}};
}

std::int64_t CropDataset::picture_at(std::uint64_t seed, std::int64_t number) {
  const auto round = number / pictures();
  if (round_.seed != seed || round_.number != round) {
    auto rng = make_rng(seed ^ kOrders, static_cast<std::uint64_t>(round));
    round_ = {seed, round, torch::randperm(pictures(), rng, torch::kInt64)};
  }
  return round_.order[number % pictures()].item<std::int64_t>();
}

Batch CropDataset::part(const BatchPart& part, Rng& /*rng*/) {
  std::vector<torch::Tensor> crops;
  for (std::int64_t i = part.first; i < part.first + part.count; ++i) {
    const auto number = part.step * part.size + i;
    auto rng = make_rng(part.seed ^ kCrops, static_cast<std::uint64_t>(number));
    crops.push_back(crop([&] { return picture_at(part.seed, number); }, rng));
  }
  return {.images = torch::stack(crops), .labels = {}};
}

}  // namespace vqcodec::models
