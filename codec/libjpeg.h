// codec/libjpeg.h: libjpeg's headers, which need what they do not include, and an order.
#pragma once

// clang-format off
#include <cstddef>
#include <csetjmp>
#include <cstdio>
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

namespace vqcodec::codec {

// libjpeg reports through the first member. No destructors: it leaves its functions by longjmp.
struct JpegErrors {
  jpeg_error_mgr base;
  std::jmp_buf return_point;
  char problem[JMSG_LENGTH_MAX];
};

// As error_exit of its `base`: notes the problem and jumps to return_point.
[[noreturn]] inline void leave_jpeg(j_common_ptr jpeg) {
  auto* errors = reinterpret_cast<JpegErrors*>(jpeg->err);
  errors->base.format_message(jpeg, errors->problem);
  std::longjmp(errors->return_point, 1);
}

}  // namespace vqcodec::codec
