#include "models/generative/planted_mixture.h"

#include <algorithm>

namespace vqcodec::models {

namespace {

constexpr std::int64_t kTrain = 20000, kHeldOut = 10000;  // points
enum Stream : std::uint64_t { kParameters, kTrainPoints, kValidationPoints, kTestPoints };

class Factory : public ModelFactory {
 public:
  Factory() {
    mixture_.components = planted_.planted;
    mixture_.reduce = 0;
  }
  OptionList options() override {
    auto options = planted_.list();
    for (auto& option : mixture_.list())
      if (option.name != "reduce") options.push_back(option);
    return options;
  }
  std::shared_ptr<GenerativeModel> make(const PictureShape& /*shape*/) const override {
    return std::make_shared<PlantedMixture>(mixture_, planted_);
  }
  PixelKind pixels() const override { return PixelKind::kGrey; }
  bool wants_folder() const override { return false; }
  ImageSets sets(const std::string& /*folder*/) const override {
    const auto truth = plant(planted_);
    const auto draw = [&](std::int64_t count, Stream stream) {
      auto rng = make_rng(static_cast<std::uint64_t>(planted_.planted_seed), stream);
      return ImageSet{.images = truth->sample(count, {}, rng).to(torch::kFloat32), .labels = {}};
    };
    return {.train = draw(kTrain, kTrainPoints),
            .validation = draw(kHeldOut, kValidationPoints),
            .test = draw(kHeldOut, kTestPoints)};
  }
  std::unique_ptr<Dataset> batches(ImageSet train) const override {
    return make_gaussian_mixture_factory()->batches(std::move(train));
  }

 private:
  GaussianMixtureOptions mixture_;
  PlantedOptions planted_;
};

}  // namespace

OptionList PlantedOptions::list() {
  return {
      {"planted", "components that the points are drawn from", IntegerOption{&planted, 1, 1000}},
      {"dimension", "of the points", IntegerOption{&dimension, 1, 1000}},
      {"spread", "deviation of the components' means; their own is about 1",
       RealOption{&spread, 0, 1e6}},
      {"planted-seed", "of the planted mixture and its points",
       IntegerOption{&planted_seed, 0, 1000000000}}};
}

std::shared_ptr<GaussianMixture> plant(const PlantedOptions& options) {
  const auto k = options.planted, d = options.dimension;
  auto rng = make_rng(static_cast<std::uint64_t>(options.planted_seed), kParameters);
  const auto normal = [&](torch::IntArrayRef sizes) {
    return torch::randn(sizes, rng, torch::kFloat64);
  };
  const auto directions = normal({k, d, d});
  const auto covariances =
      0.8 * torch::matmul(directions, directions.transpose(1, 2)) / static_cast<double>(d) +
      0.2 * torch::eye(d, torch::kFloat64);
  auto mixture = std::make_shared<GaussianMixture>(
      GaussianMixtureOptions{.components = k, .floor = 1e-12, .reduce = 0}, PictureShape{1, 1, d});
  mixture->assign((0.5 * normal({k})).softmax(0), options.spread * normal({k, d}), covariances);
  return mixture;
}

PlantedMixture::PlantedMixture(const GaussianMixtureOptions& options, const PlantedOptions& planted)
    : GaussianMixture(options, {1, 1, planted.dimension}), truth_(plant(planted)) {}

std::vector<Figure> PlantedMixture::figures(const Batch& batch, const EvaluationOptions& options,
                                            Rng& rng) {
  torch::NoGradGuard no_grad;
  auto figures = GaussianMixture::figures(batch, options, rng);
  auto planted = truth_->figures(batch, options, rng)[0];
  planted.name = "nll_of_the_planted";
  // Of the same points, so that their spread does not count.
  const auto truth = truth_->log_prob(batch, options, rng);
  const auto excess = truth.per_example - log_prob(batch, options, rng).per_example;
  figures.push_back(planted);
  figures.push_back(
      mean_figure("excess", excess, "nats", "nll less that of the planted, point by point"));
  return figures;
}

std::unique_ptr<ModelFactory> make_planted_mixture_factory() { return std::make_unique<Factory>(); }

}  // namespace vqcodec::models
