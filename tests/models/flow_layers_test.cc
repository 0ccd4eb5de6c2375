// Guarded lines broken once on purpose: each layer's volume and its number of places, the masks of
// a coupling, what it keeps, the second fit of a normalization, the averages in place of the batch,
// the sign in W, the halves of a scale, the degrees of hidden units and of outputs, the order of a
// value-by-value inverse, and sigma's share of what is added.
#include "models/generative/flow_layers.h"

#include <gtest/gtest.h>

#include "entropy/error.h"
#include "models/generative/autoregressive_flow.h"
#include "models/generative/coupling.h"
#include "tests/models/flow_checks.h"

namespace vqcodec::models {
namespace {

torch::Tensor normal(torch::IntArrayRef sizes) { return torch::randn(sizes, torch::kFloat64); }

// In float64 and away from where it begins.
template <typename Layer>
std::shared_ptr<Layer> ready(std::shared_ptr<Layer> layer) {
  layer->to(torch::kFloat64);
  perturb(*layer);
  return layer;
}

torch::nn::Sequential network_for(const CouplingSplit& split, const PictureShape& shape,
                                  CouplingKind kind) {
  const auto vectors = shape.height == 1;
  const auto sizes = coupling_sizes(split, vectors ? shape.values() : shape.channels, kind);
  return vectors ? coupling_perceptron(sizes, {6}) : coupling_convolutions(sizes, 5);
}

TEST(Coupling, InverseAndVolumeAreExactAndWhatIsKeptStays) {
  torch::manual_seed(1);
  for (const auto kind : {CouplingKind::kAdditive, CouplingKind::kAffine, CouplingKind::kShrinking})
    for (const bool checkerboard : {false, true})
      for (const bool second : {false, true})
        for (const auto& shape : {PictureShape{1, 1, 5}, PictureShape{2, 2, 3}}) {
          const CouplingSplit split{.checkerboard = checkerboard, .second = second};
          const auto flow =
              ready(std::make_shared<Coupling>(split, kind, network_for(split, shape, kind)));
          const auto x = shape.height == 1 ? normal({3, shape.width})
                                           : normal({3, shape.channels, shape.height, shape.width});
          expect_flow(*flow, x, "coupling");
          const auto [value, log_volume] = flow->forward(x);
          EXPECT_EQ(log_volume.abs().max().item<double>() > 0, kind != CouplingKind::kAdditive);
          if (kind == CouplingKind::kShrinking) {
            EXPECT_LT(log_volume.max().item<double>(), 0);
          }
          const auto stays = (value == x)[0].flatten();
          const auto expected = checkerboard       ? (x.numel() / 3 + (second ? 0 : 1)) / 2
                                : shape.height > 1 ? x.numel() / 6
                                                   : (second ? 3 : 2);
          EXPECT_EQ(stays.sum().item<std::int64_t>(), expected);
          EXPECT_EQ(stays[0].item<bool>(), !second);
        }
}

// A place that moves does not depend on others that do.
TEST(Coupling, MovedPlacesDoNotSeeEachOther) {
  torch::manual_seed(2);
  const CouplingSplit split{.checkerboard = true};
  const PictureShape shape{1, 3, 4};
  const auto flow = ready(std::make_shared<Coupling>(
      split, CouplingKind::kAffine, network_for(split, shape, CouplingKind::kAffine)));
  const auto x = normal({1, 1, 3, 4});
  const auto slopes =
      jacobian([&](const torch::Tensor& input) { return flow->forward(input).value; }, x);
  const auto checker = (torch::arange(3).unsqueeze(1) + torch::arange(4)).remainder(2).flatten();
  for (std::int64_t i = 0; i < 12; ++i)
    for (std::int64_t j = 0; j < 12; ++j)
      if (i != j && checker[j].item<int>() == 1) {
        EXPECT_EQ(slopes[i][j].item<double>(), 0) << i << " sees " << j;
      }
  EXPECT_NE(slopes[1][0].item<double>(), 0);
}

TEST(Coupling, BeginsAsTheIdentity) {
  torch::manual_seed(3);
  const CouplingSplit split{};
  constexpr auto kind = CouplingKind::kAffine;
  Coupling flow(split, kind, coupling_perceptron(coupling_sizes(split, 4, kind), {8}));
  const auto x = torch::randn({5, 4});
  const auto [value, log_volume] = flow.forward(x);
  EXPECT_TRUE(torch::equal(value, x));
  EXPECT_EQ(log_volume.abs().max().item<double>(), 0);
}

TEST(FlowLayers, InverseAndVolumeAreExact) {
  torch::manual_seed(4);
  const PictureShape shape{2, 2, 2};
  const auto x = normal({3, 2, 2, 2}), v = normal({3, 7});
  const auto check = [](std::shared_ptr<Flow> flow, const torch::Tensor& at, const char* which) {
    ready(flow)->eval();
    expect_flow(*flow, at, which);
  };
  check(std::make_shared<DiagonalScale>(7), v, "scale");
  check(std::make_shared<Reversal>(), v, "reversal");
  check(std::make_shared<Flatten>(shape), x, "flatten");
  check(std::make_shared<Squeeze>(), x, "squeeze");
  check(std::make_shared<ActivationNormalization>(2), x, "activation normalization");
  check(std::make_shared<ChannelMixing>(2), x, "channel mixing");
  check(std::make_shared<ChannelMixing>(1), normal({3, 1, 2, 2}), "one channel");
  const auto batch = std::make_shared<BatchNormalization>(2);
  batch->to(torch::kFloat64);
  for (int i = 0; i < 20; ++i) batch->forward(2 * normal({9, 2, 2, 2}) + 1);
  check(batch, x, "batch normalization");
  auto chain = std::make_shared<FlowChain>();
  chain->add(std::make_shared<Squeeze>());
  chain->add(std::make_shared<ChannelMixing>(8));
  auto rest = std::make_shared<FlowChain>();
  rest->add(std::make_shared<ActivationNormalization>(4));
  rest->add(std::make_shared<Flatten>(PictureShape{4, 1, 1}));
  check(std::make_shared<MultiScale>(chain, rest, PictureShape{8, 1, 1}), x, "two scales");
}

// x = a z + b, by hand.
TEST(FlowLayers, AChangeOfVariableMovesTheDensity) {
  FlowChain chain;
  const auto scale = std::make_shared<DiagonalScale>(1);
  chain.add(scale);
  torch::NoGradGuard no_grad;
  scale->parameters()[0].fill_(std::log(2.5));
  const auto [z, log_volume] = chain.forward(torch::full({1, 1}, 3.0));
  EXPECT_NEAR(z.item<double>(), 7.5, 1e-5);
  EXPECT_NEAR(log_volume.item<double>(), std::log(2.5), 1e-6);
}

TEST(BatchNormalization, StandardizesTheBatchInTrainingAndUsesAveragesAfterwards) {
  torch::manual_seed(5);
  BatchNormalization flow(3);
  flow.to(torch::kFloat64);
  const auto x = 3 * normal({50, 3, 2, 2}) + 5;
  const auto [value, log_volume] = flow.forward(x);
  const auto channels = value.transpose(0, 1).flatten(1);
  EXPECT_LE(channels.mean(1).abs().max().item<double>(), 1e-9);
  EXPECT_NEAR(channels.var(1, false).mean().item<double>(), 1, 1e-5);
  const auto variance = x.transpose(0, 1).flatten(1).var(1, false);
  EXPECT_NEAR(log_volume[0].item<double>(), -2 * (variance + 1e-5).log().sum().item<double>(),
              1e-9);
  for (int i = 0; i < 600; ++i) flow.forward(x);
  flow.eval();
  // One picture's density depends on nothing else that is measured.
  const auto alone = flow.forward(x.slice(0, 0, 1)), together = flow.forward(x);
  EXPECT_TRUE(torch::equal(alone.value, together.value.slice(0, 0, 1)));
  EXPECT_TRUE(torch::allclose(together.value, value, 1e-4, 1e-4));
  EXPECT_NEAR(together.log_volume[0].item<double>(), log_volume[0].item<double>(), 1e-4);
}

TEST(ActivationNormalization, FitsTheFirstTrainingBatchAndNoOther) {
  torch::manual_seed(6);
  ActivationNormalization flow(3);
  flow.to(torch::kFloat64);
  const auto x = 3 * normal({50, 3, 2, 2}) + 5;
  flow.eval();
  EXPECT_TRUE(torch::equal(flow.forward(x).value, x));  // measuring fits nothing
  flow.train();
  const auto channels = flow.forward(x).value.transpose(0, 1).flatten(1);
  EXPECT_LE(channels.mean(1).abs().max().item<double>(), 1e-9);
  EXPECT_NEAR(channels.var(1, false).mean().item<double>(), 1, 1e-5);
  const auto other = flow.forward(10 * x).value.transpose(0, 1).flatten(1);
  EXPECT_GT(other.mean(1).abs().min().item<double>(), 5);
}

TEST(ChannelMixing, BeginsAsARotationAndItsVolumeIsThatOfItsDiagonal) {
  torch::manual_seed(7);
  ChannelMixing flow(6);
  torch::NoGradGuard no_grad;
  const auto unit = torch::eye(6);
  EXPECT_TRUE(torch::allclose(torch::matmul(flow.weight(), flow.weight().t()), unit, 0, 1e-5));
  EXPECT_GT((flow.weight() - unit).abs().max().item<double>(), 0.3);
  const auto x = torch::randn({2, 6, 3, 3});
  EXPECT_NEAR(flow.forward(x).log_volume[0].item<double>(), 0, 1e-4);
  ready(std::shared_ptr<ChannelMixing>(&flow, [](auto*) {}));
  const auto exact = std::get<1>(torch::linalg_slogdet(flow.weight())).item<double>();
  EXPECT_NEAR(flow.forward(x.to(torch::kFloat64)).log_volume[0].item<double>(), 9 * exact, 1e-8);
}

TEST(FlowLayers, OddSidesAreRefused) {
  EXPECT_THROW(squeezed({1, 7, 8}), Error);
  EXPECT_EQ(squeezed({1, 6, 8}), (PictureShape{4, 3, 4}));
}

MadeOptions small_made(std::int64_t values, std::int64_t context = 0) {
  return {.values = values, .hidden = {9, 11}, .context = context};
}

TEST(MaskedAutoregressiveFlow, InverseAndVolumeAreExact) {
  torch::manual_seed(8);
  for (const std::int64_t values : {1, 2, 6}) {
    const auto flow = ready(std::make_shared<MaskedAutoregressiveFlow>(small_made(values)));
    expect_flow(*flow, normal({3, values}), "maf");
  }
}

// Changing value j changes those from j on, in both kinds, and all that may change does.
TEST(MaskedAutoregressiveFlow, TheJacobianIsTriangularAndFullBelow) {
  torch::manual_seed(9);
  constexpr std::int64_t kValues = 6;
  const auto maf = ready(std::make_shared<MaskedAutoregressiveFlow>(
      MadeOptions{.values = kValues, .hidden = {40, 40}}));
  const auto iaf = ready(std::make_shared<InverseAutoregressiveFlow>(
      MadeOptions{.values = kValues, .hidden = {40, 40}, .context = 3}));
  const auto x = normal({1, kValues}), context = normal({1, 3});
  const auto moved = [&](const std::function<torch::Tensor(const torch::Tensor&)>& f) {
    for (std::int64_t j = 0; j < kValues; ++j) {
      auto other = x.clone();
      other[0][j] += 0.7;
      const auto change = (f(other) - f(x))[0].abs();
      for (std::int64_t i = 0; i < kValues; ++i)
        EXPECT_EQ(change[i].item<double>() > 1e-9, i >= j) << j << " to " << i;
    }
  };
  torch::NoGradGuard no_grad;
  moved([&](const torch::Tensor& at) { return maf->forward(at).value; });
  moved([&](const torch::Tensor& at) { return iaf->forward(at, context).value; });
  // A first value's moments are its own; the context reaches every value.
  const auto changed =
      (iaf->forward(x, context + 1).value - iaf->forward(x, context).value)[0].abs();
  EXPECT_GT(changed.min().item<double>(), 1e-6);
}

// A draw, made value by value, is what the parallel pass keeps in place:
// x = z exp(alpha(x)) + mu(x).
TEST(MaskedAutoregressiveFlow, ADrawIsTheFixedPointOfTheParallelPass) {
  torch::manual_seed(10);
  MaskedAutoregressiveFlow flow(small_made(5));
  flow.to(torch::kFloat64);
  perturb(flow);
  torch::NoGradGuard no_grad;
  const auto z = normal({4, 5}), x = flow.inverse(z);
  // mu and exp(alpha) at x, read off the parallel pass at x: z = (x - mu) exp(-alpha) is linear in
  // one value where those before it are held.
  const auto pass = [&](const torch::Tensor& at) { return flow.forward(at).value; };
  EXPECT_LE((pass(x) - z).abs().max().item<double>(), 1e-9);
  for (std::int64_t i = 0; i < 5; ++i) {
    auto above = x.clone();
    above.select(1, i).add_(1);
    const auto slope = pass(above).select(1, i) - pass(x).select(1, i);  // exp(-alpha_i)
    const auto mean = x.select(1, i) - pass(x).select(1, i) / slope;
    EXPECT_LE((z.select(1, i) / slope + mean - x.select(1, i)).abs().max().item<double>(), 1e-9);
  }
}

// MAF's density of x is that of an inverse autoregressive map from z to x, whose volume is taken
// from its own Jacobian.
TEST(MaskedAutoregressiveFlow, ItsDensityIsThatOfTheInverseMap) {
  torch::manual_seed(11);
  const auto flow = ready(std::make_shared<MaskedAutoregressiveFlow>(small_made(4)));
  const auto z = normal({1, 4});
  const auto x = flow->inverse(z);
  constexpr double kStep = 1e-6;
  std::vector<torch::Tensor> columns;
  for (std::int64_t j = 0; j < 4; ++j) {
    const auto nudge = kStep * torch::eye(4, torch::kFloat64).slice(0, j, j + 1);
    columns.push_back((flow->inverse(z + nudge) - flow->inverse(z - nudge))[0] / (2 * kStep));
  }
  const auto volume = std::get<1>(torch::linalg_slogdet(torch::stack(columns, 1)));
  EXPECT_NEAR(flow->forward(x).log_volume.item<double>(), -volume.item<double>(), 1e-6);
}

// An inverse autoregressive flow with its context held.
class Held : public Flow {
 public:
  Held(std::shared_ptr<InverseAutoregressiveFlow> flow, torch::Tensor context)
      : flow_(std::move(flow)), context_(std::move(context)) {}
  Mapped forward(const torch::Tensor& z) override { return flow_->forward(z, at(z)); }
  torch::Tensor inverse(const torch::Tensor& z) override { return flow_->inverse(z, at(z)); }

 private:
  torch::Tensor at(const torch::Tensor& z) const { return context_.expand({z.size(0), -1}); }
  std::shared_ptr<InverseAutoregressiveFlow> flow_;
  torch::Tensor context_;
};

TEST(InverseAutoregressiveFlow, InverseAndVolumeAreExact) {
  torch::manual_seed(12);
  const auto flow = ready(std::make_shared<InverseAutoregressiveFlow>(small_made(5, 2)));
  Held held(flow, normal({1, 2}));
  expect_flow(held, normal({3, 5}), "iaf");
}

}  // namespace
}  // namespace vqcodec::models
