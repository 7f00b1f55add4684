#include "codec.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void begin(image_codec_report *report) {
    memset(report, 0, sizeof *report);
    report->rows_decoded = -1;
}

image_codec_status image_codec_read_header(image_codec_format format, const uint8_t *bytes, size_t count,
                                           image_codec_header *header, image_codec_report *report) {
    begin(report);
    memset(header, 0, sizeof *header);
    header->orientation = 1;
    switch (format) {
    case IMAGE_CODEC_PNG: return codec_png_header(bytes, count, header, report);
    case IMAGE_CODEC_TIFF: return codec_tiff_header(bytes, count, header, report);
    case IMAGE_CODEC_JPEG: return codec_jpeg_header(bytes, count, header, report);
    case IMAGE_CODEC_WEBP: return codec_webp_header(bytes, count, header, report);
    case IMAGE_CODEC_JPEG2000: break;
    }
    return codec_fail(report, IMAGE_CODEC_UNSUPPORTED, "image format %d", (int)format);
}

image_codec_status image_codec_read_pixels(image_codec_format format, const uint8_t *bytes, size_t count,
                                           image_codec_rendition rendition, float *planes, size_t plane_values,
                                           float *palette, bool *alpha_used, image_codec_report *report) {
    begin(report);
    *alpha_used = false;
    codec_target target = {rendition, planes, plane_values, palette, alpha_used};
    switch (format) {
    case IMAGE_CODEC_PNG: return codec_png_pixels(bytes, count, &target, report);
    case IMAGE_CODEC_TIFF: return codec_tiff_pixels(bytes, count, &target, report);
    case IMAGE_CODEC_JPEG: return codec_jpeg_pixels(bytes, count, &target, report);
    case IMAGE_CODEC_WEBP: return codec_webp_pixels(bytes, count, &target, report);
    case IMAGE_CODEC_JPEG2000: return codec_jpeg2000_pixels(bytes, count, &target, report);
    }
    return codec_fail(report, IMAGE_CODEC_UNSUPPORTED, "image format %d", (int)format);
}

image_codec_status codec_fail(image_codec_report *report, image_codec_status status, const char *format, ...) {
    if (report->status != IMAGE_CODEC_OK) return report->status;
    report->status = status;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(report->message, sizeof report->message, format, arguments);
    va_end(arguments);
    return status;
}

bool codec_is_about_memory(const char *message) {
    if (strstr(message, "(0 elements") != NULL) return false;  // libtiff's message about an empty directory
    return strstr(message, "ut of memory") != NULL || strstr(message, "nsufficient memory") != NULL ||
           strstr(message, "Failed to allocate") != NULL || strstr(message, "No space for") != NULL ||
           strstr(message, "ot enough memory") != NULL;
}

size_t codec_plane_count(const image_codec_header *header, image_codec_rendition rendition) {
    if (rendition == IMAGE_CODEC_COLOURS) return header->colour == IMAGE_CODEC_GREY ? 1 : 3;
    return (header->colour == IMAGE_CODEC_RGB ? 3 : 1) + (header->has_alpha ? 1 : 0);
}

size_t codec_plane_values(const image_codec_header *header, image_codec_rendition rendition) {
    size_t values;
    if (__builtin_mul_overflow((size_t)header->width, (size_t)header->height, &values)) return SIZE_MAX;
    if (__builtin_mul_overflow(values, codec_plane_count(header, rendition), &values)) return SIZE_MAX;
    return values;
}

bool codec_is_transparent(const float *alpha, size_t count) {
    bool transparent = false;
    for (size_t i = 0; i < count; i++) transparent |= alpha[i] != 1.0f;
    return transparent;
}

bool codec_composite(float *restrict values, const float *restrict alpha, size_t count) {
    for (size_t i = 0; i < count; i++) values[i] *= alpha[i];
    return codec_is_transparent(alpha, count);
}

// Divides instead of multiplying by the reciprocal, so that every value is the float nearest to n / 255.
void codec_unpack8(const uint8_t *restrict samples, size_t first, size_t stride, size_t count, float *restrict out) {
    const uint8_t *from = samples + first;
    switch (stride) {  // constant strides vectorise
    case 1: for (size_t i = 0; i < count; i++) out[i] = (float)from[i] / 255.0f; break;
    case 3: for (size_t i = 0; i < count; i++) out[i] = (float)from[3 * i] / 255.0f; break;
    case 4: for (size_t i = 0; i < count; i++) out[i] = (float)from[4 * i] / 255.0f; break;
    default: for (size_t i = 0; i < count; i++) out[i] = (float)from[stride * i] / 255.0f; break;
    }
}

void codec_unpack16(const uint16_t *restrict samples, size_t first, size_t stride, size_t count, float *restrict out) {
    for (size_t i = 0; i < count; i++) out[i] = (float)samples[first + stride * i] / 65535.0f;
}

bool codec_reserve(image_codec_output *output, size_t *capacity, size_t more) {
    size_t needed;
    if (__builtin_add_overflow(output->count, more, &needed)) return false;
    if (needed <= *capacity) return true;
    size_t larger = needed + needed / 2 + 4096;
    uint8_t *bytes = realloc(output->bytes, larger);
    if (bytes == NULL) return false;
    output->bytes = bytes;
    *capacity = larger;
    return true;
}

void codec_discard(image_codec_output *output) {
    free(output->bytes);
    *output = (image_codec_output){0};
}

image_codec_status codec_copy(image_codec_output *output, const void *bytes, size_t count,
                              image_codec_report *report) {
    size_t capacity = 0;
    if (!codec_reserve(output, &capacity, count))
        return codec_fail(report, IMAGE_CODEC_OUT_OF_MEMORY, "%zu bytes", count);
    memcpy(output->bytes, bytes, count);
    output->count = count;
    return IMAGE_CODEC_OK;
}

image_codec_status image_codec_read_profile(image_codec_format format, const uint8_t *bytes, size_t count,
                                            image_codec_output *output, image_codec_report *report) {
    begin(report);
    memset(output, 0, sizeof *output);
    if (format == IMAGE_CODEC_PNG) return codec_png_profile(bytes, count, output, report);
    if (format == IMAGE_CODEC_TIFF) return codec_tiff_profile(bytes, count, output, report);
    return codec_fail(report, IMAGE_CODEC_UNSUPPORTED, "image format %d", (int)format);
}

void image_codec_free(void *bytes) { free(bytes); }

bool image_codec_can_allocate(size_t bytes) {
    // The volatile pointer keeps the compiler from removing the unused allocation.
    void *volatile probe = malloc(bytes);
    if (probe == NULL) return false;
    free(probe);
    return true;
}
