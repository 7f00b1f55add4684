// Declarations that are shared by the codecs but not visible to Swift.
#ifndef CODEC_H
#define CODEC_H

#include "image_codecs.h"

// Records the first failure in the report; later ones are its consequences.
image_codec_status codec_fail(image_codec_report *report, image_codec_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// True if a library's message is about memory, for which libpng and libtiff have no error code.
bool codec_is_about_memory(const char *message);

// The destination of decoded pixels.
typedef struct {
    image_codec_rendition rendition;
    float *planes;
    size_t plane_values;
    float *palette;
    bool *alpha_used;
} codec_target;

// The number of decoded planes and the number of their values, or SIZE_MAX on overflow.
size_t codec_plane_count(const image_codec_header *header, image_codec_rendition rendition);
size_t codec_plane_values(const image_codec_header *header, image_codec_rendition rendition);

// values[i] *= alpha[i]; returns true if some alpha is not 1.
bool codec_composite(float *restrict values, const float *restrict alpha, size_t count);
bool codec_is_transparent(const float *alpha, size_t count);

// out[i] = samples[first + i * stride], scaled to 0...1.
void codec_unpack8(const uint8_t *restrict samples, size_t first, size_t stride, size_t count, float *restrict out);
void codec_unpack16(const uint16_t *restrict samples, size_t first, size_t stride, size_t count, float *restrict out);

// Reserves capacity for more bytes at the end of the output, with geometric growth.
bool codec_reserve(image_codec_output *output, size_t *capacity, size_t more);
void codec_discard(image_codec_output *output);

// Copies bytes to an empty output.
image_codec_status codec_copy(image_codec_output *output, const void *bytes, size_t count, image_codec_report *report);

image_codec_status codec_png_header(const uint8_t *, size_t, image_codec_header *, image_codec_report *);
image_codec_status codec_tiff_header(const uint8_t *, size_t, image_codec_header *, image_codec_report *);
image_codec_status codec_jpeg_header(const uint8_t *, size_t, image_codec_header *, image_codec_report *);
image_codec_status codec_webp_header(const uint8_t *, size_t, image_codec_header *, image_codec_report *);
image_codec_status codec_png_profile(const uint8_t *, size_t, image_codec_output *, image_codec_report *);
image_codec_status codec_tiff_profile(const uint8_t *, size_t, image_codec_output *, image_codec_report *);
image_codec_status codec_png_pixels(const uint8_t *, size_t, const codec_target *, image_codec_report *);
image_codec_status codec_tiff_pixels(const uint8_t *, size_t, const codec_target *, image_codec_report *);
image_codec_status codec_jpeg_pixels(const uint8_t *, size_t, const codec_target *, image_codec_report *);
image_codec_status codec_webp_pixels(const uint8_t *, size_t, const codec_target *, image_codec_report *);
image_codec_status codec_jpeg2000_pixels(const uint8_t *, size_t, const codec_target *, image_codec_report *);

#endif
