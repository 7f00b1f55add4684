// What the codecs share with each other and not with Swift.
#ifndef CODEC_H
#define CODEC_H

#include "image_codecs.h"

// Writes the first failure into the report; later ones are consequences of it.
image_codec_status codec_fail(image_codec_report *report, image_codec_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Whether a library's text speaks of memory: neither libpng nor libtiff has a code for it.
bool codec_is_about_memory(const char *message);

// Where decoded pixels go.
typedef struct {
    image_codec_rendition rendition;
    float *planes;
    size_t plane_values;
    float *palette;
    bool *alpha_used;
} codec_target;

// How many planes an image comes out in, and how many values they hold, or SIZE_MAX where that overflows.
size_t codec_plane_count(const image_codec_header *header, image_codec_rendition rendition);
size_t codec_plane_values(const image_codec_header *header, image_codec_rendition rendition);

// values[i] *= alpha[i]; returns whether some alpha is not 1.
bool codec_composite(float *restrict values, const float *restrict alpha, size_t count);
bool codec_is_transparent(const float *alpha, size_t count);

// out[i] = samples[first + i * stride], scaled to 0...1.
void codec_unpack8(const uint8_t *restrict samples, size_t first, size_t stride, size_t count, float *restrict out);
void codec_unpack16(const uint16_t *restrict samples, size_t first, size_t stride, size_t count, float *restrict out);

// Makes room for more bytes behind those of the output. It grows by half, so that few bytes are copied often.
bool codec_reserve(image_codec_output *output, size_t *capacity, size_t more);
void codec_discard(image_codec_output *output);

image_codec_status codec_png_header(const uint8_t *, size_t, image_codec_header *, image_codec_report *);
image_codec_status codec_tiff_header(const uint8_t *, size_t, image_codec_header *, image_codec_report *);
image_codec_status codec_jpeg_header(const uint8_t *, size_t, image_codec_header *, image_codec_report *);
image_codec_status codec_png_pixels(const uint8_t *, size_t, const codec_target *, image_codec_report *);
image_codec_status codec_tiff_pixels(const uint8_t *, size_t, const codec_target *, image_codec_report *);
image_codec_status codec_jpeg_pixels(const uint8_t *, size_t, const codec_target *, image_codec_report *);

#endif
