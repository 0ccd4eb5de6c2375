#include "codec/model_check.h"

#include "entropy/error.h"

namespace vqcodec::codec {

void check_networks(const ModelFile& model, const Transform& transform) {
  if (model.levels() == transform.levels() && model.coarsest_stride == transform.coarsest_stride())
    return;
  throw Error(ErrorKind::kCorrupt, "model: ", model.levels(), " levels, stride ",
              model.coarsest_stride, "; its networks have ", transform.levels(), " and ",
              transform.coarsest_stride());
}

}  // namespace vqcodec::codec
