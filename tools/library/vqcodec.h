/* vqcodec.h: pictures to .vqc bytes and back, for other programs. Plain C; no exception leaves it.
 *
 *   vqcodec_context* context = NULL;
 *   vqcodec_image image = {.struct_size = sizeof image, .width = width, .height = height,
 *                          .layout = VQCODEC_RGB, .pixels = pixels};
 *   void* bytes = NULL;
 *   size_t size = 0;
 *   if (vqcodec_context_new(NULL, &context) != VQCODEC_OK ||
 *       vqcodec_compress(context, &image, NULL, &bytes, &size) != VQCODEC_OK)
 *     fprintf(stderr, "%s\n", vqcodec_message());
 *   ...
 *   vqcodec_free(context, bytes);
 *   vqcodec_context_free(context);
 *
 * Structures. The caller sets struct_size to sizeof the structure and every other member to 0 or
 * to what it wants: 0 is always the default. So members may be added at the ends, and programs
 * built with an earlier header go on working.
 *
 * Threads. Every function may be called from any thread at any time. Calls that share a context
 * share its models and networks; it must be freed after the last of them.
 *
 * Environment. VQCODEC_NETWORKS names the networks' library in place of the installed one. The
 * networks run on OpenMP, whose threads wait busily for each other unless OMP_WAIT_POLICY=PASSIVE
 * is set before the first picture: beside other busy processes that makes a difference of several
 * times. The program `vqcodec` sets it for itself; the library leaves the environment alone.
 *
 * More, and how to link: API.md.
 */
#ifndef VQCODEC_H
#define VQCODEC_H

#include <stddef.h>
#include <stdint.h>

#define VQCODEC_VERSION_MAJOR 0
#define VQCODEC_VERSION_MINOR 4
#define VQCODEC_VERSION_PATCH 0

#if defined(__GNUC__)
#define VQCODEC_API __attribute__((visibility("default")))
#else
#define VQCODEC_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Of the library that is loaded, e.g. "0.4.0"; the macros above are of this header. */
VQCODEC_API const char* vqcodec_version(void);

/* The numbers are also the exit codes of the program. */
typedef enum vqcodec_status {
  VQCODEC_OK = 0,
  VQCODEC_INTERNAL = 1,    /* the library's fault */
  VQCODEC_USAGE = 2,       /* arguments that make no sense, a target that cannot be met */
  VQCODEC_CORRUPT = 3,     /* damaged or cut input */
  VQCODEC_UNSUPPORTED = 4, /* another version or model; networks or a device that are not there */
  VQCODEC_RESOURCE = 5,    /* memory, a file, a limit */
  VQCODEC_CANCELLED = 6    /* the progress callback wished it */
} vqcodec_status;

/* One line about the last call of this thread that did not return VQCODEC_OK: where, what was
 * found, what was expected. Valid until this thread's next such call; "" before the first. */
VQCODEC_API const char* vqcodec_message(void);

/* ---- Context: the models and networks, read when first needed and kept. ---- */

typedef struct vqcodec_context vqcodec_context;

/* Where results come from: allocate returns memory for any object, or NULL where there is none;
 * release takes back what allocate gave. Both may be called from any thread that calls the
 * library. What the library needs for its own work is not asked of it. */
typedef struct vqcodec_allocator {
  void* (*allocate)(void* opaque, size_t size);
  void (*release)(void* opaque, void* pointer);
  void* opaque;
} vqcodec_allocator;

typedef enum vqcodec_tuning { VQCODEC_TUNE_PSNR = 0, VQCODEC_TUNE_MS_SSIM = 1 } vqcodec_tuning;

typedef struct vqcodec_context_options {
  size_t struct_size;
  const char* model_path;      /* a .vqm, the one model to use; NULL: built in or installed */
  const char* device;          /* where the networks run: "cpu", "cuda"; NULL: "auto" */
  vqcodec_tuning tuning;       /* what to compress for; not with model_path */
  vqcodec_allocator allocator; /* both functions or neither: malloc and free */
} vqcodec_context_options;

/* options: NULL for the defaults. *context is NULL after a failure. */
VQCODEC_API vqcodec_status vqcodec_context_new(const vqcodec_context_options* options,
                                               vqcodec_context** context);

/* NULL is allowed. Results of the context stay: the allocator's own release, or free() where none
 * was given, takes them back as vqcodec_free does. */
VQCODEC_API void vqcodec_context_free(vqcodec_context* context);

