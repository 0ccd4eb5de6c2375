#include "models/photograph_set.h"

#include "entropy/error.h"
#include "models/image_dataset.h"
#include "models/model.h"

namespace vqcodec::models {

namespace {

constexpr std::uint64_t kPlaces = 20160604;  // of the crops

void add_crops(std::vector<torch::Tensor>& crops, const torch::Tensor& picture, std::int64_t side,
               Rng& rng) {
  for (std::int64_t i = 0; i < kCropsOfAPhotograph; ++i) {
    const auto y = draw(rng, picture.size(1) - side + 1);
    const auto x = draw(rng, picture.size(2) - side + 1);
    crops.push_back(picture.slice(1, y, y + side).slice(2, x, x + side).clone());
  }
}

}  // namespace

ImageSets read_photograph_crops(const std::string& folder, std::int64_t side) {
  constexpr std::size_t kPeriod = 12;
  std::vector<torch::Tensor> train, validation, test;
  const auto names = list_pictures(folder, /*hold_out=*/0, /*held_out=*/false);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto picture = load_picture(names[i]);
    if (std::min(picture.size(1), picture.size(2)) < side) continue;
    auto rng = make_rng(kPlaces, i);
    const auto place = (i + 1) % kPeriod;
    add_crops(place == 0 ? test : place == kPeriod / 2 ? validation : train, picture, side, rng);
  }
  if (test.empty() || validation.empty() || train.empty())
    throw Error(ErrorKind::kResource, folder, ": ", names.size(), " pictures, expected at least ",
                kPeriod, " of ", side, "x", side,
                " pixels or more: the 6th and the 12th of every 12 names are held out");
  const auto set = [](const std::vector<torch::Tensor>& crops) {
    return ImageSet{.images = torch::stack(crops), .labels = {}};
  };
  return {.train = set(train), .validation = set(validation), .test = set(test)};
}

}  // namespace vqcodec::models
