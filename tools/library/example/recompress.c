/* recompress.c: a PPM picture to a .vqc file, and what is left of it to another PPM.
 *
 *   recompress IN.ppm OUT.vqc OUT.ppm [MODEL.vqm]
 */
#define _POSIX_C_SOURCE 200112L

#include <stdio.h>
#include <stdlib.h>
#include <vqcodec.h>

static int complain(const char* what) {
  fprintf(stderr, "recompress: %s\n", what);
  return EXIT_FAILURE;
}

/* A bar on standard error; 0: go on. */
static int show_progress(void* name, double fraction) {
  fprintf(stderr, "\r%s %3.0f %%", (const char*)name, 100 * fraction);
  return 0;
}

/* 8-bit P6 without comments, as most programs write it. */
static int read_ppm(const char* path, vqcodec_image* image) {
  unsigned width = 0, height = 0;
  FILE* file = fopen(path, "rb");
  if (file == NULL) return 0;
  if (fscanf(file, "P6 %u %u 255", &width, &height) == 2 && fgetc(file) != EOF) {
    const size_t size = (size_t)3 * width * height;
    image->width = width;
    image->height = height;
    image->layout = VQCODEC_RGB;
    image->pixels = malloc(size);
    if (image->pixels != NULL && fread(image->pixels, 1, size, file) != size) {
      free(image->pixels);
      image->pixels = NULL;
    }
  }
  fclose(file);
  return image->pixels != NULL;
}

static int write_file(const char* path, const char* header, const void* bytes, size_t size) {
  FILE* file = fopen(path, "wb");
  if (file == NULL) return 0;
  const int written = fputs(header, file) >= 0 && fwrite(bytes, 1, size, file) == size;
  return fclose(file) == 0 && written;
}

static int write_ppm(const char* path, const vqcodec_image* image) {
  char header[64];
  snprintf(header, sizeof header, "P6\n%u %u\n255\n", (unsigned)image->width,
           (unsigned)image->height);
  return write_file(path, header, image->pixels, (size_t)3 * image->width * image->height);
}

static int recompress(vqcodec_context* context, char** paths) {
  vqcodec_image original = {.struct_size = sizeof original};
  vqcodec_image restored = {.struct_size = sizeof restored};
  const vqcodec_compress_options compressing = {.struct_size = sizeof compressing,
                                                .progress = show_progress,
                                                .progress_opaque = "compressing"};
  const vqcodec_decompress_options color = {.struct_size = sizeof color, .layout = VQCODEC_RGB};
  void* bytes = NULL;
  size_t size = 0;
  int result = EXIT_FAILURE;

  if (!read_ppm(paths[0], &original)) return complain("no picture that it can read");
  if (vqcodec_compress(context, &original, &compressing, &bytes, &size) != VQCODEC_OK ||
      vqcodec_decompress(context, bytes, size, &color, &restored) != VQCODEC_OK) {
    complain(vqcodec_message());
  } else if (!write_file(paths[1], "", bytes, size) || !write_ppm(paths[2], &restored)) {
    complain("cannot write");
  } else {
    fprintf(stderr, "\n%ux%u pixels in %zu bytes\n", (unsigned)original.width,
            (unsigned)original.height, size);
    result = EXIT_SUCCESS;
  }
  vqcodec_free(context, restored.pixels);
  vqcodec_free(context, bytes);
  free(original.pixels);
  return result;
}

int main(int argc, char** argv) {
  vqcodec_context_options options = {.struct_size = sizeof options};
  vqcodec_context* context = NULL;
  if (argc < 4 || argc > 5) return complain("IN.ppm OUT.vqc OUT.ppm [MODEL.vqm]");
  if (argc == 5) options.model_path = argv[4];
  setenv("OMP_WAIT_POLICY", "PASSIVE", 0); /* see vqcodec.h, Environment */
  if (vqcodec_context_new(&options, &context) != VQCODEC_OK) return complain(vqcodec_message());
  const int result = recompress(context, argv + 1);
  vqcodec_context_free(context);
  return result;
}
