#include "models/data_parallel.h"

#include <cmath>

#include "models/device.h"

namespace vqcodec::models {

namespace {

constexpr double kRounding = 1e-3;  // of parameters, relative, between two log lines

}  // namespace

BatchPart part_of_rank(const Ranks& ranks, std::int64_t batch) {
  if (batch % ranks.size() != 0)
    throw Error(ErrorKind::kUsage, "--batch ", batch, ": is no multiple of the ", ranks.size(),
                " processes; ", (batch / ranks.size() + 1) * ranks.size(), " is one");
  const auto count = batch / ranks.size();
  return {.size = batch, .first = ranks.rank() * count, .count = count};
}

Rng rng_of_loss(const Ranks& ranks, const Rng& rng, std::uint64_t seed, std::int64_t step) {
  if (ranks.is_alone()) return rng;
  if (ranks.is_first()) return rng.clone();
  constexpr int kAboveSeeds = 40;  // phases of a training have seeds side by side
  return make_rng(seed ^ static_cast<std::uint64_t>(ranks.rank()) << kAboveSeeds,
                  static_cast<std::uint64_t>(step), rng.device());
}

// One buffer: the gradients, zeros where there is none, and for each how many ranks have it.
void average_gradients(const Ranks& ranks, const std::vector<torch::Tensor>& parameters) {
  if (ranks.is_alone()) return;
  torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> parts;
  std::vector<float> have;
  for (const auto& parameter : parameters) {
    const bool has = parameter.grad().defined();
    have.push_back(has ? 1 : 0);
    parts.push_back(has ? parameter.grad().flatten()
                        : torch::zeros({parameter.numel()}, parameter.options()));
  }
  parts.push_back(torch::tensor(at::ArrayRef<float>(have)).to(parts.front()));
  auto sum = torch::cat(parts);
  ranks.sum_into(sum);
  const auto ranks_with = sum.slice(0, -static_cast<std::int64_t>(have.size())).contiguous();
  std::int64_t start = 0;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto& parameter = parameters[i];
    const auto mean = sum.slice(0, start, start + parameter.numel()) / ranks.size();
    start += parameter.numel();
    if (ranks_with[static_cast<std::int64_t>(i)].item<double>() > 0)
      parameter.mutable_grad() = mean.view(parameter.sizes()).to(parameter.scalar_type());
  }
}

void average_values(const Ranks& ranks, std::vector<std::pair<std::string, double>>& values) {
  if (ranks.is_alone()) return;
  std::vector<double> numbers;
  for (const auto& [name, value] : values) numbers.push_back(value);
  auto sum = torch::tensor(at::ArrayRef<double>(numbers), torch::kFloat64);
  ranks.sum_into(sum);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i].second =
        sum[static_cast<std::int64_t>(i)].item<double>() / static_cast<double>(ranks.size());
}

double value_of_rank_0(const Ranks& ranks, double value) {
  if (ranks.is_alone()) return value;
  const auto shared = torch::tensor(value, torch::kFloat64);
  ranks.broadcast({shared});
  return shared.item<double>();
}

void require_same_step(const Ranks& ranks, std::int64_t step, const std::string& folder) {
  if (ranks.is_alone()) return;
  const auto first = static_cast<std::int64_t>(value_of_rank_0(ranks, static_cast<double>(step)));
  auto others = torch::tensor(first == step ? 0 : 1, torch::kInt64);
  ranks.sum_into(others);
  if (others.item<std::int64_t>() > 0)
    throw Error(ErrorKind::kResource, folder, ": rank ", ranks.rank(), " of ", ranks.size(),
                " would go on from step ", step, ", rank 0 from step ", first,
                ", and not all from one; expected a folder that all processes share");
}

void take_model_of_rank_0(const Ranks& ranks, torch::nn::Module& model) {
  ranks.broadcast(model.parameters());
  ranks.broadcast(model.buffers());
}

void reconcile_parameters(const Ranks& ranks, const std::vector<torch::Tensor>& parameters) {
  if (ranks.is_alone()) return;
  torch::NoGradGuard no_grad;
  auto squares = torch::zeros({2}, torch::kFloat64);  // of the differences, of the parameters
  for (const auto& parameter : parameters) {
    const auto own = parameter.detach().clone();
    ranks.broadcast({parameter});
    squares[0] += (own - parameter).square().sum().to(squares);
    squares[1] += parameter.square().sum().to(squares);
  }
  ranks.sum_into(squares);
  const auto apart = std::sqrt((squares[0] / squares[1]).item<double>());
  if (apart > kRounding)
    throw Error(ErrorKind::kUnsupported, "the processes' parameters are ", apart,
                " apart (relative), expected at most ", kRounding,
                ": this model learns from a whole batch at once; train it in one process");
}

}  // namespace vqcodec::models
