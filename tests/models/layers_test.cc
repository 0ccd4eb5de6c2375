#include "models/layers.h"

#include <gtest/gtest.h>

#include "entropy/error.h"
#include "tests/models/gradient_check.h"

namespace vqcodec::models {
namespace {

const PictureShape kShape{2, 4, 4};

torch::Tensor pictures() {
  torch::manual_seed(1);
  return torch::rand({3, 2, 4, 4}, torch::kFloat64);
}

// Every element of the output counts, each differently.
torch::Tensor weighed(const torch::Tensor& x) {
  return (x * torch::arange(1, x.numel() + 1, torch::kFloat64).view(x.sizes()).sin()).sum();
}

TEST(Layers, GradientsAreThoseOfFiniteDifferences) {
  const auto x = pictures();
  const auto codes = torch::rand({3, 5}, torch::kFloat64);
  for (const std::string kind : {"perceptron", "convolution"}) {
    torch::manual_seed(2);
    const CodingNetwork network = {kind, {3, 4}, "tanh"};
    auto encoder = encoder_network(network, kShape, 5);
    auto decoder = decoder_network(network, 5, kShape);
    encoder->to(torch::kFloat64);
    decoder->to(torch::kFloat64);
    EXPECT_EQ(encoder->forward(x).sizes(), torch::IntArrayRef({3, 5}));
    EXPECT_EQ(decoder->forward(codes).numel(), 3 * kShape.values());
    expect_gradients(encoder->parameters(), [&] { return weighed(encoder->forward(x)); });
    expect_gradients(decoder->parameters(), [&] { return weighed(decoder->forward(codes)); });
  }
  LabelledPerceptron labelled(std::vector<std::int64_t>{32, 4, 3}, "tanh", 2);
  labelled->to(torch::kFloat64);
  const auto y = torch::tensor({{1.0, 0.0}, {0.0, 1.0}, {0.3, 0.7}}, torch::kFloat64);
  expect_gradients(labelled->parameters(), [&] { return weighed(labelled->forward(x, y)); });
}

TEST(Layers, ALabelledPerceptronStartsAsThePlainOne) {
  const auto x = pictures();
  torch::manual_seed(3);
  auto plain = perceptron({32, 4, 3}, "tanh");
  torch::manual_seed(3);
  LabelledPerceptron labelled(std::vector<std::int64_t>{32, 4, 3}, "tanh", 2);
  plain->to(torch::kFloat64);
  labelled->to(torch::kFloat64);
  const auto y = torch::one_hot(torch::tensor({0, 1, 1}), 2).to(torch::kFloat64);
  EXPECT_TRUE(torch::equal(plain->forward(x), labelled->forward(x, y)));
}

TEST(Layers, ConvolutionsRefuseSidesThatCannotBeHalved) {
  try {
    encoder_network({"convolution", {3, 4, 5}, "relu"}, kShape, 2);
    FAIL() << "three halvings of 4x4";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("multiples of 8"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace vqcodec::models
