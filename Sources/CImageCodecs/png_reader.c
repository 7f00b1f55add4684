#include "codec.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// What may be read with the last row: twice its size, as far as rows of up to some million pixels have it, and compressed
// data that libpng reads ahead. A byte unpacks to at most 1,032.
enum { ROW_BYTES = 1 << 22, AHEAD_BYTES = 1 << 16 };

// Kept outside the function that calls setjmp, so that what changed before a longjmp is still defined after it.
typedef struct {
    jmp_buf escape;
    png_structp png;
    png_infop info;
    const uint8_t *bytes;
    size_t count, position;
    size_t surplus;  // how many bytes of the file may still be read; SIZE_MAX before the last row
    uint8_t *pixels;
    float *alpha;
    image_codec_report *report;
} reader;

static void on_error(png_structp png, png_const_charp message) {
    reader *self = png_get_error_ptr(png);
    codec_fail(self->report, codec_is_about_memory(message) ? IMAGE_CODEC_OUT_OF_MEMORY : IMAGE_CODEC_DAMAGED, "%s",
               message);
    longjmp(self->escape, 1);
}

// Warnings are about odd but harmless contents, such as an unusual colour profile: checksums are errors (see start).
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

// Everything before the pixels.
static void start(reader *self) {
    self->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, self, on_error, on_warning);
    if (self->png != NULL) self->info = png_create_info_struct(self->png);
    if (self->info == NULL) {
        codec_fail(self->report, IMAGE_CODEC_OUT_OF_MEMORY, "libpng could not start");
        longjmp(self->escape, 1);
    }
    png_set_read_fn(self->png, self, read_bytes);
    png_set_user_limits(self->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    // By default a damaged tRNS would be dropped and the image decoded to other pixels.
    png_set_crc_action(self->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    // Texts and profiles are not used: not unpacking them leaves less to attack.
    static const uint8_t unused[] = "iCCP\0iTXt\0tEXt\0zTXt\0sPLT\0eXIf\0hIST\0tIME\0pCAL\0sCAL";
    png_set_keep_unknown_chunks(self->png, PNG_HANDLE_CHUNK_NEVER, unused, (int)(sizeof unused / 5));
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

static bool store_row(reader *self, const uint8_t *row, bool is16, size_t colours, bool has_alpha, float *planes,
                      size_t plane, size_t width) {
    size_t stride = colours + (has_alpha ? 1 : 0);
    bool transparent = false;
    float *alpha = self->alpha;
    if (has_alpha) {
        if (is16) codec_unpack16((const uint16_t *)row, colours, stride, width, alpha);
        else codec_unpack8(row, colours, stride, width, alpha);
    }
    for (size_t c = 0; c < colours; c++) {
        float *out = planes + c * plane;
        if (is16) codec_unpack16((const uint16_t *)row, c, stride, width, out);
        else codec_unpack8(row, c, stride, width, out);
        if (has_alpha) transparent |= codec_composite(out, alpha, width);
    }
    return transparent;
}

static image_codec_status read_pixels(reader *self, float *planes, size_t plane_values, bool *alpha_used) {
    if (setjmp(self->escape)) return self->report->status;
    start(self);
    image_codec_header header = {0};
    describe(self, &header);
    size_t colours = header.colour == IMAGE_CODEC_GREY ? 1 : 3;
    if (codec_plane_values(header.width, header.height, colours) != plane_values)
        return codec_fail(self->report, IMAGE_CODEC_DAMAGED, "the size of the image changed while it was read");

    png_set_expand(self->png);  // palettes to RGB, 1, 2 and 4 bit to 8, tRNS to alpha
    if (header.bit_depth == 16 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) png_set_swap(self->png);
    int passes = png_set_interlace_handling(self->png);
    png_read_update_info(self->png, self->info);
    size_t row_bytes = png_get_rowbytes(self->png, self->info);
    // Interlaced images need all rows at once: each pass fills in pixels between those of the passes before.
    size_t rows = passes > 1 ? header.height : 1, bytes;
    if (__builtin_mul_overflow(row_bytes, rows, &bytes) || (self->pixels = malloc(bytes)) == NULL ||
        (self->alpha = malloc((size_t)header.width * sizeof(float))) == NULL)
        return codec_fail(self->report, IMAGE_CODEC_OUT_OF_MEMORY, "%zu rows of %zu bytes", rows, row_bytes);

    self->report->rows_decoded = 0;
    bool is16 = header.bit_depth == 16;
    size_t plane = (size_t)header.width * header.height;
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t y = 0; y < header.height; y++) {
            uint8_t *row = self->pixels + (passes > 1 ? y * row_bytes : 0);
            // With its last row, libpng unpacks all that follows it: gigabytes, if a file was made so.
            bool is_last = pass + 1 == passes && y + 1 == header.height;
            if (is_last) self->surplus = (row_bytes < ROW_BYTES / 2 ? 2 * row_bytes : ROW_BYTES) + AHEAD_BYTES;
            png_read_row(self->png, row, NULL);
            if (is_last) self->surplus = SIZE_MAX;
            if (pass + 1 < passes) continue;
            *alpha_used |= store_row(self, row, is16, colours, header.has_alpha, planes + (size_t)y * header.width,
                                     plane, header.width);
            self->report->rows_decoded = (int64_t)y + 1;
        }
    }
    png_read_end(self->png, NULL);  // a file without its end is a truncated one
    return IMAGE_CODEC_OK;
}

image_codec_status codec_png_pixels(const uint8_t *bytes, size_t count, float *planes, size_t plane_values,
                                    bool *alpha_used, image_codec_report *report) {
    reader self = {.bytes = bytes, .count = count, .surplus = SIZE_MAX, .report = report};
    image_codec_status status = read_pixels(&self, planes, plane_values, alpha_used);
    finish(&self);
    return status;
}
