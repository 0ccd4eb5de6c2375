// models/generative/neighbour_embedding.h: points of many dimensions as points of the plane.
// Sources: Pearson, "On lines and planes of closest fit", 1901 (principal components); van der
// Maaten and Hinton, "Visualizing Data using t-SNE", JMLR 9, 2008.
#pragma once

#include <torch/torch.h>

namespace vqcodec::models {

// points: (N,D). Returns (N,2): the two directions of largest variance, the first's first.
torch::Tensor principal_plane(const torch::Tensor& points);

// How likely a point is to be another's neighbour, (N,N), sum 1, symmetric: Gaussians around each
// point, as wide as gives it that many neighbours (t-SNE, section 2 and eq. 12 of its algorithm 1).
torch::Tensor neighbour_probabilities(const torch::Tensor& points, double perplexity);
// The same in the plane, by Student's distribution of one degree of freedom (eq. 4).
torch::Tensor plane_probabilities(const torch::Tensor& plane);
// The plane whose probabilities are nearest, by gradients from the principal plane on (eq. 5).
torch::Tensor neighbour_embedding(const torch::Tensor& points, double perplexity,
                                  std::int64_t steps = 500);

}  // namespace vqcodec::models
