// models/generative/vq_networks.h: from pictures to maps of features and back, without any choice
// of codes. Sources: van den Oord et al., arXiv:1711.00937, section 4.1; Razavi et al.,
// arXiv:1906.00446, appendix A.
#pragma once

#include <torch/torch.h>

#include <vector>

namespace vqcodec::models {

struct MapNetwork {
  std::int64_t channels = 64;
  std::int64_t blocks = 2;  // residual ones
};

// Of an odd size, with as many rows and columns out as in.
torch::nn::Conv2d same_size(std::int64_t inputs, std::int64_t outputs, std::int64_t size);

// (N,inputs,2^h H,2^h W) to (N,channels,H,W): a halving h times, then residual blocks.
torch::nn::Sequential map_encoder(const MapNetwork& network, std::int64_t inputs, std::int64_t h);
// (N,inputs,H,W) to (N,outputs,2^h H,2^h W): residual blocks, then a doubling h times.
torch::nn::Sequential map_decoder(const MapNetwork& network, std::int64_t inputs,
                                  std::int64_t outputs, std::int64_t h);

// Products of a weight and an activation for each pixel, where the input has one place every
// `stride` x `stride` pixels, which becomes that of the output.
double multiply_adds(torch::nn::Sequential& layers, double& stride);

// Each value `times` times along either side.
torch::Tensor enlarged(const torch::Tensor& x, std::int64_t times);
// Maps of several grids, each enlarged to that of the last, as one: (N,sum C,H,W).
torch::Tensor gathered(const std::vector<torch::Tensor>& maps);

}  // namespace vqcodec::models