/* Takes back a result of this context. NULL is allowed for either. */
VQCODEC_API void vqcodec_free(const vqcodec_context* context, void* result);

/* ---- Pictures ---- */

/* Samples of 8 bits, interleaved; the number is how many a pixel has. Colors are taken as they
 * stand, of whatever color space; alpha is straight (not premultiplied) and kept exactly. */
typedef enum vqcodec_layout {
  VQCODEC_GREY = 1,
  VQCODEC_GREY_ALPHA = 2,
  VQCODEC_RGB = 3,
  VQCODEC_RGBA = 4
} vqcodec_layout;

/* What travels beside the colors, kept byte for byte. Types are four letters: "iCCP" (the profile
 * itself), "eXIf" (from the TIFF header on), "xmp " (the packet), and as in PNG "gAMA", "cHRM",
 * "sRGB", "pHYs", "tEXt" (keyword, 0, text in UTF-8). */
typedef struct vqcodec_metadata {
  char type[5]; /* ends with 0 */
  const void* bytes;
  size_t size;
} vqcodec_metadata;

typedef struct vqcodec_image {
  size_t struct_size;
  uint32_t width, height; /* pixels, at least 1 */
  vqcodec_layout layout;
  uint8_t* pixels; /* rows from the top; compressing only reads them */
  size_t stride;   /* bytes from row to row; 0: the rows follow each other without gaps */
  const vqcodec_metadata* metadata;
  size_t metadata_count;
  int source_bits; /* bits a sample where the picture came from, 1..16, for information; 0: 8 */
} vqcodec_image;

/* Called by the thread that called the library, at the start and about every million pixels.
 * fraction: 0..1 of the work, never falling. Anything but 0 stops the call: VQCODEC_CANCELLED. */
typedef int (*vqcodec_progress)(void* opaque, double fraction);

typedef struct vqcodec_compress_options {
  size_t struct_size;
  int quality;              /* 1 (smallest) .. 8 (best); 0: 5. Or one of the targets: */
  double target_bpp;        /* bits per pixel, at most */
  size_t target_size_bytes; /* of the whole, at most */
  double target_psnr_db;    /* in RGB, at least */
  int strip;                /* not 0: leave metadata out */
  int threads;              /* 0: one a processor */
  vqcodec_progress progress;
  void* progress_opaque;
} vqcodec_compress_options;

/* options: NULL for the defaults. *bytes: of the context's allocator, for vqcodec_free; NULL after
 * a failure. */
VQCODEC_API vqcodec_status vqcodec_compress(vqcodec_context* context, const vqcodec_image* image,
                                            const vqcodec_compress_options* options, void** bytes,
                                            size_t* size);

typedef struct vqcodec_decompress_options {
  size_t struct_size;
  vqcodec_layout layout; /* of the result; 0: as compressed. It must hold grey, color and alpha
                            that are there: VQCODEC_RGBA always does */
  int levels;            /* decode only the first so many levels, a coarse picture; 0: all */
  uint32_t crop_x, crop_y, crop_width, crop_height; /* only this part; width and height 0: all */
  uint64_t max_pixels;                              /* refuse larger pictures; 0: 2^28 */
  int threads;                                      /* 0: one a processor */
  vqcodec_progress progress;
  void* progress_opaque;
} vqcodec_decompress_options;

/* options: NULL for the defaults. *image: everything but struct_size, which the caller has set, is
 * filled in. Its pixels, without gaps between rows, and its metadata lie in one block of the
 * context's allocator: vqcodec_free(context, image->pixels) takes back both. After a failure
 * pixels is NULL. */
VQCODEC_API vqcodec_status vqcodec_decompress(vqcodec_context* context, const void* bytes,
                                              size_t size,
                                              const vqcodec_decompress_options* options,
                                              vqcodec_image* image);

/* What the header of a .vqc says; its checksum has been tested, the rest of the file has not. */
typedef struct vqcodec_info {
  size_t struct_size;
  int format_version;
  uint32_t width, height;
  vqcodec_layout layout;
  int source_bits;
  int quality;                /* 1.. of the model's settings */
  uint64_t model_fingerprint; /* of the model that decoding needs */
  int levels;
  int whole_levels;    /* fewer than levels in a cut file: so many can still be decoded */
  uint64_t size_bytes; /* of the whole file */
} vqcodec_info;

/* Needs neither models nor networks. A cut file will do if its header is whole. */
VQCODEC_API vqcodec_status vqcodec_inspect(const void* bytes, size_t size, vqcodec_info* info);

#ifdef __cplusplus
}
#endif

#endif
