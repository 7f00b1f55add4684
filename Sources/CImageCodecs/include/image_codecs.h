// Decoding and encoding of PNG, TIFF and JPEG in memory, over libpng, libtiff and libjpeg.
// Nothing here prints, keeps state between calls, or lets a library's error leave the call in any other way
// than as a status and a text. Every function may be called from several threads at once.
#ifndef IMAGE_CODECS_H
#define IMAGE_CODECS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { IMAGE_CODEC_PNG = 1, IMAGE_CODEC_TIFF = 2, IMAGE_CODEC_JPEG = 3 } image_codec_format;

typedef enum {
    IMAGE_CODEC_OK = 0,
    IMAGE_CODEC_TRUNCATED = 1,
    IMAGE_CODEC_DAMAGED = 2,
    IMAGE_CODEC_UNSUPPORTED = 3,
    IMAGE_CODEC_OUT_OF_MEMORY = 4,
} image_codec_status;

typedef enum { IMAGE_CODEC_GREY = 1, IMAGE_CODEC_RGB = 2, IMAGE_CODEC_PALETTE = 3 } image_codec_colour;

// What a file says about itself. Width and height are those of the stored raster, before any orientation.
typedef struct {
    uint32_t width, height;
    uint64_t coded_pixels;  // that have to be decoded: whole tiles may cover far more than the image
    uint8_t bit_depth;      // per sample
    uint8_t colour;         // an image_codec_colour
    uint8_t orientation;    // 1...8 from the TIFF tag; 1 for the other formats
    bool is_float;
    bool has_alpha;
} image_codec_header;

// How the planes of an image come out.
typedef enum {
    // One plane for grey, three for RGB and palettes. Alpha is composited over black.
    IMAGE_CODEC_COLOURS = 0,
    // Samples as they are stored: one plane for grey, three for RGB, one of indices (0...255) for palettes, and behind them
    // one of alpha where the header has it.
    IMAGE_CODEC_SAMPLES = 1,
} image_codec_rendition;

// Room for a palette: 256 colours of three values each.
enum { IMAGE_CODEC_PALETTE_VALUES = 768 };

// How a call ended. The message is that of the library, or names what is not supported.
typedef struct {
    image_codec_status status;
    int64_t rows_decoded;  // -1 where it is not known
    uint64_t stray_bytes;  // skipped between the segments of a JPEG, as they belong to none
    char message[240];
} image_codec_report;

// Bytes that an encoder made; to be released with image_codec_free.
typedef struct {
    uint8_t *bytes;
    size_t count;
} image_codec_output;

// Reads what the file says about itself; no pixel is decoded, no memory in proportion to the image is taken.
image_codec_status image_codec_read_header(image_codec_format format, const uint8_t *bytes, size_t count,
                                           image_codec_header *header, image_codec_report *report);

// Decodes into planes of width * height floats each. Integers are scaled to 0...1, floats stay as they are. plane_values is
// the room in planes, which has to fit the header and the rendition exactly. palette has room for
// IMAGE_CODEC_PALETTE_VALUES and is filled in for files with a palette. alpha_used says whether some pixel is not opaque.
image_codec_status image_codec_read_pixels(image_codec_format format, const uint8_t *bytes, size_t count,
                                           image_codec_rendition rendition, float *planes, size_t plane_values,
                                           float *palette, bool *alpha_used, image_codec_report *report);

// samples: rows of width * channels values, 8 bit, or 16 bit big-endian; channels 1 or 3.
image_codec_status image_codec_write_png(const uint8_t *samples, uint32_t width, uint32_t height, uint32_t channels,
                                         uint32_t bit_depth, image_codec_output *output, image_codec_report *report);

// samples: rows of width * channels 8 bit values; channels 1 or 3; quality 1...100.
image_codec_status image_codec_write_jpeg(const uint8_t *samples, uint32_t width, uint32_t height, uint32_t channels,
                                          uint32_t quality, image_codec_output *output, image_codec_report *report);

void image_codec_free(void *bytes);

// Whether so much memory can be had just now. Swift's arrays end the program where it cannot.
bool image_codec_can_allocate(size_t bytes);

#endif
