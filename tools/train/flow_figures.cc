#include "codec/image_io.h"
#include "entropy/error.h"
#include "models/generative/plane_flow.h"
#include "models/picture_grid.h"
#include "tools/evaluate/formatted.h"
#include "tools/output_file.h"
#include "tools/train/document_figures.h"
#include "tools/train/line_plot.h"
#include "tools/train/model_run.h"

namespace vqcodec::tools {

namespace {

using namespace models;

constexpr std::int64_t kPanel = 120;  // pixels on a side

torch::Tensor panel(const torch::Tensor& log_density) {
  return log_density.exp().view({1, kPanel, kPanel});
}

std::string number(double value) { return formatted("%.6g", value); }

}  // namespace

// arXiv:1505.05770, figure 3: a row for each energy, first the density itself. Levels of a row have
// one scale, on which the density's highest value is white.
void draw_plane_flows(const DocumentFigure& figure, const FigureFolders& folders) {
  torch::NoGradGuard no_grad;
  const auto grid = plane_grid(kBox, kPanel);
  FigureTable table{.columns = {"recipe", "energy", "maps", "kl_nats", "log_partition", "mass",
                                "highest_density"},
                    .rows = {}};
  std::vector<torch::Tensor> panels;
  std::string energy;  // of the row
  torch::Tensor highest;
  for (const auto& recipe : figure.recipes) {
    const auto finished = open_run(folders.runs + "/" + recipe);
    auto* model = dynamic_cast<PlaneFlow*>(finished.model.get());
    if (!model)
      throw Error(ErrorKind::kUsage, folders.runs, "/", recipe, ": is no flow of the plane");
    if (model->energy() != energy) {
      energy = model->energy();
      const auto& target = model->target();
      const auto exact = panel(-target.energy(grid.points) - target.log_partition());
      highest = exact.max();
      panels.push_back(exact / highest);
    }
    const auto type = model->parameters().front().scalar_type();
    const auto learned = panel(model->log_density(grid.points.to(type)).to(torch::kFloat64));
    panels.push_back(learned / highest);
    const auto divergence = model->divergence();
    table.rows.push_back({recipe, energy, std::to_string(model->maps()), number(divergence.nats),
                          number(model->target().log_partition()), number(divergence.mass),
                          number(learned.max().item<double>())});
  }
  const auto rows = 4;  // energies
  const auto columns = static_cast<std::int64_t>(panels.size()) / rows;
  const auto path = folders.output + "/" + figure.name;
  write_text(path + ".csv", table.csv());
  write_output(path + ".png",
               codec::write_png(picture_grid(torch::stack(panels).to(torch::kFloat32), columns)));
}

}  // namespace vqcodec::tools
