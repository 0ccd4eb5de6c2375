#include "tests/library/c_round_trip.h"

#include <string.h>

#include "tools/library/vqcodec.h"

enum { kWidth = 48, kHeight = 40, kSamples = 3 * kWidth * kHeight };

static const char* check_restored(const vqcodec_image* restored, const vqcodec_info* info) {
  if (info->width != kWidth || info->height != kHeight || info->layout != VQCODEC_RGB)
    return "inspect: the picture has another shape";
  if (restored->width != kWidth || restored->height != kHeight || restored->layout != VQCODEC_RGB)
    return "decompress: the picture has another shape";
  if (restored->metadata_count != 1 || strcmp(restored->metadata[0].type, "xmp ") != 0 ||
      restored->metadata[0].size != 4 || memcmp(restored->metadata[0].bytes, "<x/>", 4) != 0)
    return "decompress: the metadata is another";
  return NULL;
}

static const char* there_and_back(vqcodec_context* context) {
  static uint8_t pixels[kSamples];
  const vqcodec_metadata metadata[] = {{.type = "xmp ", .bytes = "<x/>", .size = 4}};
  const vqcodec_image image = {.struct_size = sizeof image,
                               .width = kWidth,
                               .height = kHeight,
                               .layout = VQCODEC_RGB,
                               .pixels = pixels,
                               .metadata = metadata,
                               .metadata_count = 1};
  vqcodec_image restored = {.struct_size = sizeof restored};
  vqcodec_info info = {.struct_size = sizeof info};
  const char* failure = NULL;
  void* bytes = NULL;
  size_t size = 0;

  for (int i = 0; i < kSamples; ++i) pixels[i] = (uint8_t)(i / 3 % kWidth * 4);
  if (vqcodec_compress(context, &image, NULL, &bytes, &size) != VQCODEC_OK ||
      vqcodec_inspect(bytes, size, &info) != VQCODEC_OK ||
      vqcodec_decompress(context, bytes, size, NULL, &restored) != VQCODEC_OK)
    failure = vqcodec_message();
  else
    failure = check_restored(&restored, &info);
  vqcodec_free(context, restored.pixels);
  vqcodec_free(context, bytes);
  return failure;
}

const char* c_round_trip(const char* model_path) {
  const vqcodec_context_options options = {.struct_size = sizeof options, .model_path = model_path};
  vqcodec_context* context = NULL;
  if (vqcodec_context_new(&options, &context) != VQCODEC_OK) return vqcodec_message();
  const char* failure = there_and_back(context);
  vqcodec_context_free(context);
  return failure;
}
