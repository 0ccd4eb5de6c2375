#include "models/generative/markov_sequences.h"

#include "models/joint_batch.h"

namespace vqcodec::models {

namespace {

constexpr std::int64_t kTrain = 5000, kHeldOut = 1000;  // sequences
constexpr std::int64_t kShortOrder = 2;
constexpr double kContrast = 2;  // of the source's logits: not near uniform, not near certain
enum Stream : std::uint64_t { kTable, kTrainSet, kValidationSet, kTestSet };

std::int64_t power(std::int64_t base, std::int64_t exponent) {
  std::int64_t result = 1;
  for (; exponent > 0; --exponent) result *= base;
  return result;
}

// log_prob: (N) nats of sequences of one length.
Figure per_symbol(const char* name, const torch::Tensor& log_prob, std::int64_t length,
                  const char* estimator) {
  return mean_figure(name, -log_prob / static_cast<double>(length), "nats per symbol", estimator);
}

class Factory : public ModelFactory {
 public:
  Factory() {
    network_.symbols = 8;
    network_.layers = 4;
    network_.pixels = "grey";
  }
  OptionList options() override {
    auto options = source_.list();
    for (auto& option : network_.list())
      if (option.name != "pixels") options.push_back(option);
    return options;
  }
  std::shared_ptr<GenerativeModel> make(const PictureShape& /*shape*/) const override {
    return std::make_shared<MarkovWaveNet>(network_, source_);
  }
  PixelKind pixels() const override { return PixelKind::kGrey; }
  bool wants_folder() const override { return false; }
  ImageSets sets(const std::string& /*folder*/) const override {
    const auto source = make_source(source_, network_.symbols);
    const auto draw = [&](std::int64_t count, Stream stream) {
      auto rng = make_rng(static_cast<std::uint64_t>(source_.source_seed), stream);
      const auto symbols = source.sample(count, source_.length, rng);
      return ImageSet{.images = symbols.to(torch::kFloat32).view({count, 1, 1, source_.length}),
                      .labels = {}};
    };
    return {.train = draw(kTrain, kTrainSet),
            .validation = draw(kHeldOut, kValidationSet),
            .test = draw(kHeldOut, kTestSet)};
  }

 private:
  WaveNetOptions network_;
  MarkovOptions source_;
};

}  // namespace

OptionList MarkovOptions::list() {
  return {{"order", "symbols that the source remembers", IntegerOption{&order, 1, 4}},
          {"length", "of the sequences", IntegerOption{&length, 1, 65536}},
          {"source-seed", "of the source and its sequences",
           IntegerOption{&source_seed, 0, 1000000000}}};
}

torch::Tensor contexts_of(const torch::Tensor& symbols, std::int64_t alphabet, std::int64_t order) {
  const auto padded = torch::constant_pad_nd(symbols, {order, 0});
  auto context = torch::zeros_like(symbols);
  for (std::int64_t back = order; back > 0; --back)
    context = context * alphabet + padded.narrow(1, order - back, symbols.size(1));
  return context;
}

torch::Tensor MarkovSource::sample(std::int64_t n, std::int64_t length, Rng& rng) const {
  auto symbols = torch::zeros({n, length}, torch::kInt64);
  const auto contexts = log_table.size(0);
  auto context = torch::zeros({n}, torch::kInt64);
  for (std::int64_t t = 0; t < length; ++t) {
    const auto p = log_table.index_select(0, context).exp();
    const auto next = torch::multinomial(p, 1, /*replacement=*/true, rng).squeeze(1);
    symbols.select(1, t).copy_(next);
    context = (context * alphabet + next).remainder(contexts);
  }
  return symbols;
}

torch::Tensor MarkovSource::log_prob(const torch::Tensor& symbols) const {
  const auto context = contexts_of(symbols, alphabet, order);
  return log_table.flatten().take(context * alphabet + symbols).sum(1);
}

MarkovSource make_source(const MarkovOptions& options, std::int64_t alphabet) {
  auto rng = make_rng(static_cast<std::uint64_t>(options.source_seed), kTable);
  const auto logits =
      kContrast * torch::randn({power(alphabet, options.order), alphabet}, rng, torch::kFloat64);
  return {.alphabet = alphabet, .order = options.order, .log_table = logits.log_softmax(1)};
}

PairsWaveNet::PairsWaveNet(const WaveNetOptions& options, const PictureShape& shape)
    : WaveNet(options, shape, /*holds_symbols=*/true),
      alphabet_(options.symbols),
      counts_(register_buffer(
          "counts",
          torch::zeros({power(options.symbols, kShortOrder), options.symbols}, torch::kFloat64))) {}

Loss PairsWaveNet::loss(const Batch& batch, Rng& rng) {
  if (is_training()) {
    const auto x = symbols(batch.images);
    const auto pairs = contexts_of(x, alphabet_, kShortOrder) * alphabet_ + x;
    counts_ +=
        sum_over_ranks(torch::bincount(pairs.flatten(), {}, counts_.numel())).view_as(counts_);
  }
  return WaveNet::loss(batch, rng);
}

std::vector<Figure> PairsWaveNet::figures(const Batch& batch, const EvaluationOptions& options,
                                          Rng& rng) {
  const auto x = symbols(batch.images);
  const auto smoothed = counts_ + 1;
  const MarkovSource counted{.alphabet = alphabet_,
                             .order = kShortOrder,
                             .log_table = (smoothed / smoothed.sum(1, true)).log()};
  return {per_symbol("nll", log_prob(batch, options, rng).per_example, x.size(1),
                     "product of the symbols' probabilities (exact)"),
          per_symbol("nll_of_order_2", counted.log_prob(x), x.size(1),
                     "pairs of symbols counted in training")};
}

MarkovWaveNet::MarkovWaveNet(const WaveNetOptions& options, const MarkovOptions& source)
    : PairsWaveNet(options, {1, 1, source.length}), source_(make_source(source, options.symbols)) {}

std::vector<Figure> MarkovWaveNet::figures(const Batch& batch, const EvaluationOptions& options,
                                           Rng& rng) {
  auto figures = PairsWaveNet::figures(batch, options, rng);
  const auto x = symbols(batch.images);
  figures.push_back(per_symbol("nll_of_source", source_.log_prob(x), x.size(1),
                               "the source's own probabilities"));
  return figures;
}

std::unique_ptr<ModelFactory> make_markov_wavenet_factory() { return std::make_unique<Factory>(); }

}  // namespace vqcodec::models
