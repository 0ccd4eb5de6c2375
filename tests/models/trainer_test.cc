#include "models/trainer.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "entropy/error.h"
#include "models/checkpoint.h"

namespace vqcodec::models {
namespace {

namespace fs = std::filesystem;

// Fits a line to noisy points; draws its noise from the trainer's generator.
class LineModel : public Model {
 public:
  LineModel() { slope_ = register_parameter("slope", torch::zeros({4})); }
  Loss loss(const Batch& batch, Rng& rng) override {
    const auto noise = torch::rand(batch.images.sizes(), rng, torch::kFloat32);
    const auto error = (batch.images * slope_ - 3 * batch.images + 0.1 * noise).square().mean();
    return {.total = poisoned ? error * std::nan("") : error, .terms = {}};
  }
  torch::Tensor slope_;
  bool poisoned = false;
};

class RandomData : public Dataset {
 public:
  Batch batch(std::int64_t size, Rng& rng) override {
    return {.images = torch::rand({size, 4}, rng, torch::kFloat32), .labels = {}};
  }
};

std::string fresh_folder(const std::string& name) {
  const auto folder = fs::temp_directory_path() / ("vqcodec_trainer_" + name);
  fs::remove_all(folder);
  return folder.string();
}

torch::Tensor trained(const std::string& folder, std::int64_t steps, std::int64_t stop_after) {
  RandomData data;
  TrainerOptions options{
      .steps = steps, .learning_rate = 0.1, .warm_up = 5, .log_every = 10, .run_folder = folder};
  LineModel model;
  if (stop_after > 0) {
    // A kill: the state of an earlier moment is what is left.
    options.checkpoint_every_seconds = 0;
    EXPECT_THROW(train(model, data, options,
                       [&](std::int64_t step) {
                         if (step == stop_after) throw Error(ErrorKind::kResource, "killed");
                       }),
                 Error);
  }
  LineModel resumed;
  train(resumed, data, options);
  return resumed.slope_.detach().clone();
}

TEST(Trainer, ResumesToTheSameNumbers) {
  const auto whole = trained(fresh_folder("whole"), 300, 0);
  const auto resumed = trained(fresh_folder("resumed"), 300, 30);
  EXPECT_TRUE(torch::equal(whole, resumed)) << whole << resumed;
  EXPECT_TRUE(torch::allclose(whole, torch::full({4}, 3.0), 0.2)) << whole;
}

// What a resumed run asks of its data is what it would have asked without the interruption.
TEST(Trainer, TellsItsDataWhichPartOfTheRunTheyAreFor) {
  struct NotedParts : RandomData {
    Batch part(const BatchPart& part, Rng& rng) override {
      noted.push_back(part);
      return batch(part.count, rng);
    }
    std::vector<BatchPart> noted;
  } data;
  LineModel model;
  TrainerOptions options{
      .steps = 3, .batch = 6, .seed = 17, .run_folder = fresh_folder("noted_parts")};
  train(model, data, options);
  options.steps = 5;
  train(model, data, options);
  ASSERT_EQ(data.noted.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(data.noted[i].step, static_cast<std::int64_t>(i));
    EXPECT_EQ(data.noted[i].seed, 17u);
    EXPECT_EQ(data.noted[i].size, 6);
    EXPECT_EQ(data.noted[i].first, 0);
    EXPECT_EQ(data.noted[i].count, 6);
  }
}

// Validations as told, in place of measured ones; remembers the weights that each was of.
struct ToldValidations {
  std::vector<double> values;
  LineModel* model = nullptr;
  std::vector<torch::Tensor> seen = {};

