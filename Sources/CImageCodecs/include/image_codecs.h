// Decoding of PNG, TIFF, JPEG, WebP and JPEG 2000, encoding of PNG and JPEG, and conversion of colours in memory with
// libpng, libtiff, libjpeg, libwebp, OpenJPEG and lcms2. The functions do not print, keep no state between calls, return every library error as a status
// and a message, and are thread-safe.
#ifndef IMAGE_CODECS_H
#define IMAGE_CODECS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    IMAGE_CODEC_PNG = 1,
    IMAGE_CODEC_TIFF = 2,
    IMAGE_CODEC_JPEG = 3,
    IMAGE_CODEC_WEBP = 4,
    IMAGE_CODEC_JPEG2000 = 5,
} image_codec_format;

typedef enum {
    IMAGE_CODEC_OK = 0,
    IMAGE_CODEC_TRUNCATED = 1,
    IMAGE_CODEC_DAMAGED = 2,
    IMAGE_CODEC_UNSUPPORTED = 3,
    IMAGE_CODEC_OUT_OF_MEMORY = 4,
} image_codec_status;

typedef enum { IMAGE_CODEC_GREY = 1, IMAGE_CODEC_RGB = 2, IMAGE_CODEC_PALETTE = 3 } image_codec_colour;

// The properties of a file. Width and height refer to the stored raster, before the orientation is applied.
typedef struct {
    uint32_t width, height;
    uint64_t coded_pixels;  // the number of pixels to decode; whole tiles can cover far more than the image
    uint8_t bit_depth;      // per sample
    uint8_t colour;         // an image_codec_colour
    uint8_t orientation;    // 1...8 from the TIFF tag; 1 for the other formats
    bool is_float;
    bool has_alpha;
    bool is_lossy;          // compression has changed samples
} image_codec_header;

// The layout of decoded planes.
typedef enum {
    // One plane for grey, three for RGB and palettes. Alpha is composited over black.
    IMAGE_CODEC_COLOURS = 0,
    // Stored samples: one plane for grey, three for RGB, one of indices (0...255) for palettes, followed by a plane of
    // alpha if the header has alpha.
    IMAGE_CODEC_SAMPLES = 1,
} image_codec_rendition;

// The size of a palette: 256 colours of three values each.
enum { IMAGE_CODEC_PALETTE_VALUES = 768 };

// The result of a call. The message comes from the library or names the unsupported feature.
typedef struct {
    image_codec_status status;
    int64_t rows_decoded;  // -1 if unknown
    uint64_t stray_bytes;  // skipped bytes between the segments of a JPEG
    char message[240];
} image_codec_report;

// The bytes of an encoded image. Release them with image_codec_free.
typedef struct {
    uint8_t *bytes;
    size_t count;
} image_codec_output;

// Reads the properties of a file without decoding pixels or allocating memory in proportion to the image. Not for JPEG
// 2000, whose structure the caller checks before the pixels are read.
image_codec_status image_codec_read_header(image_codec_format format, const uint8_t *bytes, size_t count,
                                           image_codec_header *header, image_codec_report *report);

// Decodes into planes of width * height floats each. Integers are scaled to 0...1, floats are unchanged. plane_values
// is the size of planes and must match the header and the rendition exactly. palette holds IMAGE_CODEC_PALETTE_VALUES
// values and is set for files with a palette. alpha_used becomes true if some pixel is not opaque.
image_codec_status image_codec_read_pixels(image_codec_format format, const uint8_t *bytes, size_t count,
                                           image_codec_rendition rendition, float *planes, size_t plane_values,
                                           float *palette, bool *alpha_used, image_codec_report *report);

// Converts planes of width * height floats from 0 to 1, one (grey) or three (RGB), from the colours of an ICC profile to
// sRGB, or grey with the curve of sRGB, by the perceptual intent. Results are clamped to 0...1.
image_codec_status image_codec_to_srgb(const uint8_t *profile, size_t profile_count, uint32_t channels, uint32_t width,
                                       uint32_t height, float *planes, image_codec_report *report);

// Reads the ICC profile of a PNG or TIFF; the output is empty for a file without one.
image_codec_status image_codec_read_profile(image_codec_format format, const uint8_t *bytes, size_t count,
                                            image_codec_output *output, image_codec_report *report);

// samples: rows of width * channels values of 8 or, most significant byte first, 16 bits; channels 1 or 3.
image_codec_status image_codec_write_png(const uint8_t *samples, uint32_t width, uint32_t height, uint32_t channels,
                                         uint32_t depth, image_codec_output *output, image_codec_report *report);

// samples: rows of width * channels 8-bit values; channels 1 or 3; quality 1...100.
image_codec_status image_codec_write_jpeg(const uint8_t *samples, uint32_t width, uint32_t height, uint32_t channels,
                                          uint32_t quality, image_codec_output *output, image_codec_report *report);

void image_codec_free(void *bytes);

// True if an allocation of this size succeeds now. Swift's arrays trap on failure.
bool image_codec_can_allocate(size_t bytes);

#endif
