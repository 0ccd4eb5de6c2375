// Guarded lines broken once on purpose: each sum, mean and join of a step, who begins with what,
// who decides, writes and is told, what is refused, an unlabelled part.
#include "models/data_parallel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "models/generative/learned_codebook.h"
#include "models/generative/partly_labelled.h"
#include "models/trainer.h"
#include "tests/models/two_processes.h"

namespace vqcodec::models {
namespace {

namespace fs = std::filesystem;

// Draws nothing of its own. More codewords than latents at first: some go idle and start anew.
class QuantizingModel : public Model {
 public:
  QuantizingModel() {
    torch::manual_seed(5);
    encoder_ = register_module("encoder", torch::nn::Conv2d(2, 3, 1));
    decoder_ = register_module("decoder", torch::nn::Conv2d(3, 2, 1));
    book_ = register_module(
        "book", LearnedCodebook(LearnedCodebookOptions{.codewords = 40, .dimension = 3}));
    to(torch::kFloat64);
  }
  void begin_step(const Progress& progress) override { starts_ = progress.step == 0; }
  Loss loss(const Batch& batch, Rng& rng) override {
    const auto z = encoder_->forward(batch.images);
    if (starts_) book_->start_from(z, rng);
    const auto coded = book_->forward(z, 0, rng);
    const auto error = (decoder_->forward(coded.latents) - batch.images).square().mean();
    return {.total = error + coded.loss, .terms = {{"error", error}}};
  }
  void end_step(const Batch& /*batch*/, Rng& rng) override { book_->follow(rng); }

  std::int64_t restarted() const { return book_->restarted(); }

 private:
  torch::nn::Conv2d encoder_{nullptr}, decoder_{nullptr};
  LearnedCodebook book_{nullptr};
  bool starts_ = false;
};

class Points : public Dataset {
 public:
  explicit Points(std::function<void(std::int64_t)> before = {}) : before_(std::move(before)) {}
  Batch batch(std::int64_t size, Rng& rng) override {
    if (before_) before_(batches_++);
    return {.images = torch::randn({size, 2, 2, 2}, rng, torch::kFloat64), .labels = {}};
  }

