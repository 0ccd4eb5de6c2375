#include "models/generative/label_map.h"

#include "models/distributions.h"

namespace vqcodec::models {

torch::Tensor LabelMapPrior::first_log_probs() const { return logits.select(3, 0).log_softmax(1); }

torch::Tensor LabelMapPrior::log_steps(std::int64_t column) const {
  const auto steps = transitions.unsqueeze(0).unsqueeze(3);  // (1,S,S,1)
  return (logits.select(3, column).unsqueeze(1) + steps).log_softmax(2);
}

torch::Tensor LabelMapPrior::log_evidence(const torch::Tensor& scores) const {
  if (!transitions.defined()) return sum_events((logits.log_softmax(1) + scores).logsumexp(1));
  auto forward = first_log_probs() + scores.select(3, 0);  // (N,S,h)
  for (std::int64_t column = 1; column < logits.size(3); ++column)
    forward = (forward.unsqueeze(2) + log_steps(column)).logsumexp(1) + scores.select(3, column);
  return sum_events(forward.logsumexp(1));
}

torch::Tensor LabelMapPrior::log_marginals() const {
  if (!transitions.defined()) return logits.log_softmax(1);
  std::vector<torch::Tensor> columns = {first_log_probs()};
  for (std::int64_t column = 1; column < logits.size(3); ++column)
    columns.push_back((columns.back().unsqueeze(2) + log_steps(column)).logsumexp(1));
  return torch::stack(columns, 3);
}

torch::Tensor LabelMapPrior::expected_log_prob(const torch::Tensor& q) const {
  if (!transitions.defined()) return sum_events(q * logits.log_softmax(1));
  auto sum = sum_events(q.select(3, 0) * first_log_probs());
  for (std::int64_t column = 1; column < logits.size(3); ++column)
    sum = sum + sum_events(q.select(3, column - 1).unsqueeze(2) * q.select(3, column).unsqueeze(1) *
                           log_steps(column));
  return sum;
}

torch::Tensor LabelMapPrior::sample(Rng& rng) const {
  if (!transitions.defined()) return draw_labels(logits.log_softmax(1), rng);
  std::vector<torch::Tensor> columns = {draw_labels(first_log_probs(), rng)};  // (N,h)
  for (std::int64_t column = 1; column < logits.size(3); ++column) {
    const auto steps = log_steps(column);  // (N,S left,S,h)
    const auto left = columns.back().unsqueeze(1).unsqueeze(1).expand({-1, 1, steps.size(2), -1});
    columns.push_back(draw_labels(steps.gather(1, left).squeeze(1), rng));
  }
  return torch::stack(columns, 2);
}

torch::Tensor draw_labels(const torch::Tensor& log_probs, Rng& rng) {
  const auto last = log_probs.movedim(1, -1);
  const auto drawn = torch::multinomial(last.exp().reshape({-1, last.size(-1)}), 1,
                                        /*replacement=*/true, rng);
  return drawn.view(last.sizes().slice(0, static_cast<std::size_t>(last.dim() - 1)));
}

torch::Tensor information(const torch::Tensor& log_marginals, const torch::Tensor& log_colours) {
  const auto weights = log_marginals.exp();                                    // (N,S,h,w)
  const auto mixed = (log_marginals.unsqueeze(2) + log_colours).logsumexp(1);  // log P(y|x)
  const auto entropy = [](const torch::Tensor& log_p, std::int64_t dimension) {
    return -(log_p.exp() * log_p).sum(dimension);
  };
  return entropy(mixed, 1) - (weights * entropy(log_colours, 2)).sum(1);
}

}  // namespace vqcodec::models
