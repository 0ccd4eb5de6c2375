#include "models/silhouettes.h"

#include <matio.h>

#include <memory>

#include "entropy/error.h"

namespace vqcodec::models {

namespace {

constexpr std::size_t kSide = 28;
constexpr int kClasses = 101;

struct CloseFile {
  void operator()(mat_t* file) const { Mat_Close(file); }
};
struct FreeVariable {
  void operator()(matvar_t* variable) const { Mat_VarFree(variable); }
};

using MatFile = std::unique_ptr<mat_t, CloseFile>;

// A matrix of numbers. MATLAB stores it column by column: returns (columns,rows).
torch::Tensor read_matrix(const MatFile& file, const std::string& path, const std::string& name,
                          std::size_t rows, std::size_t columns) {
  const std::unique_ptr<matvar_t, FreeVariable> variable(Mat_VarRead(file.get(), name.c_str()));
  if (!variable) throw Error(ErrorKind::kCorrupt, path, ": has no readable ", name);
  const bool of_bytes = variable->class_type == MAT_C_UINT8;
  if (variable->rank != 2 || variable->dims[0] != rows || variable->dims[1] != columns ||
      !(of_bytes || variable->class_type == MAT_C_DOUBLE) || variable->isComplex ||
      !variable->data || variable->nbytes != rows * columns * (of_bytes ? 1 : sizeof(double)))
    throw Error(ErrorKind::kCorrupt, path, ": ", name, " is no matrix of ", rows, "x", columns,
                " numbers, as split 1 of the silhouettes (28x28) has it");
  return torch::from_blob(variable->data,
                          {static_cast<std::int64_t>(columns), static_cast<std::int64_t>(rows)},
                          of_bytes ? torch::kUInt8 : torch::kFloat64)
      .to(torch::kFloat64, /*non_blocking=*/false, /*copy=*/true);
}

ImageSet read_part(const MatFile& file, const std::string& path, const std::string& part,
                   std::size_t count) {
  const auto pixels = read_matrix(file, path, part + "_data", count, kSide * kSide);
  const auto labels = read_matrix(file, path, part + "_labels", count, 1).flatten();
  if (!pixels.eq(0).logical_or(pixels.eq(1)).all().item<bool>())
    throw Error(ErrorKind::kCorrupt, path, ": ", part, "_data has values beyond 0 and 1");
  if (!labels.ge(1).logical_and(labels.le(kClasses)).all().item<bool>())
    throw Error(ErrorKind::kCorrupt, path, ": ", part, "_labels has values beyond 1 to ", kClasses);
  // A picture is a row of the matrix, and in it the pixels stand column by column too.
  const auto pictures = pixels.view({kSide, kSide, -1}).permute({2, 1, 0});  // (N,H,W)
  return {.images = (pictures * 255).to(torch::kUInt8).unsqueeze(1).contiguous(),
          .labels = labels.to(torch::kInt64) - 1};
}

}  // namespace

ImageSets read_silhouettes(const std::string& path) {
  const MatFile file(Mat_Open(path.c_str(), MAT_ACC_RDONLY));
  if (!file) throw Error(ErrorKind::kCorrupt, path, ": is no MATLAB file, or is cut");
  return {.train = read_part(file, path, "train", 4100),
          .validation = read_part(file, path, "val", 2264),
          .test = read_part(file, path, "test", 2307),
          .binary = true};
}

}  // namespace vqcodec::models
