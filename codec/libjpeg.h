// codec/libjpeg.h: libjpeg's headers, which need what they do not include, and an order.
#pragma once

// clang-format off
#include <cstddef>
#include <cstdio>
#include <jpeglib.h>
#include <jerror.h>
// clang-format on
