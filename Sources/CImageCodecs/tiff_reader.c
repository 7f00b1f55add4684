#include <stdlib.h>
#include <string.h>

#include "tiff_source.h"

// A rectangle of decoded pixels with all samples or, in planar files, with one.
typedef struct {
    const uint8_t *bytes;
    size_t row_bytes, stride;  // stride: samples from one pixel to the next
    uint32_t x, y, width, height;
} block;

typedef struct {
    tiff_source source;
    tiff_layout layout;
    uint8_t *buffer;
    float *alpha;
    const codec_target *target;
} reader;

static float from_half(uint16_t half) {
    uint32_t exponent = (half >> 10) & 31, fraction = half & 1023, bits;
    if (exponent == 0) {  // zero and subnormals are multiples of 2^-24
        float value = (float)fraction * 0x1p-24f;
        return half & 0x8000 ? -value : value;
    }
    bits = (uint32_t)(half & 0x8000) << 16 | (exponent == 31 ? 255 : exponent + 112) << 23 | fraction << 13;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint8_t small_sample(const uint8_t *row, size_t index, unsigned bits) {
    size_t bit = index * bits;
    return (row[bit / 8] >> (8 - bits - bit % 8)) & ((1u << bits) - 1);
}

static void unpack_float(const uint8_t *row, size_t first, size_t stride, size_t count, unsigned bits, float *out) {
    for (size_t i = 0; i < count; i++) {
        const uint8_t *sample = row + (first + i * stride) * (bits / 8);
        if (bits == 16) {
            uint16_t half;
            memcpy(&half, sample, sizeof half);
            out[i] = from_half(half);
        } else if (bits == 32) {
            memcpy(out + i, sample, sizeof *out);
        } else {
            double value;
            memcpy(&value, sample, sizeof value);
            out[i] = (float)value;
        }
    }
}

static void unpack(const tiff_layout *layout, const uint8_t *row, size_t first, size_t stride, size_t count,
                   float *out) {
    unsigned bits = layout->bits;
    if (layout->header.is_float) unpack_float(row, first, stride, count, bits, out);
    else if (bits == 16) codec_unpack16((const uint16_t *)row, first, stride, count, out);
    else if (bits == 8) codec_unpack8(row, first, stride, count, out);
    else
        for (size_t i = 0; i < count; i++)
            out[i] = (float)small_sample(row, first + i * stride, bits) / (float)((1u << bits) - 1);
}

// Palette entries have 16 bits. Writers store an 8-bit value v as v * 257, v * 256 or, against the standard, v.
static void read_palette(const tiff_layout *layout, float *palette) {
    size_t count = (size_t)1 << layout->bits;
    unsigned highest = 0, low_bits = 0;
    for (size_t i = 0; i < count; i++)
        for (int c = 0; c < 3; c++) {
            unsigned entry = layout->palette[c][i];
            if (entry > highest) highest = entry;
            low_bits |= entry & 255;
        }
    for (size_t i = 0; i < count; i++)
        for (int c = 0; c < 3; c++) {
            unsigned entry = layout->palette[c][i];
            palette[3 * i + c] = highest < 256    ? (float)entry / 255.0f
                                 : low_bits == 0 ? (float)(entry >> 8) / 255.0f
                                                 : (float)entry / 65535.0f;
        }
}

static void look_up(const float *palette, int channel, const uint8_t *row, size_t stride, size_t count, unsigned bits,
                    float *out) {
    for (size_t i = 0; i < count; i++) out[i] = palette[3 * small_sample(row, i * stride, bits) + channel];
}

// Stores one sample of a block. A colour goes to its plane, the colour of an index to three planes, and alpha
// multiplies all planes. In the samples rendition, indices and alpha have separate planes.
static void store(reader *self, const block *piece, uint16_t sample, size_t offset) {
    const tiff_layout *layout = &self->layout;
    size_t width = layout->header.width, plane = width * layout->header.height;
    const codec_target *target = self->target;
    bool is_palette = layout->header.colour == IMAGE_CODEC_PALETTE;
    bool as_samples = target->rendition == IMAGE_CODEC_SAMPLES;
    int planes = is_palette ? 3 : layout->colours;
    for (uint32_t y = 0; y < piece->height; y++) {
        const uint8_t *row = piece->bytes + y * piece->row_bytes;
        float *out = target->planes + (piece->y + y) * width + piece->x;
        if (sample >= layout->colours) {
            float *alpha = as_samples ? out + layout->colours * plane : self->alpha;
            unpack(layout, row, offset, piece->stride, piece->width, alpha);
            for (int c = 0; c < planes && !layout->is_premultiplied && !as_samples; c++)
                codec_composite(out + c * plane, alpha, piece->width);
            *target->alpha_used |= codec_is_transparent(alpha, piece->width);
        } else if (is_palette && as_samples) {
            for (uint32_t x = 0; x < piece->width; x++)
                out[x] = (float)small_sample(row, x * piece->stride, layout->bits);
        } else if (is_palette) {
            for (int c = 0; c < 3; c++)
                look_up(target->palette, c, row, piece->stride, piece->width, layout->bits, out + c * plane);
        } else {
            out += sample * plane;
            unpack(layout, row, offset, piece->stride, piece->width, out);
            if (layout->photometric != PHOTOMETRIC_MINISWHITE || layout->header.is_float) continue;
            for (uint32_t x = 0; x < piece->width; x++) out[x] = 1.0f - out[x];
        }
    }
}

static image_codec_status stopped(reader *self) {
    return codec_fail(self->source.report, self->source.ended_early ? IMAGE_CODEC_TRUNCATED : IMAGE_CODEC_DAMAGED,
                      "cannot read the pixel data");
}

static image_codec_status read_tiles(reader *self, uint16_t sample) {
    const tiff_layout *layout = &self->layout;
    uint32_t width = layout->header.width, height = layout->header.height;
    bool is_contiguous = layout->planar == PLANARCONFIG_CONTIG;
    tmsize_t tile_bytes = TIFFTileSize(self->source.tiff);
    for (uint64_t y = 0; y < height; y += layout->tile_height) {  // 32 bits could wrap
        for (uint64_t x = 0; x < width; x += layout->tile_width) {
            if (TIFFReadTile(self->source.tiff, self->buffer, (uint32_t)x, (uint32_t)y, 0, sample) != tile_bytes ||
                self->source.report->status != IMAGE_CODEC_OK)
                return stopped(self);
            uint32_t left = (uint32_t)x, top = (uint32_t)y, right = width - left, below = height - top;
            block piece = {self->buffer, (size_t)TIFFTileRowSize(self->source.tiff),
                           is_contiguous ? layout->samples : 1, left, top,
                           right < layout->tile_width ? right : layout->tile_width,
                           below < layout->tile_height ? below : layout->tile_height};
            for (uint16_t s = 0; s < (is_contiguous ? layout->samples : 1); s++)
                if (sample + s < layout->colours || layout->has_alpha) store(self, &piece, sample + s, s);
            if (left + piece.width == width) self->source.report->rows_decoded = (int64_t)top + piece.height;
        }
    }
    return IMAGE_CODEC_OK;
}

static image_codec_status read_rows(reader *self, uint16_t sample) {
    const tiff_layout *layout = &self->layout;
    bool is_contiguous = layout->planar == PLANARCONFIG_CONTIG;
    size_t row_bytes = (size_t)TIFFScanlineSize(self->source.tiff);
    for (uint32_t y = 0; y < layout->header.height; y++) {
        if (TIFFReadScanline(self->source.tiff, self->buffer, y, sample) != 1 ||
            self->source.report->status != IMAGE_CODEC_OK)
            return stopped(self);
        block piece = {self->buffer, row_bytes, is_contiguous ? layout->samples : 1, 0, y, layout->header.width, 1};
        for (uint16_t s = 0; s < (is_contiguous ? layout->samples : 1); s++)
            if (sample + s < layout->colours || layout->has_alpha) store(self, &piece, sample + s, s);
        self->source.report->rows_decoded = y + 1;
    }
    return IMAGE_CODEC_OK;
}

// Allocates a row or tile and checks that it holds everything that store reads.
static image_codec_status allocate(reader *self) {
    const tiff_layout *layout = &self->layout;
    TIFF *tiff = self->source.tiff;
    tmsize_t bytes = layout->is_tiled ? TIFFTileSize(tiff) : TIFFScanlineSize(tiff);
    tmsize_t row_bytes = layout->is_tiled ? TIFFTileRowSize(tiff) : bytes;
    uint64_t columns = layout->is_tiled ? layout->tile_width : layout->header.width;
    uint64_t rows = layout->is_tiled ? layout->tile_height : 1;
    uint64_t samples = layout->planar == PLANARCONFIG_CONTIG ? layout->samples : 1;
    uint64_t needed = (columns * samples * layout->bits + 7) / 8;  // at most 2^32 * 4 * 64
    if (bytes <= 0 || row_bytes <= 0 || (uint64_t)row_bytes < needed || (uint64_t)bytes / rows < (uint64_t)row_bytes)
        return codec_fail(self->source.report, IMAGE_CODEC_DAMAGED, "the sizes in the directory contradict each other");
    self->buffer = malloc((size_t)bytes);
    self->alpha = malloc(columns * sizeof(float));
    if (self->buffer == NULL || self->alpha == NULL)
        return codec_fail(self->source.report, IMAGE_CODEC_OUT_OF_MEMORY, "a piece of %lld bytes", (long long)bytes);
    return IMAGE_CODEC_OK;
}

static image_codec_status read_pixels(reader *self) {
    const tiff_layout *layout = &self->layout;
    if (tiff_source_open(&self->source, &self->layout) != IMAGE_CODEC_OK) return self->source.report->status;
    if (codec_plane_values(&layout->header, self->target->rendition) != self->target->plane_values)
        return codec_fail(self->source.report, IMAGE_CODEC_DAMAGED, "the image size changed during reading");
    if (allocate(self) != IMAGE_CODEC_OK) return self->source.report->status;
    if (layout->header.colour == IMAGE_CODEC_PALETTE) read_palette(layout, self->target->palette);
    self->source.report->rows_decoded = 0;
    self->source.is_reading_pixels = true;
    self->source.budget = tiff_source_pixel_budget(&self->source, layout);
    self->source.ended_early = false;
    uint16_t passes = layout->planar == PLANARCONFIG_CONTIG ? 1 : layout->colours + (layout->has_alpha ? 1 : 0);
    for (uint16_t sample = 0; sample < passes; sample++) {
        image_codec_status status = layout->is_tiled ? read_tiles(self, sample) : read_rows(self, sample);
        if (status != IMAGE_CODEC_OK) return status;
    }
    return IMAGE_CODEC_OK;
}

image_codec_status codec_tiff_header(const uint8_t *bytes, size_t count, image_codec_header *header,
                                     image_codec_report *report) {
    tiff_source source = {.bytes = bytes, .count = count, .report = report};
    tiff_layout layout = {0};
    image_codec_status status = tiff_source_open(&source, &layout);
    *header = layout.header;
    tiff_source_close(&source);
    return status;
}

image_codec_status codec_tiff_profile(const uint8_t *bytes, size_t count, image_codec_output *output,
                                      image_codec_report *report) {
    tiff_source source = {.bytes = bytes, .count = count, .report = report};
    tiff_layout layout = {0};
    uint32_t size = 0;
    void *profile = NULL;
    if (tiff_source_open(&source, &layout) == IMAGE_CODEC_OK &&
        TIFFGetField(source.tiff, TIFFTAG_ICCPROFILE, &size, &profile) && profile != NULL)
        codec_copy(output, profile, size, report);
    tiff_source_close(&source);
    return report->status;
}

image_codec_status codec_tiff_pixels(const uint8_t *bytes, size_t count, const codec_target *target,
                                     image_codec_report *report) {
    reader self = {.source = {.bytes = bytes, .count = count, .report = report}, .target = target};
    image_codec_status status = read_pixels(&self);
    tiff_source_close(&self.source);
    free(self.buffer);
    free(self.alpha);
    return status;
}
