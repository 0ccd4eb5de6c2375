// Guarded lines broken once on purpose: every collective, the streams of random numbers, gradients
// of some ranks only, what each model keeps, the rules of the launchers' variables.
#include "models/process_group.h"

#include <gtest/gtest.h>

#include <map>

#include "models/data_parallel.h"
#include "models/generative/base_rates.h"
#include "models/generative/counted_language.h"
#include "models/generative/flow_layers.h"
#include "models/generative/observation.h"
#include "models/generative/reward_baseline.h"
#include "models/joint_batch.h"
#include "tests/models/two_processes.h"

namespace vqcodec::models {
namespace {

LaunchPlace placed(const std::map<std::string, std::string>& variables) {
  return launch_place([&](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

TEST(LaunchPlace, EveryLaunchersVariablesSayTheSame) {
  const std::map<std::string, std::string> launchers[] = {
      {{"RANK", "3"}, {"WORLD_SIZE", "5"}},
      {{"OMPI_COMM_WORLD_RANK", "3"}, {"OMPI_COMM_WORLD_SIZE", "5"}},
      {{"PMI_RANK", "3"}, {"PMI_SIZE", "5"}},
      {{"SLURM_PROCID", "3"}, {"SLURM_NTASKS", "5"}}};
  for (auto variables : launchers) {
    variables["MASTER_ADDR"] = "first.example";
    auto place = placed(variables);
    EXPECT_EQ(place.rank, 3);
    EXPECT_EQ(place.size, 5);
    EXPECT_EQ(place.address, "first.example");
    EXPECT_EQ(place.port, 29500);
    EXPECT_EQ(place.interface, "");
    variables["MASTER_PORT"] = "12345";
    variables["GLOO_SOCKET_IFNAME"] = "eth1";
    place = placed(variables);
    EXPECT_EQ(place.port, 12345);
    EXPECT_EQ(place.interface, "eth1");
  }
}

TEST(LaunchPlace, WhatIsTypedOverrulesTheLauncher) {
  const auto place = placed({{"RANK", "1"},
                             {"WORLD_SIZE", "2"},
                             {"MASTER_ADDR", "localhost"},
                             {"SLURM_PROCID", "7"},
                             {"SLURM_NTASKS", "8"}});
  EXPECT_EQ(place.rank, 1);
  EXPECT_EQ(placed({{"WORLD_SIZE", "1"}, {"PMI_RANK", "7"}, {"PMI_SIZE", "8"}}).size, 1);
}

TEST(LaunchPlace, IsAloneWithoutALauncher) {
  EXPECT_EQ(placed({}).size, 1);
  EXPECT_EQ(placed({{"SLURM_NTASKS", "4"}}).size, 1);  // a shell inside of an allocation
  EXPECT_EQ(placed({{"RANK", "0"}, {"WORLD_SIZE", "1"}}).rank, 0);
}

TEST(LaunchPlace, RefusesWhatMakesNoSense) {
  const std::map<std::string, std::string> slips[] = {
      {{"RANK", "2"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "a"}},
      {{"RANK", "-1"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "a"}},
      {{"RANK", "one"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "a"}},
      {{"RANK", "1x"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "a"}},
      {{"RANK", ""}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "a"}},
      {{"RANK", "0"}, {"WORLD_SIZE", "0"}, {"MASTER_ADDR", "a"}},
      {{"RANK", "0"}, {"WORLD_SIZE", "2"}},
      {{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", ""}},
      {{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "a"}, {"MASTER_PORT", "65536"}},
      {{"WORLD_SIZE", "2"}, {"MASTER_ADDR", "a"}},
      {{"RANK", "0"}, {"MASTER_ADDR", "a"}}};
  for (const auto& variables : slips) {
    try {
      placed(variables);
      ADD_FAILURE() << variables.begin()->first << "=" << variables.begin()->second;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage) << error.what();
    }
  }
}

TEST(Ranks, OneAloneIsAllThereIs) {
  const Ranks alone;
  EXPECT_TRUE(alone.is_alone() && alone.is_first());
  const JointBatch joint(alone);
  const auto rows = torch::arange(6).view({3, 2});
  EXPECT_TRUE(sum_over_ranks(rows).is_same(rows));
  EXPECT_TRUE(rows_of_all_ranks(rows).is_same(rows));
  EXPECT_TRUE(as_rank_0_has_it(rows).is_same(rows));
}

TEST(Ranks, SayWhoDoesNotCome) {
  try {
    Ranks({.rank = 1, .size = 2, .address = "127.0.0.1", .port = 1},
          {.meeting = std::chrono::milliseconds(200)});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kResource);
    EXPECT_NE(std::string(error.what()).find("rank 1 of 2"), std::string::npos) << error.what();
  }
}

void check_collectives(const Ranks& ranks) {
  const double rank = static_cast<double>(ranks.rank());
  auto sums = torch::full({2, 3}, 1 + rank, torch::kFloat64);
  ranks.sum_into(sums);
  EXPECT_TRUE(torch::equal(sums, torch::full({2, 3}, 3.0, torch::kFloat64)));
  // Of every kind: a scalar, flags, and rows that are not side by side in memory.
  const auto scalar = torch::tensor(5 + rank);
  const auto flags = torch::tensor({ranks.is_first(), true});
  const auto columns = (torch::arange(6) + 10 * ranks.rank()).view({2, 3}).t();
  ranks.broadcast({scalar, flags, columns, torch::empty({0})});
  EXPECT_EQ(scalar.item<double>(), 5);
  EXPECT_TRUE(torch::equal(flags, torch::tensor({true, true})));
  EXPECT_TRUE(torch::equal(columns, torch::arange(6).view({2, 3}).t()));
  EXPECT_EQ(value_of_rank_0(ranks, rank + 0.1), 0.1);
  std::vector<std::pair<std::string, double>> logged = {{"step", 5}, {"loss", rank}};
  average_values(ranks, logged);
  EXPECT_EQ(logged[0], (std::pair<std::string, double>("step", 5)));
  EXPECT_EQ(logged[1], (std::pair<std::string, double>("loss", 0.5)));
}

void check_statistics(const Ranks& ranks) {
  const auto own = (torch::arange(4) + 4 * ranks.rank()).view({2, 2});
  EXPECT_TRUE(rows_of_all_ranks(own).is_same(own));  // Not within a step.
  const JointBatch joint(ranks);
  EXPECT_TRUE(torch::equal(rows_of_all_ranks(own), torch::arange(8).view({4, 2})));
  EXPECT_TRUE(torch::equal(sum_over_ranks(own), 2 * torch::arange(4).view({2, 2}) + 4));
  EXPECT_TRUE(torch::equal(mean_over_ranks(own.to(torch::kFloat64)),
                           torch::arange(4, torch::kFloat64).view({2, 2}) + 2));
  EXPECT_TRUE(torch::equal(as_rank_0_has_it(own), torch::arange(4).view({2, 2})));
  EXPECT_EQ(own[0][0].item<std::int64_t>(), 4 * ranks.rank());
}

// What models keep of a batch, from halves of one on two ranks, is what one process has of it.
// The modules are made of one seed and see `x`, (8,2,3,3) of which each rank has a half.
void check_models(const Ranks& ranks) {
  auto rng = make_rng(3, 0);
  const auto x = torch::rand({8, 2, 3, 3}, rng, torch::kFloat64);
  const auto y = torch::rand({8, 2, 3, 3}, rng, torch::kFloat64);
  const auto symbols = torch::randint(3, {8, 20}, rng, torch::kInt64);
  const auto half = [&](const torch::Tensor& all) {
    return all.slice(0, 4 * ranks.rank(), 4 * ranks.rank() + 4);
  };
  const auto agree = [&](auto make, auto see, auto... values) {
    const auto shared = make(), alone = make();
    const JointBatch joint(ranks);
    see(shared, half(values)...);
    const Ranks one;
    const JointBatch no_other(one);
    see(alone, values...);
    const auto expected = alone->named_parameters();
    for (const auto& item : shared->named_parameters())
      EXPECT_TRUE(torch::allclose(item.value(), expected[item.key()], 0, 1e-12)) << item.key();
    const auto buffers = alone->named_buffers();
    for (const auto& item : shared->named_buffers())
      EXPECT_TRUE(torch::allclose(item.value(), buffers[item.key()], 0, 1e-12)) << item.key();
  };
  const auto in_double = [](auto module) {
    module->to(torch::kFloat64);
    return module;
  };
  agree([&] { return in_double(BaseRates(18)); },
        [](auto rates, auto seen) { rates->follow(seen.flatten(1)); }, x);
  agree([&] { return in_double(RewardBaseline("mean", 18)); },
        [](auto baseline, auto seen) {
          baseline->forward(seen.mean({1, 2, 3}), seen);
        },
        x);
  const ObservationOptions options{.likelihood = "gaussian", .deviation = "optimal"};
  agree(
      [&] {
        return in_double(Observation(options, PictureShape{2, 3, 3}));
      },
      [](auto observation, auto seen, auto output) { observation->fit(seen, output); }, x, y);
  agree([&] { return in_double(std::make_shared<ActivationNormalization>(2)); },
        [](auto layer, auto seen) { layer->forward(seen); }, x);
  agree([&] { return CountedLanguage(3, 2); },
        [](auto language, auto seen) { language->count(seen); }, symbols);
}

// Three parameters: both ranks reach the first, one the second, none the third.
void check_gradients(const Ranks& ranks) {
  std::vector<torch::Tensor> parameters;
  for (int i = 0; i < 3; ++i) parameters.push_back(torch::zeros({2, 2}, torch::requires_grad()));
  parameters[0].mutable_grad() = torch::full({2, 2}, 1.0 + static_cast<double>(ranks.rank()));
  if (!ranks.is_first()) parameters[1].mutable_grad() = torch::full({2, 2}, 4.0);
  average_gradients(ranks, parameters);
  EXPECT_TRUE(torch::equal(parameters[0].grad(), torch::full({2, 2}, 1.5)));
  EXPECT_TRUE(torch::equal(parameters[1].grad(), torch::full({2, 2}, 2.0)));
  EXPECT_FALSE(parameters[2].grad().defined());
}

void check_generators(const Ranks& ranks) {
  auto rng = make_rng(1, 2), same = make_rng(1, 2);
  auto of_loss = rng_of_loss(ranks, rng, 1, 2);
  const auto first = draw(of_loss, 1 << 30);
  const auto expected = draw(same, 1 << 30);
  EXPECT_EQ(first == expected, ranks.is_first());
  EXPECT_EQ(draw(rng, 1 << 30), expected);  // The common one has not moved.
}

TEST(Ranks, AddShareAndJoin) {
  const TwoProcesses processes;
  const Ranks ranks(processes.place());
  ASSERT_EQ(ranks.size(), 2);
  EXPECT_EQ(ranks.rank(), TwoProcesses::is_second() ? 1 : 0);
  check_collectives(ranks);
  check_statistics(ranks);
  check_models(ranks);
  check_gradients(ranks);
  check_generators(ranks);
  EXPECT_THROW(part_of_rank(ranks, 7), Error);
  const auto part = part_of_rank(ranks, 8);
  EXPECT_EQ(part.count, 4);
  EXPECT_EQ(part.first, 4 * ranks.rank());
  const auto parameter = torch::full({3}, 1 + 1e-6 * static_cast<double>(ranks.rank()));
  reconcile_parameters(ranks, {parameter});
  EXPECT_TRUE(torch::equal(parameter, torch::ones({3})));
  parameter.add_(static_cast<double>(ranks.rank()));
  EXPECT_THROW(reconcile_parameters(ranks, {parameter}), Error);
  EXPECT_NO_THROW(require_same_step(ranks, 5, "here"));
  EXPECT_THROW(require_same_step(ranks, ranks.rank(), "here"), Error);
  ranks.meet();
}

}  // namespace
}  // namespace vqcodec::models