 private:
  std::function<void(std::int64_t)> before_;  // the batch of that number
  std::int64_t batches_ = 0;
};

// A checkpoint after every step.
TrainerOptions options_in(const std::string& folder) {
  return {.steps = 120,
          .batch = 8,
          .learning_rate = 0.01,
          .warm_up = 5,
          .log_every = 20,
          .checkpoint_every_seconds = 0,
          .run_folder = folder};
}

void train_in(const std::string& folder, QuantizingModel& model, const Ranks& ranks,
              const std::function<void(std::int64_t)>& every_log = {}) {
  Points points;
  train(model, points, options_in(folder), every_log, {}, ranks);
}

// Parameters and the codebook's averages.
void expect_equal(const torch::nn::Module& model, const torch::nn::Module& other) {
  const auto check = [](const auto& values, const auto& others) {
    for (const auto& value : values)
      EXPECT_TRUE(torch::allclose(value.value(), others[value.key()], 1e-8, 1e-9)) << value.key();
  };
  check(model.named_parameters(), other.named_parameters());
  check(model.named_buffers(), other.named_buffers());
}

double last_loss(const std::string& folder) {
  std::ifstream log(folder + "/log.jsonl");
  const std::string text((std::istreambuf_iterator<char>(log)), {});
  const std::string name = "\"loss\": ";
  return std::stod(text.substr(text.rfind(name) + name.size()));
}

void stop_at_60(std::int64_t step) {
  if (step == 60) throw Error(ErrorKind::kResource, "stopped");
}

// Each rank gets as many labelled examples as the others, whatever their order in the batch.
TEST(DataParallel, PartsHaveTheirShareOfLabels) {
  const ImageSet set{.images = torch::arange(100).view({100, 1, 1, 1}).to(torch::kFloat32),
                     .labels = torch::arange(100) % 10};
  PartlyLabelledBatches batches(set, PixelKind::kGrey, /*labelled=*/20, /*seed=*/1);
  auto rng = make_rng(1, 0);
  const auto whole = batches.part({.size = 12, .count = 12}, rng);
  std::vector<torch::Tensor> labelled, others;
  for (std::int64_t first = 0; first < 12; first += 4) {
    auto same = make_rng(1, 0);
    const auto part = batches.part({.size = 12, .first = first, .count = 4}, same);
    EXPECT_EQ((part.labels != kUnlabelled).sum().item<std::int64_t>(), 2);
    labelled.push_back(part.images.slice(0, 0, 2));
    others.push_back(part.images.slice(0, 2));
  }
  EXPECT_TRUE(torch::equal(torch::cat({torch::cat(labelled), torch::cat(others)}), whole.images));
  auto uneven = make_rng(1, 0);
  EXPECT_THROW(batches.part({.size = 10, .count = 5}, uneven), Error);
}

TEST(DataParallel, TwoProcessesFindWhatOneDoes) {
  const auto folder = TwoProcesses::folder("two");
  const TwoProcesses processes;
  QuantizingModel shared, alone;
  if (TwoProcesses::is_second()) {
    torch::NoGradGuard no_grad;
    // Whatever the others have, all begin as rank 0 does.
    for (auto& value : shared.parameters()) value.add_(1);
    for (auto& value : shared.buffers()) value.add_(1);
  }
  {
    const Ranks ranks(processes.place());
    train_in(folder, shared, ranks);
  }
  const auto own_folder =
      TwoProcesses::folder("one") + (TwoProcesses::is_second() ? "_second" : "");
  fs::remove_all(own_folder);
  train_in(own_folder, alone, Ranks());
  EXPECT_NEAR(last_loss(folder), last_loss(own_folder), 1e-4);
  EXPECT_GT(alone.restarted(), 0);
  EXPECT_EQ(shared.restarted(), alone.restarted());
  expect_equal(shared, alone);
}

TEST(DataParallel, ResumesWithAnotherNumberOfProcesses) {
  const auto to_two = TwoProcesses::folder("to_two"), to_one = TwoProcesses::folder("to_one");
  if (!TwoProcesses::is_second()) {
    QuantizingModel model;
    EXPECT_THROW(train_in(to_two, model, Ranks(), stop_at_60), Error);
  }
  const TwoProcesses processes;
  QuantizingModel one, one_to_two, two_to_one;
  {
    const Ranks ranks(processes.place());
    train_in(to_two, one_to_two, ranks);
    QuantizingModel model;
    EXPECT_THROW(train_in(to_one, model, ranks, stop_at_60), Error);
  }
  if (TwoProcesses::is_second()) return;
  train_in(to_one, two_to_one, Ranks());
  train_in(TwoProcesses::folder("whole"), one, Ranks());
  expect_equal(one_to_two, one);
  expect_equal(two_to_one, one);
}

// Begins with what it sees in its part of the first batch.
class OwnStartModel : public QuantizingModel {
 public:
  Loss loss(const Batch& batch, Rng& rng) override {
    if (has_begun_) return QuantizingModel::loss(batch, rng);
    has_begun_ = true;
    torch::NoGradGuard no_grad;
    parameters()[0].add_(batch.images.mean());
    const torch::AutoGradMode with_grad(true);
    return QuantizingModel::loss(batch, rng);
  }

