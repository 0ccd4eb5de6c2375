#include "models/generative/flow_vae.h"

#include "models/generative/rate_distortion.h"
#include "models/generative/simple_factory.h"

namespace vqcodec::models {

OptionList FlowVaeOptions::list() {
  OptionList options;
  for (auto& option : VaeOptions::list())
    if (option.name != "beta" && option.name != "free-bits" && option.name != "warm-up")
      options.push_back(std::move(option));
  options.push_back({"flow",
                     "of the posterior: planar maps of the picture, or the same for all pictures; "
                     "iaf: inverse autoregressive",
                     ChoiceOption{&flow, {"planar", "shared-planar", "iaf"}}});
  options.push_back({"maps", "K, one after the other", IntegerOption{&maps, 0, 1000}});
  options.push_back(
      {"context", "values of the picture that iaf sees", IntegerOption{&context, 1, 65536}});
  options.push_back({"made", "units of its networks", ListOption{&made, 1, 65536}});
  return options;
}

namespace {

// What the maps want to know of a picture.
std::int64_t context_of(const FlowVaeOptions& options) {
  if (options.maps == 0 || options.flow == "shared-planar") return 0;
  return options.flow == "iaf" ? options.context : options.maps * (2 * options.latents + 1);
}

}  // namespace

FlowVae::FlowVae(const FlowVaeOptions& options, const PictureShape& shape)
    : Vae(options, shape, context_of(options)), own_(options) {
  const auto k = options.maps, z = options.latents;
  if (k == 0) return;
  if (options.flow == "iaf") {
    for (std::int64_t i = 0; i < k; ++i)
      iaf_.push_back(
          register_module("iaf" + std::to_string(i),
                          std::make_shared<InverseAutoregressiveFlow>(MadeOptions{
                              .values = z, .hidden = options.made, .context = options.context})));
    return;
  }
  planar_ = identity_maps(k, z, /*reach=*/1);
  planar_.u = register_parameter("u", planar_.u);
  planar_.w = register_parameter("w", planar_.w);
  planar_.b = register_parameter("b", planar_.b);
  if (options.flow == "planar") forget_context();
}

Mapped FlowVae::mapped(const torch::Tensor& z, const torch::Tensor& context) {
  if (own_.flow != "iaf") return through_planar_maps(planar_maps(context), z);
  Mapped result{.value = z, .log_volume = torch::zeros({z.size(0)}, z.options())};
  for (std::size_t k = 0; k < iaf_.size(); ++k) {  // each in the last one's order reversed
    const auto [value, log_volume] =
        iaf_[k]->forward(k == 0 ? result.value : result.value.flip(1), context);
    result = {.value = value, .log_volume = result.log_volume + log_volume};
  }
  return result;
}

PlanarMap FlowVae::planar_maps(const torch::Tensor& context) const {
  PlanarMap maps{
      .u = planar_.u.unsqueeze(0), .w = planar_.w.unsqueeze(0), .b = planar_.b.unsqueeze(0)};
  if (context.size(1) == 0) return maps;
  const auto latents = own_.latents;
  const auto parts = context.view({context.size(0), own_.maps, -1})
                         .split_with_sizes({latents, latents, 1}, /*dim=*/2);
  return {.u = maps.u + parts[0], .w = maps.w + parts[1], .b = maps.b + parts[2].squeeze(2)};
}

FlowVae::Draw FlowVae::draw(const torch::Tensor& x, std::int64_t samples, Rng& rng) {
  const auto [posterior, context] = encoded(x);
  const auto q = repeated(posterior, samples);
  const auto z = q.sample(rng);
  const auto log_q = q.log_prob(z);
  if (own_.maps == 0) return {.z = z, .log_q = log_q};
  const auto [value, log_volume] = mapped(z, context.repeat({samples, 1}));
  return {.z = value, .log_q = log_q - log_volume};
}

torch::Tensor FlowVae::log_weights(const torch::Tensor& x, std::int64_t samples, Rng& rng) {
  const auto [z, log_q] = draw(x, samples, rng);
  return (log_joint(x.repeat({samples, 1, 1, 1}), z) - log_q).view({samples, x.size(0)});
}

Loss FlowVae::loss(const Batch& batch, Rng& rng) {
  const auto [z, log_q] = draw(batch.images, 1, rng);
  const auto distortion = -log_likelihood(batch.images, z).mean();
  const auto rate = (log_q - standard_normal_like(z).log_prob(z)).mean();
  return {.total = distortion + rate,
          .terms = {{"distortion_nats", distortion}, {"rate_nats", rate}}};
}

torch::Tensor FlowVae::reconstruct(const Batch& batch, Rng& rng) {
  return decode(draw(batch.images, 1, rng).z);
}

std::vector<Figure> FlowVae::figures(const Batch& batch, const EvaluationOptions& options,
                                     Rng& rng) {
  torch::NoGradGuard no_grad;
  auto figures = GenerativeModel::figures(batch, options, rng);
  std::vector<torch::Tensor> rates, distortions;
  for (const auto& x : batch.images.split(1000)) {
    const auto [z, log_q] = draw(x, 1, rng);
    rates.push_back((log_q - standard_normal_like(z).log_prob(z)).to(torch::kFloat64));
    distortions.push_back(-log_likelihood(x, z).to(torch::kFloat64));
  }
  const auto rate = torch::cat(rates), distortion = torch::cat(distortions);
  figures.push_back(mean_figure("rate", rate, "nats", "log q(z|x) - log p(z), 1 draw"));
  figures.push_back(mean_figure("distortion", distortion, "nats", "-log p(x|z), 1 draw"));
  figures.push_back(mean_figure("negative_elbo", rate + distortion, "nats", "rate + distortion"));
  return figures;
}

std::unique_ptr<ModelFactory> make_flow_vae_factory() {
  return std::make_unique<SimpleFactory<FlowVae, FlowVaeOptions>>();
}

}  // namespace vqcodec::models
