#include "models/generative/flow_layers.h"

#include "entropy/error.h"
#include "models/joint_batch.h"

namespace vqcodec::models {

namespace {

// (C) values, one for each channel of x.
torch::Tensor by_channel(const torch::Tensor& values, const torch::Tensor& x) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
  shape[1] = values.size(0);
  return values.view(shape);
}

// (N,C,...) to (C, all that is of one channel).
torch::Tensor channels_of(const torch::Tensor& x) { return x.transpose(0, 1).flatten(1); }

// The same sum for each example: `sum` for each place of a channel.
torch::Tensor in_each_example(const torch::Tensor& sum, const torch::Tensor& x) {
  const auto places = x[0].numel() / x.size(1);
  return (sum * static_cast<double>(places)).expand({x.size(0)});
}

torch::Tensor nothing(const torch::Tensor& x) { return torch::zeros({x.size(0)}, x.options()); }

}  // namespace

DiagonalScale::DiagonalScale(std::int64_t values) {
  log_scale_ = register_parameter("log_scale", torch::zeros({values}));
}

Mapped DiagonalScale::forward(const torch::Tensor& x) {
  return {.value = x * log_scale_.exp(), .log_volume = log_scale_.sum().expand({x.size(0)})};
}

torch::Tensor DiagonalScale::inverse(const torch::Tensor& z) { return z * (-log_scale_).exp(); }

Mapped Reversal::forward(const torch::Tensor& x) {
  return {.value = x.flip(1), .log_volume = nothing(x)};
}

Mapped Flatten::forward(const torch::Tensor& x) {
  return {.value = x.flatten(1), .log_volume = nothing(x)};
}

torch::Tensor Flatten::inverse(const torch::Tensor& z) {
  return z.reshape({z.size(0), shape_.channels, shape_.height, shape_.width});
}

PictureShape squeezed(const PictureShape& shape) {
  if (shape.height % 2 != 0 || shape.width % 2 != 0)
    throw Error(ErrorKind::kUsage, "squeezing: ", shape.width, "x", shape.height,
                " places, expected even sides; give fewer --levels");
  return {4 * shape.channels, shape.height / 2, shape.width / 2};
}

PictureShape half_of_channels(const PictureShape& shape) {
  return {shape.channels / 2, shape.height, shape.width};
}

Mapped Squeeze::forward(const torch::Tensor& x) {
  return {.value = torch::pixel_unshuffle(x, 2), .log_volume = nothing(x)};
}

torch::Tensor Squeeze::inverse(const torch::Tensor& z) { return torch::pixel_shuffle(z, 2); }

namespace {

constexpr double kLeastVariance = 1e-5;
constexpr double kMemory = 0.98;  // of the running averages, for each batch

}  // namespace

BatchNormalization::BatchNormalization(std::int64_t channels) {
  mean_ = register_buffer("mean", torch::zeros({channels}));
  variance_ = register_buffer("variance", torch::ones({channels}));
}

Mapped BatchNormalization::forward(const torch::Tensor& x) {
  auto mean = mean_, variance = variance_;
  if (is_training()) {
    const auto values = channels_of(x);
    mean = values.mean(1);
    variance = values.var(1, /*unbiased=*/false);
    mean_.lerp_(mean.detach(), 1 - kMemory);
    variance_.lerp_(variance.detach(), 1 - kMemory);
  }
  const auto log_variance = (variance + kLeastVariance).log();
  return {.value = (x - by_channel(mean, x)) * by_channel((-0.5 * log_variance).exp(), x),
          .log_volume = in_each_example(-0.5 * log_variance.sum(), x)};
}

torch::Tensor BatchNormalization::inverse(const torch::Tensor& z) {
  return z * by_channel((variance_ + kLeastVariance).sqrt(), z) + by_channel(mean_, z);
}

ActivationNormalization::ActivationNormalization(std::int64_t channels) {
  shift_ = register_parameter("shift", torch::zeros({channels}));
  log_scale_ = register_parameter("log_scale", torch::zeros({channels}));
  is_fitted_ = register_buffer("is_fitted", torch::zeros({}));
}

void ActivationNormalization::fit(const torch::Tensor& x) {
  torch::NoGradGuard no_grad;
  const auto values = channels_of(rows_of_all_ranks(x));
  shift_.copy_(-values.mean(1));
  log_scale_.copy_(-0.5 * (values.var(1, /*unbiased=*/false) + kLeastVariance).log());
  is_fitted_.fill_(1);
}

Mapped ActivationNormalization::forward(const torch::Tensor& x) {
  if (is_training() && is_fitted_.item<double>() == 0) fit(x);
  return {.value = (x + by_channel(shift_, x)) * by_channel(log_scale_.exp(), x),
          .log_volume = in_each_example(log_scale_.sum(), x)};
}

torch::Tensor ActivationNormalization::inverse(const torch::Tensor& z) {
  return z * by_channel((-log_scale_).exp(), z) - by_channel(shift_, z);
}

ChannelMixing::ChannelMixing(std::int64_t channels) {
  const auto rotation =
      std::get<0>(torch::linalg_qr(torch::randn({channels, channels}, torch::kFloat64)));
  const auto [permutation, lower, upper] = at::linalg_lu(rotation);
  const auto single = [](const torch::Tensor& x) { return x.to(torch::kFloat32); };
  permutation_ = register_buffer("permutation", single(permutation));
  sign_ = register_buffer("sign", single(upper.diagonal().sign()));
  lower_ = register_parameter("lower", single(lower));
  upper_ = register_parameter("upper", single(upper));
  log_scale_ = register_parameter("log_scale", single(upper.diagonal().abs().log()));
}

torch::Tensor ChannelMixing::weight() const {
  const auto unit = torch::eye(sign_.size(0), sign_.options());
  const auto upper = upper_.triu(1) + torch::diag(sign_ * log_scale_.exp());
  return torch::matmul(permutation_, torch::matmul(lower_.tril(-1) + unit, upper));
}

Mapped ChannelMixing::forward(const torch::Tensor& x) {
  const auto kernel = weight().unsqueeze(-1).unsqueeze(-1);
  return {.value = torch::conv2d(x, kernel), .log_volume = in_each_example(log_scale_.sum(), x)};
}

torch::Tensor ChannelMixing::inverse(const torch::Tensor& z) {
  const auto inverse = torch::linalg_inv(weight().to(torch::kFloat64)).to(z.scalar_type());
  return torch::conv2d(z, inverse.unsqueeze(-1).unsqueeze(-1));
}

MultiScale::MultiScale(std::shared_ptr<Flow> steps, std::shared_ptr<Flow> rest,
                       const PictureShape& shape)
    : half_(half_of_channels(shape)) {
  steps_ = register_module("steps", std::move(steps));
  rest_ = register_module("rest", std::move(rest));
}

Mapped MultiScale::forward(const torch::Tensor& x) {
  const auto [value, log_volume] = steps_->forward(x);
  const auto halves = value.chunk(2, 1);
  const auto rest = rest_->forward(halves[1]);
  return {.value = torch::cat({halves[0].flatten(1), rest.value}, 1),
          .log_volume = log_volume + rest.log_volume};
}

torch::Tensor MultiScale::inverse(const torch::Tensor& z) {
  const auto halves = z.chunk(2, 1);
  const auto left = halves[0].reshape({z.size(0), half_.channels, half_.height, half_.width});
  return steps_->inverse(torch::cat({left, rest_->inverse(halves[1])}, 1));
}

}  // namespace vqcodec::models