 private:
  bool has_begun_ = false;
};

// Their own validations would have the one stop and the other go on.
TEST(DataParallel, RankZeroDecidesWhenToStop) {
  const auto folder = TwoProcesses::folder("validated");
  const TwoProcesses processes;
  const Ranks ranks(processes.place());
  double better = 9;
  int validations = 0;
  const Stopping stopping{.validate_every = 10, .patience = 2, .validate = [&] {
                            ++validations;
                            return ranks.is_first() ? 10 : --better;
                          }};
  Points points;
  OwnStartModel model;
  int lines = 0;
  train(
      model, points, options_in(folder), [&](std::int64_t) { ++lines; }, stopping, ranks);
  EXPECT_EQ(validations, 3);
  EXPECT_EQ(lines, ranks.is_first() ? 2 : 0);  // at steps 20 and 30
  EXPECT_NO_THROW(reconcile_parameters(ranks, model.parameters()));
  if (ranks.is_first()) return;
  std::ifstream log(folder + "/log.jsonl");
  const std::string text((std::istreambuf_iterator<char>(log)), {});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5);  // 3 validations, 2 lines
}

// What the first process says where the second does something in its fourth batch.
std::string message_where_second(const std::function<void()>& does, TwoProcesses& processes,
                                 const Patience& patience, const std::string& folder) {
  const Ranks ranks(processes.place(), patience);
  Points points([&](std::int64_t number) {
    if (number == 3 && !ranks.is_first()) does();
  });
  QuantizingModel model;
  try {
    train(model, points, options_in(folder), {}, {}, ranks);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInternal);
    return error.what();
  }
  return "";
}

TEST(DataParallel, OneThatDiesStopsTheOthers) {
  const auto folder = TwoProcesses::folder("dies");
  TwoProcesses processes;
  const auto message = message_where_second([] { raise(SIGKILL); }, processes, {}, folder);
  EXPECT_EQ(message,
            "rank 0 of 2: another process stopped answering in step 3; start all again to resume "
            "from " +
                folder + "/checkpoint.pt");
  EXPECT_EQ(WTERMSIG(processes.status_of_second()), SIGKILL);
}

TEST(DataParallel, OneThatHangsStopsTheOthers) {
  TwoProcesses processes;
  const auto message =
      message_where_second([] { raise(SIGSTOP); }, processes, {.step = std::chrono::seconds(3)},
                           TwoProcesses::folder("hangs"));
  EXPECT_NE(message.find("another process stopped answering in step 3"), std::string::npos)
      << message;
  kill(processes.second(), SIGKILL);
  processes.status_of_second();
}

// Learns from its part of the batch, behind the trainer's back.
class OwnWaysModel : public QuantizingModel {
 public:
  Loss loss(const Batch& batch, Rng& rng) override {
    torch::NoGradGuard no_grad;
    parameters()[0].add_(batch.images.mean());
    const torch::AutoGradMode with_grad(true);
    return QuantizingModel::loss(batch, rng);
  }
};

class ClosedFormModel : public QuantizingModel {
 public:
  bool steps_itself() const override { return true; }
};

ErrorKind kind_of_refusal(QuantizingModel& model, const std::string& folder, const Ranks& ranks) {
  try {
    train_in(folder, model, ranks);
  } catch (const Error& error) {
    return error.kind();
  }
  return {};
}

TEST(DataParallel, RefusesWhatCannotBeShared) {
  const auto folder = TwoProcesses::folder("refused");
  const TwoProcesses processes;
  const Ranks ranks(processes.place());
  ClosedFormModel closed_form;
  EXPECT_EQ(kind_of_refusal(closed_form, folder, ranks), ErrorKind::kUnsupported);
  OwnWaysModel own_ways;
  EXPECT_EQ(kind_of_refusal(own_ways, folder, ranks), ErrorKind::kUnsupported);
  // The first resumes, and the second has another folder.
  QuantizingModel model;
  const auto apart = ranks.is_first() ? folder : TwoProcesses::folder("refused_second");
  if (ranks.is_first()) {
    EXPECT_THROW(train_in(apart, model, Ranks(), stop_at_60), Error);
  }
  EXPECT_EQ(kind_of_refusal(model, apart, ranks), ErrorKind::kResource);
}

}  // namespace
}  // namespace vqcodec::models