  double next() {
    seen.push_back(model->slope_.detach().clone());
    return values.at(seen.size() - 1);
  }
};

TEST(Trainer, StopsAfterPatienceAndKeepsTheWeightsOfTheBestValidation) {
  RandomData data;
  LineModel model;
  ToldValidations told{.values = {3, 2, 2.5, 2, 4, 1}, .model = &model};
  const TrainerOptions options{
      .steps = 100, .learning_rate = 0.1, .run_folder = fresh_folder("patience")};
  std::int64_t last = 0;
  train(model, data, options, [&](std::int64_t step) { last = step; },
        {.validate_every = 10, .patience = 3, .validate = [&] { return told.next(); }});
  EXPECT_EQ(last, 50);
  ASSERT_EQ(told.seen.size(), 5u);
  EXPECT_TRUE(torch::equal(model.slope_, told.seen[1]));
  EXPECT_FALSE(torch::equal(told.seen[0], told.seen[1]));
  // To go on is to find that it is over.
  train(model, data, options, {},
        {.validate_every = 10, .patience = 3, .validate = [&] { return told.next(); }});
  EXPECT_EQ(told.seen.size(), 5u);
  EXPECT_TRUE(torch::equal(model.slope_, told.seen[1]));
}

// The latest weights go on after a validation, which is of the averaged ones.
TEST(Trainer, ValidationsLeaveTheTrainingAsItIs) {
  RandomData data;
  LineModel model;
  const TrainerOptions options{.steps = 300,
                               .learning_rate = 0.1,
                               .warm_up = 5,
                               .log_every = 10,
                               .run_folder = fresh_folder("validated")};
  double best = 1;
  train(model, data, options, {}, {.validate_every = 20, .validate = [&] {
                                     return best /= 2;
                                   }});  // the last one, 300, is best
  EXPECT_TRUE(torch::equal(model.slope_, trained(fresh_folder("whole"), 300, 0)));
}

TEST(Trainer, StopsAtTheEndOfItsTime) {
  RandomData data;
  LineModel model;
  const TrainerOptions options{.steps = 1000000, .run_folder = fresh_folder("time")};
  std::int64_t last = 0;
  train(model, data, options, [&](std::int64_t step) { last = step; }, {.most_seconds = 1e-9});
  EXPECT_EQ(last, 1);
  train(model, data, options, [&](std::int64_t step) { last = step; }, {.most_seconds = 1e-9});
  EXPECT_EQ(last, 1);
}

TEST(Trainer, StopsWhereTheLossIsNotFinite) {
  RandomData data;
  LineModel model;
  model.poisoned = true;
  TrainerOptions nan_options;
  nan_options.run_folder = fresh_folder("nan");
  EXPECT_THROW(train(model, data, nan_options), Error);
}

TEST(Trainer, StopsWhereCodesHaveCollapsed) {
  class CollapsedModel : public LineModel {
   public:
    Health health() const override { return {.values = {}, .collapsed = true}; }
  };
  RandomData data;
  CollapsedModel model;
  TrainerOptions options{.steps = 100, .log_every = 10, .run_folder = fresh_folder("collapsed")};
  std::int64_t last = 0;
  EXPECT_THROW(train(model, data, options, [&](std::int64_t step) { last = step; }), Error);
  EXPECT_EQ(last, 30);
}

TEST(Trainer, RateRisesHoldsAndFalls) {
  TrainerOptions options;
  options.steps = 1000;
  options.learning_rate = 1;
  options.warm_up = 100;
  EXPECT_NEAR(learning_rate_at(options, 49), 0.5, 1e-9);
  EXPECT_NEAR(learning_rate_at(options, 300), 1, 1e-9);
  EXPECT_NEAR(learning_rate_at(options, 999), 0.05, 1e-9);
}

// A model with one more parameter than another: it keeps its value where it may be lacking.
TEST(Checkpoint, WeightsOfASmallerModelLoadWhereThatIsAllowed) {
  struct Small : torch::nn::Module {
    Small() { register_parameter("first", torch::full({2, 2}, 3.0)); }
  };
  struct Large : Small {
    Large() { extra = register_parameter("blocks_extra", torch::full({2}, 7.0)); }
    torch::Tensor extra;
  };
  const auto path = (fs::temp_directory_path() / "vqcodec_small_weights.pt").string();
  Small small;
  save_weights(path, small);
  Large large;
  torch::NoGradGuard no_grad;
  large.parameters()[0].zero_();
  EXPECT_THROW(load_weights(path, large), Error);
  load_weights(path, large, {"blocks"});
  EXPECT_EQ(large.parameters()[0].sum().item<double>(), 12);
  EXPECT_EQ(large.extra.sum().item<double>(), 14);
}

TEST(Checkpoint, RefusesWhatIsNone) {
  const auto folder = fresh_folder("broken");
  fs::create_directories(folder);
  LineModel model;
  EXPECT_THROW(load_weights(folder + "/absent.pt", model), Error);
}

}  // namespace
}  // namespace vqcodec::models
