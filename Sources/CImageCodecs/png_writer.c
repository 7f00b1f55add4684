#include "codec.h"

#include <png.h>
#include <setjmp.h>
#include <string.h>

// Outside the function that calls setjmp, so that its fields are defined after a longjmp.
typedef struct {
    jmp_buf escape;
    png_structp png;
    png_infop info;
    image_codec_output *output;
    size_t capacity;
    image_codec_report *report;
} writer;

static void on_error(png_structp png, png_const_charp message) {
    writer *self = png_get_error_ptr(png);
    image_codec_status status =
        codec_is_about_memory(message) ? IMAGE_CODEC_OUT_OF_MEMORY : IMAGE_CODEC_UNSUPPORTED;
    codec_fail(self->report, status, "%s", message);
    longjmp(self->escape, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void append_bytes(png_structp png, png_bytep bytes, size_t count) {
    writer *self = png_get_io_ptr(png);
    if (!codec_reserve(self->output, &self->capacity, count)) png_error(png, "Out of memory");
    memcpy(self->output->bytes + self->output->count, bytes, count);
    self->output->count += count;
}

static void flush(png_structp png) { (void)png; }

static image_codec_status write_png(writer *self, const uint8_t *samples, uint32_t width, uint32_t height,
                                    uint32_t channels, uint32_t depth) {
    if (setjmp(self->escape)) return self->report->status;
    self->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, self, on_error, on_warning);
    if (self->png != NULL) self->info = png_create_info_struct(self->png);
    if (self->info == NULL) return codec_fail(self->report, IMAGE_CODEC_OUT_OF_MEMORY, "libpng could not start");
    png_set_write_fn(self->png, self, append_bytes, flush);
    png_set_user_limits(self->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    // Fixes everything that determines the bytes except zlib itself. The default level 6 makes photographs 1 % smaller
    // in three times the time.
    png_set_filter(self->png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
    png_set_compression_level(self->png, 3);
    png_set_compression_strategy(self->png, 1);  // Z_FILTERED
    png_set_IHDR(self->png, self->info, width, height, (int)depth,
                 channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(self->png, self->info);
    size_t row_bytes = (size_t)width * channels * (depth / 8);
    for (uint32_t y = 0; y < height; y++) png_write_row(self->png, samples + y * row_bytes);
    png_write_end(self->png, NULL);
    return IMAGE_CODEC_OK;
}

image_codec_status image_codec_write_png(const uint8_t *samples, uint32_t width, uint32_t height, uint32_t channels,
                                         uint32_t depth, image_codec_output *output, image_codec_report *report) {
    memset(report, 0, sizeof *report);
    *output = (image_codec_output){0};
    writer self = {.output = output, .report = report};
    image_codec_status status = write_png(&self, samples, width, height, channels, depth);
    png_destroy_write_struct(&self.png, &self.info);
    if (status != IMAGE_CODEC_OK) codec_discard(output);
    return status;
}
