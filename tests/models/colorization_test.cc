// Guarded lines broken once on purpose: the prior's normalization, the forward step's direction,
// the evidence without the prior, the bound without its entropy, the information's second term, the
// decoder that sees too much, and the palette's colours.
#include "models/generative/colorization.h"

#include <gtest/gtest.h>

#include <cmath>

#include "entropy/error.h"
#include "tests/models/expect_mean.h"

namespace vqcodec::models {
namespace {

constexpr std::int64_t kLabels = 3;

torch::Tensor normal(torch::IntArrayRef sizes, std::uint64_t seed) {
  auto rng = make_rng(seed, 0);
  return torch::randn(sizes, rng, torch::kFloat64);
}

// Of 2x2 cells; with transitions that say something, or without any.
LabelMapPrior small_prior(bool rows) {
  return {.logits = normal({2, kLabels, 2, 2}, 1),
          .transitions = rows ? 2 * normal({kLabels, kLabels}, 2) : torch::Tensor()};
}

// All label maps of 2x2 cells, (81,2,2).
torch::Tensor all_maps() {
  const auto labels = torch::arange(kLabels);
  return torch::cartesian_prod({labels, labels, labels, labels}).view({-1, 2, 2});
}

// log P(z|x) of picture n written out, cell by cell.
double log_prob_of(const LabelMapPrior& prior, std::int64_t n, const torch::Tensor& map) {
  double sum = 0;
  for (std::int64_t y = 0; y < 2; ++y)
    for (std::int64_t x = 0; x < 2; ++x) {
      auto logits = prior.logits[n].select(1, y).select(1, x);
      if (x > 0 && prior.transitions.defined())
        logits = logits + prior.transitions[map[y][x - 1].item<std::int64_t>()];
      sum += logits.log_softmax(0)[map[y][x].item<std::int64_t>()].item<double>();
    }
  return sum;
}

// (81) log P(z|x) of picture n.
torch::Tensor log_probs(const LabelMapPrior& prior, std::int64_t n) {
  std::vector<double> values;
  for (const auto& map : all_maps().unbind(0)) values.push_back(log_prob_of(prior, n, map));
  return torch::tensor(values, torch::kFloat64);
}

// (81) what all cells' scores (S,2,2) add up to under each map.
torch::Tensor score_sums(const torch::Tensor& scores) {
  std::vector<torch::Tensor> sums;
  for (const auto& map : all_maps().unbind(0))
    sums.push_back(scores.gather(0, map.unsqueeze(0)).sum());
  return torch::stack(sums);
}

TEST(LabelMap, TheEvidenceIsTheSumOverAllMaps) {
  for (const bool rows : {false, true}) {
    const auto prior = small_prior(rows);
    const auto scores = normal({2, kLabels, 2, 2}, 3);
    const auto evidence = prior.log_evidence(scores);
    for (std::int64_t n = 0; n < 2; ++n) {
      const auto all = log_probs(prior, n);
      EXPECT_NEAR(all.exp().sum().item<double>(), 1, 1e-12);
      EXPECT_NEAR(evidence[n].item<double>(),
                  (all + score_sums(scores[n])).logsumexp(0).item<double>(), 1e-12)
          << rows;
    }
  }
}

TEST(LabelMap, MarginalsAndExpectationsAreTheEnumerated) {
  for (const bool rows : {false, true}) {
    const auto prior = small_prior(rows);
    const auto marginals = prior.log_marginals().exp();
    const auto q = normal({2, kLabels, 2, 2}, 4).softmax(1);
    const auto expected = prior.expected_log_prob(q);
    const auto maps = torch::one_hot(all_maps(), kLabels).permute({0, 3, 1, 2});  // (81,S,2,2)
    for (std::int64_t n = 0; n < 2; ++n) {
      const auto all = log_probs(prior, n);
      const auto sum = (all.exp().view({-1, 1, 1, 1}) * maps).sum(0);
      EXPECT_TRUE(torch::allclose(marginals[n], sum, 0, 1e-12)) << rows;
      const auto of_q = score_sums(q[n].log()).exp();
      EXPECT_NEAR(expected[n].item<double>(), (of_q * all).sum().item<double>(), 1e-12) << rows;
    }
  }
}

TEST(LabelMap, SamplesHaveTheirProbabilities) {
  constexpr std::int64_t kDraws = 20000;
  for (const bool rows : {false, true}) {
    auto prior = small_prior(rows);
    const auto all = log_probs(prior, 0).exp();
    prior.logits = prior.logits.slice(0, 0, 1).expand({kDraws, -1, -1, -1});
    auto rng = make_rng(5, 0);
    const auto number = (prior.sample(rng).flatten(1) * torch::tensor({27, 9, 3, 1})).sum(1);
    const auto counts = torch::bincount(number, {}, 81).to(torch::kFloat64);
    const auto chi_square = ((counts - kDraws * all).square() / (kDraws * all)).sum();
    EXPECT_LT(chi_square.item<double>(), 80 + 5 * std::sqrt(160.0)) << rows;
  }
}

// Taking each cell's posterior for its prior, and the colours that it expects, is a step of EM.
TEST(LabelMap, AStepOfExpectationMaximizationDoesNotLowerTheLikelihood) {
  auto prior = small_prior(false);
  auto table = normal({kLabels, 4}, 6).log_softmax(1);  // log P(y|z)
  const auto y = torch::tensor({{{0, 1}, {2, 3}}, {{1, 1}, {0, 3}}});
  const auto scores = [&] {
    return table.index_select(1, y.flatten()).view({kLabels, 2, 2, 2}).transpose(0, 1);
  };
  double before = prior.log_evidence(scores()).sum().item<double>();
  const double first = before;
  for (int step = 0; step < 10; ++step) {
    const auto posterior = (prior.logits.log_softmax(1) + scores()).softmax(1);
    prior.logits = posterior.log();
    const auto colours = torch::one_hot(y, 4).to(torch::kFloat64);  // (N,2,2,4)
    const auto counts = torch::einsum("nshw,nhwq->sq", {posterior, colours});
    table = (counts / counts.sum(1, true)).log();
    const double after = prior.log_evidence(scores()).sum().item<double>();
    EXPECT_GE(after, before - 1e-12) << step;
    before = after;
  }
  EXPECT_GT(before, first + 0.1);
}

TEST(Information, IsTheDivergenceOfTheJointFromItsMarginals) {
  const auto marginals = normal({2, kLabels, 2, 2}, 7).log_softmax(1);
  const auto colours = normal({2, kLabels, 5, 2, 2}, 8).log_softmax(2);
  const auto found = information(marginals, colours);
  const auto joint = (marginals.unsqueeze(2) + colours).exp();  // P(z,y|x)
  const auto apart = joint.sum(1, true) * joint.sum(2, true);
  const auto expected = (joint * (joint / apart).log()).sum({1, 2});
  EXPECT_TRUE(torch::allclose(found, expected, 0, 1e-12));
  EXPECT_GE(found.min().item<double>(), 0);
  EXPECT_LE(found.max().item<double>(), std::log(static_cast<double>(kLabels)));
  const auto alike = colours.slice(1, 0, 1).expand_as(colours);
  EXPECT_LE(information(marginals, alike).abs().max().item<double>(), 1e-12);
  // A colour of its own for each segment says all there is: H(z).
  const auto own = (1e3 * torch::eye(kLabels, torch::kFloat64)).log_softmax(1);
  const auto certain = own.view({1, kLabels, kLabels, 1, 1});
  const auto entropy = -(marginals.exp() * marginals).sum(1);
  EXPECT_TRUE(torch::allclose(information(marginals, certain), entropy, 0, 1e-12));
}

Batch pictures() {
  auto rng = make_rng(9, 0);
  return {.images = torch::rand({5, 3, 4, 4}, rng, torch::kFloat64), .labels = {}};
}

Colorization small_model(ColorizationOptions options) {
  options.cells = 2;
  options.colours = 4;
  options.segments = kLabels;
  options.channels = 6;
  torch::manual_seed(10);
  Colorization model(options, {3, 4, 4});
  torch::NoGradGuard no_grad;
  for (auto& parameter : model.parameters()) parameter.mul_(2);
  if (options.prior == "rows") model.named_parameters()["transitions"].normal_();
  model.to(torch::kFloat64);
  auto rng = make_rng(11, 0);
  model.loss(pictures(), rng);  // the palette
  model.eval();
  return model;
}

constexpr const char* kDecoders[] = {"restricted", "palette", "universal"};

// All colourings of 2x2 cells: their probabilities sum to one.
TEST(Colorization, ProbabilitiesOfAllColouringsSumToOne) {
  for (const auto* decoder : kDecoders)
    for (const auto* prior : {"cells", "rows"}) {
      auto model = small_model({.decoder = decoder, .prior = prior});
      torch::NoGradGuard no_grad;
      auto x = model.observe(pictures().images.slice(0, 0, 1).expand({256, -1, -1, -1}));
      const auto colour = torch::arange(4);
      x.colours = torch::cartesian_prod({colour, colour, colour, colour}).view({256, 2, 2});
      EXPECT_NEAR(model.log_evidence(x).exp().sum().item<double>(), 1, 1e-12) << decoder << prior;
    }
}

TEST(Colorization, TheBoundIsBelowTheEvidenceAndTightAtThePosterior) {
  for (const auto* decoder : kDecoders) {
    auto model = small_model({.decoder = decoder, .learner = "elbo"});
    torch::NoGradGuard no_grad;
    const auto x = model.observe(pictures().images);
    const auto evidence = model.log_evidence(x);
    const auto value = [&](const torch::Tensor& log_q) {
      const auto bound = model.bound(x, log_q);
      return bound.reconstruction - bound.divergence;
    };
    const auto posterior = (model.prior(x).logits.log_softmax(1) + model.scores(x)).log_softmax(1);
    EXPECT_TRUE(torch::allclose(value(posterior), evidence, 0, 1e-12)) << decoder;
    EXPECT_GT((evidence - value(model.log_q(x))).min().item<double>(), 1e-6) << decoder;
    EXPECT_GE(model.bound(x, model.log_q(x)).divergence.min().item<double>(), 0) << decoder;
  }
}

TEST(Colorization, RelabellingSegmentsChangesNothing) {
  auto model = small_model({.prior = "rows"});
  torch::NoGradGuard no_grad;
  auto rng = make_rng(12, 0);
  const auto before = model.figures(pictures(), {}, rng);
  const auto order = torch::tensor({2, 0, 1});
  auto parameters = model.named_parameters();
  for (const auto* name :
       {"segment.weight", "segment.bias", "segment_bias", "segment_colours", "transitions"})
    parameters[name].copy_(parameters[name].index_select(0, order).clone());
  parameters["transitions"].copy_(parameters["transitions"].index_select(1, order).clone());
  const auto after = model.figures(pictures(), {}, rng);
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_NEAR(before[i].value, after[i].value, 1e-12) << before[i].name;
}

// What a decoder may see decides whether it can do without segments.
TEST(Colorization, OnlyTheUniversalDecoderSeesTheCellsPlace) {
  auto first = pictures().images.slice(0, 0, 1);
  auto other = first.clone();
  other.slice(2, 2, 4).slice(3, 2, 4) = 0.5;  // the last cell alone
  for (const auto* decoder : kDecoders) {
    auto model = small_model({.decoder = decoder});
    torch::NoGradGuard no_grad;
    const auto a = model.log_colours(model.observe(first));
    const auto b = model.log_colours(model.observe(other));
    const bool moves_elsewhere =
        !torch::equal(a.select(3, 0).select(3, 0), b.select(3, 0).select(3, 0));
    EXPECT_EQ(moves_elsewhere, std::string(decoder) != "restricted") << decoder;
    EXPECT_EQ(a.size(3) == 1, std::string(decoder) == "palette") << decoder;
  }
}

// Every colour begins with one segment, and every segment with colours: they are told apart.
TEST(Colorization, SegmentsBeginWithColoursOfTheirOwn) {
  auto model = small_model({});
  torch::NoGradGuard no_grad;
  const auto own = model.named_parameters()["segment_colours"];  // (S,Q)
  EXPECT_TRUE(torch::equal((own > 0).sum(0), torch::ones({4}, torch::kInt64)));
  EXPECT_GT((own > 0).sum(1).min().item<double>(), 0);
  for (const auto* name : {"colour.weight", "colour.bias"}) model.named_parameters()[name].zero_();
  const auto log_p = model.log_colours(model.observe(pictures().images));  // (N,S,Q,h,w)
  const auto expected = own.log_softmax(1).view({1, kLabels, 4, 1, 1}).expand_as(log_p);
  EXPECT_TRUE(torch::allclose(log_p, expected, 0, 1e-12));
}

TEST(Colorization, SegmentsAreTheLikeliestGivenTheLuminance) {
  auto model = small_model({});
  torch::NoGradGuard no_grad;
  const auto x = pictures().images;
  EXPECT_TRUE(torch::equal(model.segments(x), model.prior(model.observe(x)).logits.argmax(1)));
}

TEST(Colorization, AColourlessDecoderHasNoInformationAndTheUniformLoss) {
  auto model = small_model({});
  torch::NoGradGuard no_grad;
  for (const auto* name : {"colour.weight", "colour.bias", "segment_colours"})
    model.named_parameters()[name].zero_();
  auto rng = make_rng(13, 0);
  const auto figures = model.figures(pictures(), {}, rng);
  EXPECT_NEAR(figures[0].value, std::log(4.0), 1e-12);
  EXPECT_EQ(figures[2].name, "information");
  EXPECT_NEAR(figures[2].value, 0, 1e-12);
}

TEST(Colorization, FreeBitsAndBetaWeighTheDivergenceAlone) {
  const auto total = [](double beta, double free_bits) {
    auto model = small_model({.learner = "elbo", .beta = beta, .free_bits = free_bits});
    auto rng = make_rng(14, 0);
    const auto loss = model.loss(pictures(), rng);
    return std::pair(loss.total.item<double>(), loss.terms[1].second.item<double>());
  };
  const auto [plain, divergence] = total(1, 0);
  EXPECT_NEAR(total(0.5, 0).first, plain - 0.5 * 4 * divergence, 1e-10);
  EXPECT_NEAR(total(1, 10).first, plain + 4 * (10 - divergence), 1e-10);
}

TEST(Colorization, ReconstructionsKeepTheLuminanceOfColoursInRange) {
  auto model = small_model({});
  torch::NoGradGuard no_grad;
  model.named_buffers()["palette"].mul_(0.01);  // so that nothing is clipped
  auto rng = make_rng(15, 0);
  const auto images = 0.3 + 0.4 * pictures().images;
  const auto drawn = model.reconstruct({.images = images, .labels = {}}, rng);
  EXPECT_TRUE(
      torch::allclose(model.observe(drawn).luminance, model.observe(images).luminance, 0, 1e-9));
}

// A palette of the pictures' one colour gives that colour back.
TEST(Colorization, ChromaAndBackIsTheSameColour) {
  const auto colour = torch::tensor({0.6, 0.3, 0.2}).view({1, 3, 1, 1});
  const Batch batch{.images = colour.expand({2, 3, 4, 4}).contiguous(), .labels = {}};
  Colorization model({.cells = 2, .colours = 2, .segments = 2, .channels = 3}, {3, 4, 4});
  auto rng = make_rng(16, 0);
  model.loss(batch, rng);
  EXPECT_TRUE(torch::allclose(model.reconstruct(batch, rng), batch.images, 0, 1e-5));
}

TEST(Colorization, PicturesThatDoNotFitAreRefused) {
  EXPECT_THROW(Colorization({}, {1, 32, 32}), Error);
  EXPECT_THROW(Colorization({}, {3, 30, 30}), Error);
}

}  // namespace
}  // namespace vqcodec::models
