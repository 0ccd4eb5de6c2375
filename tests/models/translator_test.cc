// Guarded lines broken once on purpose: what stands past an input's end, the mask of places without
// a symbol, the dilation.
#include "models/generative/translator.h"

#include <gtest/gtest.h>

#include <cmath>

#include "models/generative/sequences.h"
#include "tests/models/all_sequences.h"

namespace vqcodec::models {
namespace {

TEST(Translator, ItSeesWhatIsAroundAPlaceAndNothingPastTheEnd) {
  torch::manual_seed(2);
  Translator translator(TranslatorOptions{.inputs = 3, .outputs = 4, .layers = 2, .channels = 5});
  translator->to(torch::kFloat64);
  torch::NoGradGuard no_grad;
  auto x = torch::zeros({1, 12}, torch::kInt64);
  x.slice(1, 10).fill_(kNone);
  const auto before = translator->forward(x).logits;
  x[0][4] = 1;
  const auto moved = (translator->forward(x).logits - before).abs().amax(2)[0] > 1e-12;
  for (std::int64_t t = 0; t < 12; ++t) EXPECT_EQ(moved[t].item<bool>(), std::abs(t - 4) <= 3) << t;
  auto longer = x.clone();  // the end is no symbol, and is seen
  longer.slice(1, 10).fill_(0);
  const auto near = (translator->forward(longer).logits - translator->forward(x).logits)[0][9];
  EXPECT_GT(near.abs().max().item<double>(), 1e-6);
  auto rng = make_rng(5, 0);
  const auto y = translator->sample(x, rng);
  EXPECT_TRUE((y.slice(1, 10) == kNone).all().item<bool>());
  const auto log_p = translator->forward(x).log_probabilities().slice(1, 0, 10);
  EXPECT_NEAR(translator->log_prob(y, x).item<double>(),
              log_p.gather(2, y.slice(1, 0, 10).unsqueeze(2)).sum().item<double>(), 1e-12);
}

// E over all outputs: they sum to one, and draws have their probabilities.
TEST(Translator, ItIsADistributionOverOutputs) {
  torch::manual_seed(3);
  Translator translator(TranslatorOptions{.inputs = 2, .outputs = 3, .layers = 1, .channels = 4});
  translator->to(torch::kFloat64);
  torch::NoGradGuard no_grad;
  const auto x = torch::tensor({{0, 1, 1}}, torch::kInt64), all = all_sequences(3, 3);
  const auto p = translator->log_prob(all, x.expand({27, -1})).exp();
  EXPECT_NEAR(p.sum().item<double>(), 1, 1e-12);
  auto rng = make_rng(6, 0);
  const auto drawn = translator->sample(x.expand({20000, -1}), rng);
  expect_frequencies((drawn * torch::tensor({9, 3, 1}, torch::kInt64)).sum(1), p);
}

}  // namespace
}  // namespace vqcodec::models
