// Training on another device gives the numbers of the processor, and no tensor is left behind: what
// a GPU would refuse.
#include "tests/models/second_device.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "entropy/error.h"
#include "models/codec_model.h"
#include "models/data_parallel.h"
#include "models/device.h"
#include "models/generative/registry.h"
#include "models/prior_model.h"
#include "models/trainer.h"
#include "tests/models/small_codec.h"
#include "tests/models/two_processes.h"

namespace vqcodec::models {
namespace {

using second_device::kDevice;

// The last step's gradients, and what a model keeps beside its parameters.
std::vector<torch::Tensor> trained(Model& model, Dataset& data, const torch::Device& device) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "second_device";
  std::filesystem::remove_all(folder);
  model.to(device);
  train(model, data,
        {.steps = 3, .batch = 40, .seed = 5, .log_every = 1, .run_folder = folder.string()});
  std::vector<torch::Tensor> values;
  for (const auto& parameter : model.parameters()) {
    EXPECT_EQ(parameter.device(), device);
    if (parameter.grad().defined()) values.push_back(parameter.grad().to(torch::kCPU));
  }
  for (const auto& buffer : model.buffers()) {
    EXPECT_EQ(buffer.device(), device);
    values.push_back(buffer.to(torch::kCPU));
  }
  return values;
}

void expect_same(const std::vector<torch::Tensor>& here, const std::vector<torch::Tensor>& there,
                 const std::string& what) {
  ASSERT_EQ(here.size(), there.size()) << what;
  for (std::size_t i = 0; i < here.size(); ++i) {
    const auto a = here[i].to(torch::kFloat64), b = there[i].to(torch::kFloat64);
    EXPECT_LE((a - b).norm().item<double>(), 1e-3 * a.norm().item<double>() + 1e-9)
        << what << ", tensor " << i << " of " << a.sizes();
  }
}

TEST(SecondDevice, RefusesTensorsOfTwoDevices) {
  const auto x = torch::rand({2, 3});
  const auto there = x.to(kDevice);
  EXPECT_EQ(there.device(), kDevice);
  EXPECT_TRUE(torch::equal((there + there).to(torch::kCPU), x + x));
  EXPECT_THROW(there + x, c10::Error);
  EXPECT_NO_THROW(there + torch::tensor(1.0));
}

TEST(SecondDevice, TrainsTheCodec) {
  const CodecOptions options{.hidden = 8, .blocks = 1, .lambdas = {0.001, 0.02}};
  std::vector<torch::Tensor> values[2];
  for (const auto& device : {torch::Device(torch::kCPU), kDevice}) {
    NoisePictures pictures;
    torch::manual_seed(2);
    CodecModel model(options);
    auto rng = make_rng(1, 1);
    model.networks()->start_from(pictures.batch(8, rng).images);
    values[device == kDevice] = trained(model, pictures, device);
  }
  expect_same(values[0], values[1], "codec");
}

TEST(SecondDevice, PolishesTheCodec) {
  std::vector<torch::Tensor> values[2];
  for (const auto& device : {torch::Device(torch::kCPU), kDevice}) {
    NoisePictures pictures;
    auto codec = small_codec();
    CodecModel model(codec.networks->options());
    codec.networks = model.networks();
    codec.to(device);
    model.polish_with(codec, 0.5);
    values[device == kDevice] = trained(model, pictures, device);
  }
  expect_same(values[0], values[1], "polishing");
}

// On the processor, paths through the trees are walked; elsewhere every node is computed.
TEST(SecondDevice, TrainsThePrior) {
  std::vector<torch::Tensor> values[2];
  for (const auto& device : {torch::Device(torch::kCPU), kDevice}) {
    NoisePictures pictures;
    auto codec = small_codec();
    torch::manual_seed(3);
    PriorModel prior(codec, 0.5);
    auto& own = values[device == kDevice];
    own = trained(prior, pictures, device);
    for (auto& level : prior.levels()) level->simulate_integers(true);
    prior.assign_conditionally(true);
    for (const auto& value : trained(prior, pictures, device)) own.push_back(value);
    prior.to(torch::kCPU);
    EXPECT_FALSE(write_codec(codec).empty());
  }
  expect_same(values[0], values[1], "prior");
}

ImageSet small_set(std::int64_t channels) {
  auto rng = make_rng(1, 1);
  return {
      .images = torch::randint(256, {40, channels, channels == 1 ? 4 : 8, channels == 1 ? 4 : 8},
                               rng, torch::kUInt8),
      .labels = torch::arange(40).remainder(10)};
}

// Of grey pictures, of coloured ones where those will not do, or of its own data.
std::shared_ptr<GenerativeModel> made(const ModelFactory& factory, ImageSet& set) {
  torch::manual_seed(2);
  set = factory.wants_folder() ? small_set(1) : factory.sets("").train;
  try {
    return factory.make(set.shape());
  } catch (const Error&) {
    set = small_set(3);
    return factory.make(set.shape());
  }
}

// But that on code maps, whose photographs are in files: its loss is that of translation.
TEST(SecondDevice, TrainsEveryModelOfTheRegistry) {
  for (const auto* kind : registered_models()) {
    if (kind->name == "code-map-translation") continue;
    SCOPED_TRACE(kind->name);
    std::vector<torch::Tensor> values[2];
    for (const auto& device : {torch::Device(torch::kCPU), kDevice}) {
      const auto factory = kind->make_factory();
      try {
        ImageSet set;
        const auto model = made(*factory, set);
        const auto data = factory->batches(std::move(set));
        values[device == kDevice] = trained(*model, *data, device);
      } catch (const std::exception& error) {
        ADD_FAILURE() << kind->name << ": " << std::string(error.what()).substr(0, 300);
        break;
      }
    }
    expect_same(values[0], values[1], kind->name);
  }
}

TEST(SecondDevice, IsLeftForMeasuringAndTakenUpAgain) {
  const auto factory = registered_model("vae").make_factory();
  auto set = small_set(1);
  const auto batch = whole_set(set, factory->pixels(), /*most=*/6);
  std::vector<torch::Tensor> values[2];
  for (const auto& device : {torch::Device(torch::kCPU), kDevice}) {
    const auto model = made(*factory, set);
    model->to(device);
    {
      const OnProcessor here(*model);
      auto rng = make_rng(3, 1);
      const auto figures = model->figures(batch, {.samples = 2}, rng);
      values[device == kDevice] = {torch::tensor(figures.at(0).value)};
    }
    const auto data = factory->batches(set);
    for (const auto& value : trained(*model, *data, device))
      values[device == kDevice].push_back(value);
  }
  expect_same(values[0], values[1], "vae");
}

TEST(SecondDevice, IsWhereSeveralProcessesLeaveTheirSums) {
  const TwoProcesses processes;
  const Ranks ranks(processes.place());
  const auto own = static_cast<double>(ranks.rank() + 1);
  const auto filled = [&] { return torch::full({3}, own, kDevice); };
  auto sum = filled();
  ranks.sum_into(sum);
  const auto shared = filled(), rows = ranks.joined_rows(filled());
  ranks.broadcast({shared});
  auto parameter = filled().requires_grad_();
  parameter.mutable_grad() = filled();
  average_gradients(ranks, {parameter});
  EXPECT_TRUE(torch::equal(sum.to(torch::kCPU), torch::full({3}, 3.0)));
  EXPECT_TRUE(torch::equal(shared.to(torch::kCPU), torch::ones({3})));
  EXPECT_TRUE(torch::equal(rows.to(torch::kCPU), torch::tensor({1., 1., 1., 2., 2., 2.})));
  EXPECT_TRUE(torch::equal(parameter.grad().to(torch::kCPU), torch::full({3}, 1.5)));
  for (const auto& tensor : {sum, shared, rows, parameter.grad()})
    EXPECT_EQ(tensor.device(), kDevice);
  EXPECT_NO_THROW(reconcile_parameters(ranks, {shared}));
  ranks.meet();
}

}  // namespace
}  // namespace vqcodec::models
