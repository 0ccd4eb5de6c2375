// Guarded lines broken once on purpose: which of the best count, the label counts of drawn sets,
// the labels of reconstructions, rounding to levels.
#include "models/generative/classifier.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "entropy/error.h"
#include "models/trainer.h"

namespace vqcodec::models {
namespace {

constexpr std::int64_t kClasses = 10, kSide = 8;

// A bright bar whose place is the label, in noise.
Batch bars(std::int64_t n, std::uint64_t seed) {
  auto rng = make_rng(seed, 0);
  const auto labels = torch::randint(kClasses, {n}, rng, torch::kInt64);
  auto images = 0.5 * torch::rand({n, 1, kSide, kSide}, rng);
  for (std::int64_t i = 0; i < n; ++i) {
    const auto label = labels[i].item<std::int64_t>();
    auto line = label < 5 ? images[i][0].select(0, label) : images[i][0].select(1, label - 5);
    line += 0.5;
  }
  return {.images = (images * 255).round() / 255, .labels = labels};
}

// Gives back what it was made of.
class Memory : public GenerativeModel {
 public:
  explicit Memory(Batch batch) : batch_(std::move(batch)) {}
  Loss loss(const Batch&, Rng&) override { return {}; }
  Capabilities capabilities() const override { return {.conditional = true}; }
  torch::Tensor reconstruct(const Batch& batch, Rng&) override { return batch.images; }
  torch::Tensor sample(std::int64_t n, const SampleOptions& options, Rng&) override {
    const auto own = (batch_.labels == *options.label).nonzero().squeeze(1);
    return batch_.images.index_select(0, own).slice(0, 0, n);
  }

 private:
  Batch batch_;
};

Accuracy score_of(const ImageSet& set, std::uint64_t seed) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "classifier";
  std::filesystem::remove_all(folder);
  torch::manual_seed(seed);
  Classifier classifier({1, kSide, kSide}, kClasses);
  ImageSetBatches batches(set, PixelKind::kGrey);
  train(classifier, batches,
        {.steps = 150,
         .batch = 50,
         .learning_rate = 3e-3,
         .warm_up = 10,
         .averaging = 0.9,
         .seed = seed,
         .run_folder = folder.string()});
  return accuracy_of(classifier, bars(1000, 99));
}

TEST(Classifier, AGeneratorThatRemembersTheTrainingSetScoresAsRealPicturesDo) {
  const auto real = bars(500, 1);
  Memory memory(real);
  auto rng = make_rng(2, 0);
  const auto expected = score_of(as_set(real), 3);
  EXPECT_GT(expected.top_1, 90);
  EXPECT_GE(expected.top_5, expected.top_1);
  const auto through = score_of(reconstructed_set(memory, real, rng), 3);
  EXPECT_EQ(through.top_1, expected.top_1);
  EXPECT_EQ(through.top_5, expected.top_5);
  EXPECT_EQ(through.per_class, expected.per_class);
  // The same pictures in another order are other batches, but as many of each label.
  const auto drawn = drawn_set(memory, real.labels, rng);
  EXPECT_TRUE(torch::equal(torch::bincount(drawn.labels), torch::bincount(real.labels)));
  EXPECT_EQ(drawn.images.to(torch::kInt64).sum().item<std::int64_t>(),
            as_set(real).images.to(torch::kInt64).sum().item<std::int64_t>());
  EXPECT_GT(score_of(drawn, 3).top_1, 90);
}

// Who learned from shuffled labels calls all bars of a kind the same, so that a score is of ten
// draws.
TEST(Classifier, LabelsInAnyOrderTeachNothing) {
  constexpr int kOrders = 6;
  const double draws = kOrders * static_cast<double>(kClasses);
  double top_1 = 0, top_5 = 0;
  for (int order = 0; order < kOrders; ++order) {
    auto real = bars(500, 1);
    auto rng = make_rng(2, static_cast<std::uint64_t>(order));
    real.labels = real.labels.index_select(0, torch::randperm(500, rng, torch::kInt64));
    const auto score = score_of(as_set(real), 3);
    top_1 += score.top_1 / kOrders;
    top_5 += score.top_5 / kOrders;
  }
  EXPECT_NEAR(top_1, 10, 5 * 30 / std::sqrt(draws));  // 5 standard errors
  EXPECT_NEAR(top_5, 50, 5 * 50 / std::sqrt(draws));
  EXPECT_GT(top_5, top_1);
}

TEST(Classifier, OneOfFiveIsCountedAmongFive) {
  torch::manual_seed(3);
  Classifier classifier({1, kSide, kSide}, kClasses);
  classifier.eval();
  auto test = bars(400, 1);
  const auto order = classifier.logits(test.images).argsort(1, /*descending=*/true);
  for (std::int64_t place = 0; place < kClasses; ++place) {
    test.labels = order.select(1, place);
    const auto score = accuracy_of(classifier, test);
    EXPECT_EQ(score.top_1, place == 0 ? 100 : 0);
    EXPECT_EQ(score.top_5, place < 5 ? 100 : 0);
  }
  Classifier few({1, kSide, kSide}, 4);
  EXPECT_EQ(accuracy_of(few, {.images = test.images, .labels = test.labels.remainder(4)}).top_5,
            100);
}

TEST(Classifier, WithoutClassesOrFittingSidesItIsRefused) {
  class Plain : public Memory {
   public:
    using Memory::Memory;
    Capabilities capabilities() const override { return {}; }
  };
  Plain plain(bars(5, 1));
  auto rng = make_rng(2, 0);
  EXPECT_THROW(drawn_set(plain, torch::zeros({3}, torch::kInt64), rng), Error);
  EXPECT_THROW(Classifier({1, 6, 8}, 10), Error);
}

}  // namespace
}  // namespace vqcodec::models
