#include "codec.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// Limits on the bytes read with the last row: twice its size, up to a maximum, plus libpng's read-ahead. A compressed
// byte expands to at most 1,032 bytes.
enum { ROW_BYTES = 1 << 22, AHEAD_BYTES = 1 << 16 };

// Outside the function that calls setjmp, so that its fields are defined after a longjmp.
typedef struct {
    jmp_buf escape;
    png_structp png;
    png_infop info;
    const uint8_t *bytes;
    size_t count, position;
    size_t surplus;  // the number of bytes that can still be read; SIZE_MAX before the last row
    uint8_t *pixels;
    float *alpha;
    unsigned palette_count;
    float palette_alpha[256];
    bool keeps_profile;
    image_codec_report *report;
} reader;

static void on_error(png_structp png, png_const_charp message) {
    reader *self = png_get_error_ptr(png);
    codec_fail(self->report, codec_is_about_memory(message) ? IMAGE_CODEC_OUT_OF_MEMORY : IMAGE_CODEC_DAMAGED, "%s",
               message);
    longjmp(self->escape, 1);
}

// Warnings concern harmless contents, such as an unusual colour profile. Wrong checksums are errors (see start).
static void on_warning(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void read_bytes(png_structp png, png_bytep into, size_t count) {
    reader *self = png_get_io_ptr(png);
    if (count > self->count - self->position) {
        codec_fail(self->report, IMAGE_CODEC_TRUNCATED, "unexpected end of the PNG data");
        png_error(png, "unexpected end of the PNG data");
    }
    if (count > self->surplus) {
        codec_fail(self->report, IMAGE_CODEC_DAMAGED, "far more data than pixels");
        png_error(png, "far more data than pixels");
    }
    if (self->surplus != SIZE_MAX) self->surplus -= count;
    memcpy(into, self->bytes + self->position, count);
    self->position += count;
}

// Reads everything before the pixels.
static void start(reader *self) {
    self->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, self, on_error, on_warning);
    if (self->png != NULL) self->info = png_create_info_struct(self->png);
    if (self->info == NULL) {
        codec_fail(self->report, IMAGE_CODEC_OUT_OF_MEMORY, "libpng could not start");
        longjmp(self->escape, 1);
    }
    png_set_read_fn(self->png, self, read_bytes);
    png_set_user_limits(self->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    // By default, libpng ignores a damaged tRNS chunk and decodes to other pixels.
    png_set_crc_action(self->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    // Skips unused texts and profiles to reduce the attack surface.
    static const uint8_t unused[] = "iCCP\0iTXt\0tEXt\0zTXt\0sPLT\0eXIf\0hIST\0tIME\0pCAL\0sCAL";
    int first = self->keeps_profile ? 1 : 0;
    png_set_keep_unknown_chunks(self->png, PNG_HANDLE_CHUNK_NEVER, unused + 5 * first, (int)(sizeof unused / 5) - first);
    png_read_info(self->png, self->info);
}

static void describe(const reader *self, image_codec_header *header) {
    int type = png_get_color_type(self->png, self->info);
    header->width = png_get_image_width(self->png, self->info);
    header->height = png_get_image_height(self->png, self->info);
    header->coded_pixels = (uint64_t)header->width * header->height;
    header->bit_depth = png_get_bit_depth(self->png, self->info);
    header->has_alpha = (type & PNG_COLOR_MASK_ALPHA) || png_get_valid(self->png, self->info, PNG_INFO_tRNS);
    header->colour = type == PNG_COLOR_TYPE_PALETTE ? IMAGE_CODEC_PALETTE
                     : (type & PNG_COLOR_MASK_COLOR) ? IMAGE_CODEC_RGB
                                                     : IMAGE_CODEC_GREY;
}

static void finish(reader *self) {
    png_destroy_read_struct(&self->png, &self->info, NULL);
    free(self->pixels);
    free(self->alpha);
}

static image_codec_status read_header(reader *self, image_codec_header *header) {
    if (setjmp(self->escape)) return self->report->status;
    start(self);
    describe(self, header);
    return IMAGE_CODEC_OK;
}

image_codec_status codec_png_header(const uint8_t *bytes, size_t count, image_codec_header *header,
                                    image_codec_report *report) {
    reader self = {.bytes = bytes, .count = count, .surplus = SIZE_MAX, .report = report};
    image_codec_status status = read_header(&self, header);
    finish(&self);
    return status;
}

static image_codec_status read_profile(reader *self, image_codec_output *output) {
    if (setjmp(self->escape)) return self->report->status;
    start(self);
    png_charp name = NULL;
    png_bytep profile = NULL;
    png_uint_32 count = 0;
    int compression = 0;
    if (!png_get_iCCP(self->png, self->info, &name, &compression, &profile, &count)) return IMAGE_CODEC_OK;
    return codec_copy(output, profile, count, self->report);
}

image_codec_status codec_png_profile(const uint8_t *bytes, size_t count, image_codec_output *output,
                                     image_codec_report *report) {
    reader self = {.bytes = bytes, .count = count, .surplus = SIZE_MAX, .report = report, .keeps_profile = true};
    image_codec_status status = read_profile(&self, output);
    finish(&self);
    return status;
}

static image_codec_status read_palette(reader *self, float *palette) {
    png_colorp colours = NULL;
    png_bytep alpha = NULL;
    int count = 0, alpha_count = 0;
    if (!png_get_PLTE(self->png, self->info, &colours, &count) || count < 1 || count > 256)
        return codec_fail(self->report, IMAGE_CODEC_DAMAGED, "the palette is missing");
    png_get_tRNS(self->png, self->info, &alpha, &alpha_count, NULL);
    self->palette_count = (unsigned)count;
    for (int i = 0; i < count; i++) {
        const uint8_t samples[] = {colours[i].red, colours[i].green, colours[i].blue};
        codec_unpack8(samples, 0, 1, 3, palette + 3 * i);
        self->palette_alpha[i] = alpha != NULL && i < alpha_count ? (float)alpha[i] / 255.0f : 1.0f;
    }
    return IMAGE_CODEC_OK;
}

// Stores a row of samples in separate planes.
static void store_row(reader *self, const uint8_t *row, bool is16, size_t colours, bool has_alpha,
                      const codec_target *target, size_t offset, size_t plane, size_t width) {
    size_t stride = colours + (has_alpha ? 1 : 0);
    bool keeps_alpha = target->rendition == IMAGE_CODEC_SAMPLES;
    float *alpha = keeps_alpha ? target->planes + colours * plane + offset : self->alpha;
    if (has_alpha) {
        if (is16) codec_unpack16((const uint16_t *)row, colours, stride, width, alpha);
        else codec_unpack8(row, colours, stride, width, alpha);
        *target->alpha_used |= codec_is_transparent(alpha, width);
    }
    for (size_t c = 0; c < colours; c++) {
        float *out = target->planes + c * plane + offset;
        if (is16) codec_unpack16((const uint16_t *)row, c, stride, width, out);
        else codec_unpack8(row, c, stride, width, out);
        if (has_alpha && !keeps_alpha) codec_composite(out, alpha, width);
    }
}

// Stores a row of indices or their colours. An index beyond the palette is an error.
static image_codec_status store_indices(reader *self, const uint8_t *row, bool has_alpha, const codec_target *target,
                                        size_t offset, size_t plane, size_t width) {
    bool as_samples = target->rendition == IMAGE_CODEC_SAMPLES;
    for (size_t x = 0; x < width; x++) {
        unsigned index = row[x];
        if (index >= self->palette_count)
            return codec_fail(self->report, IMAGE_CODEC_DAMAGED,
                              "a pixel has palette index %u, but the palette ends at %u", index,
                              self->palette_count - 1);
        float alpha = self->palette_alpha[index], *out = target->planes + offset + x;
        *target->alpha_used |= alpha != 1.0f;
        if (as_samples) {
            out[0] = (float)index;
            if (has_alpha) out[plane] = alpha;
        } else {
            for (size_t c = 0; c < 3; c++) out[c * plane] = target->palette[3 * index + c] * alpha;
        }
    }
    return IMAGE_CODEC_OK;
}

static image_codec_status read_pixels(reader *self, const codec_target *target) {
    if (setjmp(self->escape)) return self->report->status;
    start(self);
    image_codec_header header = {0};
    describe(self, &header);
    bool is_palette = header.colour == IMAGE_CODEC_PALETTE;
    size_t colours = header.colour == IMAGE_CODEC_GREY ? 1 : 3;
    if (codec_plane_values(&header, target->rendition) != target->plane_values)
        return codec_fail(self->report, IMAGE_CODEC_DAMAGED, "the image size changed during reading");
    if (is_palette && read_palette(self, target->palette) != IMAGE_CODEC_OK) return self->report->status;

    if (is_palette) png_set_packing(self->png);  // a byte for each index
    else png_set_expand(self->png);              // 1, 2 and 4 bit to 8, tRNS to alpha
    if (header.bit_depth == 16 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) png_set_swap(self->png);
    int passes = png_set_interlace_handling(self->png);
    png_read_update_info(self->png, self->info);
    size_t row_bytes = png_get_rowbytes(self->png, self->info);
    // Interlaced images need all rows at once: each pass fills in pixels between the previous ones.
    size_t rows = passes > 1 ? header.height : 1, bytes;
    if (__builtin_mul_overflow(row_bytes, rows, &bytes) || (self->pixels = malloc(bytes)) == NULL ||
        (self->alpha = malloc((size_t)header.width * sizeof(float))) == NULL)
        return codec_fail(self->report, IMAGE_CODEC_OUT_OF_MEMORY, "%zu rows of %zu bytes", rows, row_bytes);

    self->report->rows_decoded = 0;
    bool is16 = header.bit_depth == 16;
    size_t width = header.width, plane = width * header.height;
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t y = 0; y < header.height; y++) {
            uint8_t *row = self->pixels + (passes > 1 ? y * row_bytes : 0);
            // With the last row, libpng decompresses all remaining data, which can be gigabytes in a crafted file.
            bool is_last = pass + 1 == passes && y + 1 == header.height;
            if (is_last) self->surplus = (row_bytes < ROW_BYTES / 2 ? 2 * row_bytes : ROW_BYTES) + AHEAD_BYTES;
            png_read_row(self->png, row, NULL);
            if (is_last) self->surplus = SIZE_MAX;
            if (pass + 1 < passes) continue;
            if (!is_palette) store_row(self, row, is16, colours, header.has_alpha, target, y * width, plane, width);
            else if (store_indices(self, row, header.has_alpha, target, y * width, plane, width) != IMAGE_CODEC_OK)
                return self->report->status;
            self->report->rows_decoded = (int64_t)y + 1;
        }
    }
    png_read_end(self->png, NULL);  // a file without an end chunk is truncated
    return IMAGE_CODEC_OK;
}

image_codec_status codec_png_pixels(const uint8_t *bytes, size_t count, const codec_target *target,
                                    image_codec_report *report) {
    reader self = {.bytes = bytes, .count = count, .surplus = SIZE_MAX, .report = report};
    image_codec_status status = read_pixels(&self, target);
    finish(&self);
    return status;
}
