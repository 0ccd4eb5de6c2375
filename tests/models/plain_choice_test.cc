#include "models/plain_choice.h"

#include <gtest/gtest.h>

#include "models/model.h"

namespace vqcodec::models {
namespace {

// Networks that add noise to everything, as trained ones do to what they never saw.
CodecNetworks noisy_networks() {
  torch::manual_seed(3);
  CodecNetworks networks(CodecOptions{.hidden = 8, .blocks = 1, .lambdas = {0.07}});
  auto rng = make_rng(1, 1);
  networks->start_from(torch::rand({2, 3, 64, 64}, rng, torch::kFloat32));
  torch::NoGradGuard no_grad;
  for (const auto& item : networks->named_parameters())
    if (item.key().find(".lap.") != std::string::npos) item.value().normal_(0, 0.05);
  for (const auto& item : networks->named_parameters())
    if (item.key() == "log_restore") item.value().fill_(-0.2);
  return networks;
}

const torch::Tensor kQuality = torch::zeros({1}, torch::kInt64);

TEST(CodecNetworks, InactiveEverywhereIsOrthonormal) {
  torch::NoGradGuard no_grad;
  auto networks = noisy_networks();
  auto rng = make_rng(2, 2);
  const auto picture = torch::rand({1, 3, 64, 96}, rng, torch::kFloat32);
  const auto none = torch::zeros({1, 1, 8, 12});
  const auto levels = networks->analyse(picture, kQuality, none);
  EXPECT_TRUE(torch::allclose(networks->synthesise(levels, kQuality, none), picture, 1e-4, 1e-4));
  EXPECT_FALSE(torch::allclose(networks->synthesise(networks->analyse(picture, kQuality), kQuality),
                               picture, 1e-2, 1e-2));
  // Active everywhere is what no mask is.
  const auto all = torch::ones({1, 1, 8, 12});
  const auto masked = networks->analyse(picture, kQuality, all);
  const auto unmasked = networks->analyse(picture, kQuality);
  for (std::size_t l = 0; l < 3; ++l)
    EXPECT_TRUE(torch::allclose(masked[l], unmasked[l], 1e-4, 1e-4));
}

torch::Tensor binary_noise() {
  auto rng = make_rng(2, 2);
  return torch::rand({1, 1, 64, 128}, rng, torch::kFloat32).round().expand({1, 3, 64, 128});
}

codec::PlainCells choice(CodecNetworks& networks, codec::Tuning tuning) {
  const auto picture = binary_noise();
  return better_plain(*networks, picture, networks->analyse(picture, kQuality), 0, tuning);
}

TEST(PlainChoice, MarksWhatTheNetworksBreakAndNothingElse) {
  torch::NoGradGuard no_grad;
  auto breaking = noisy_networks();
  CodecNetworks untrained(CodecOptions{.hidden = 8, .blocks = 1, .lambdas = {0.07}});
  for (const auto tuning : {codec::Tuning::kPsnr, codec::Tuning::kMsSsim}) {
    const auto cells = choice(breaking, tuning);
    ASSERT_EQ(cells.columns, 4);
    ASSERT_EQ(cells.rows, 2);
    for (int i = 0; i < 8; ++i) EXPECT_TRUE(cells.at(i / 4, i % 4)) << i;
    EXPECT_FALSE(choice(untrained, tuning).any());
  }
}

TEST(PlainChoice, ActivePlacesAreFourByFourACell) {
  const codec::PlainCells cells{.columns = 2, .rows = 1, .plain = {1, 0}};
  const auto active = active_places(cells);
  ASSERT_EQ(active.sizes(), (std::vector<std::int64_t>{1, 1, 4, 8}));
  EXPECT_EQ(active.slice(3, 0, 4).sum().item<float>(), 0);
  EXPECT_EQ(active.slice(3, 4).sum().item<float>(), 16);
}

}  // namespace
}  // namespace vqcodec::models
