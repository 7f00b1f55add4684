#include "tiff_source.h"

#include <stdio.h>
#include <string.h>

// The allowance for fields of a directory that are read more than once.
enum { READ_AGAIN_BYTES = 1 << 16 };

static int on_error(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
    (void)tiff;
    (void)module;
    tiff_source *self = user;
    char message[200];
    vsnprintf(message, sizeof message, format, arguments);
    image_codec_status status = codec_is_about_memory(message) ? IMAGE_CODEC_OUT_OF_MEMORY
                                : self->ended_early            ? IMAGE_CODEC_TRUNCATED
                                                               : IMAGE_CODEC_DAMAGED;
    codec_fail(self->report, status, "%s", message);
    return 1;  // handled: libtiff's own handler would print
}

// Warnings of libtiff itself concern unknown or unusual tags. A codec's warnings while reading pixels concern
// undecodable data, which libtiff replaces with made-up pixels.
static int on_warning(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
    tiff_source *self = user;
    if (!self->is_reading_pixels || (module != NULL && strncmp(module, "TIFF", 4) == 0)) return 1;
    if (strncmp(format, "Premature", 9) == 0) self->ended_early = true;
    return on_error(tiff, user, module, format, arguments);
}

static tmsize_t source_read(thandle_t handle, void *into, tmsize_t count) {
    tiff_source *self = (tiff_source *)handle;
    size_t wanted = count < 0 ? 0 : (size_t)count, present = self->count - self->position;
    if (wanted > present) {
        self->ended_early = true;
        wanted = present;
    }
    if (wanted > self->budget) {
        self->is_over_budget = true;
        codec_fail(self->report, IMAGE_CODEC_DAMAGED, "its parts overlap");
        return 0;  // not -1, which libtiff would add to what it has read
    }
    self->budget -= wanted;
    memcpy(into, self->bytes + self->position, wanted);
    self->position += wanted;
    return (tmsize_t)wanted;
}

static tmsize_t source_write(thandle_t handle, void *from, tmsize_t count) {
    (void)handle, (void)from, (void)count;
    return -1;
}

static toff_t source_seek(thandle_t handle, toff_t offset, int whence) {
    tiff_source *self = (tiff_source *)handle;
    toff_t base = whence == SEEK_CUR ? self->position : whence == SEEK_END ? self->count : 0, target;
    if (__builtin_add_overflow(base, offset, &target) || target > self->count) {
        self->ended_early = true;
        return (toff_t)-1;
    }
    self->position = (size_t)target;
    return target;
}

static int source_close(thandle_t handle) {
    (void)handle;
    return 0;
}

static toff_t source_size(thandle_t handle) { return ((tiff_source *)handle)->count; }

static image_codec_status refuse(tiff_source *self, const char *what, unsigned value) {
    return codec_fail(self->report, IMAGE_CODEC_UNSUPPORTED, "%s %u", what, value);
}

static image_codec_status check_compression(tiff_source *self, const tiff_layout *layout) {
    switch (layout->compression) {
    case COMPRESSION_NONE:
    case COMPRESSION_CCITTRLE:
    case COMPRESSION_CCITTFAX3:
    case COMPRESSION_CCITTFAX4:
    case COMPRESSION_LZW:
    case COMPRESSION_JPEG:
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_DEFLATE:
    case COMPRESSION_PACKBITS:
    case COMPRESSION_LZMA:
    case COMPRESSION_ZSTD:
        if (TIFFIsCODECConfigured(layout->compression)) return IMAGE_CODEC_OK;
    }
    return refuse(self, "TIFF compression", layout->compression);
}

static image_codec_status check_samples(tiff_source *self, const tiff_layout *layout) {
    unsigned bits = layout->bits;
    if (layout->format == SAMPLEFORMAT_IEEEFP) {
        if (bits != 16 && bits != 32 && bits != 64) return refuse(self, "floating-point samples of bits:", bits);
    } else if (layout->format == SAMPLEFORMAT_UINT || layout->format == SAMPLEFORMAT_VOID) {
        if (bits != 1 && bits != 2 && bits != 4 && bits != 8 && bits != 16)
            return refuse(self, "integer samples of bits:", bits);
    } else {
        return refuse(self, "TIFF sample format (2 is signed integer, 5 and 6 are complex):", layout->format);
    }
    if (layout->photometric == PHOTOMETRIC_PALETTE && (bits > 8 || layout->format == SAMPLEFORMAT_IEEEFP))
        return refuse(self, "palette with bits per sample:", bits);
    if (layout->samples != layout->colours && layout->samples != layout->colours + 1)
        return refuse(self, "samples per pixel:", layout->samples);
    return IMAGE_CODEC_OK;
}

static image_codec_status read_colour(tiff_source *self, tiff_layout *layout) {
    layout->colours = 1;
    layout->header.colour = IMAGE_CODEC_GREY;
    switch (layout->photometric) {
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_MINISWHITE: break;
    case PHOTOMETRIC_YCBCR:
        if (layout->compression != COMPRESSION_JPEG || layout->planar != PLANARCONFIG_CONTIG)
            return codec_fail(self->report, IMAGE_CODEC_UNSUPPORTED, "YCbCr colour without JPEG compression");
        TIFFSetField(self->tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
        // fall through
    case PHOTOMETRIC_RGB:
        layout->colours = 3;
        layout->header.colour = IMAGE_CODEC_RGB;
        break;
    case PHOTOMETRIC_PALETTE:
        layout->header.colour = IMAGE_CODEC_PALETTE;
        if (!TIFFGetField(self->tiff, TIFFTAG_COLORMAP, &layout->palette[0], &layout->palette[1], &layout->palette[2]))
            return codec_fail(self->report, IMAGE_CODEC_DAMAGED, "the palette is missing");
        break;
    case PHOTOMETRIC_SEPARATED: return codec_fail(self->report, IMAGE_CODEC_UNSUPPORTED, "CMYK colour");
    default: return refuse(self, "TIFF photometric interpretation", layout->photometric);
    }
    return IMAGE_CODEC_OK;
}

// The number of pixels of all tiles, including those outside the image; UINT64_MAX on overflow.
static uint64_t covered(uint64_t width, uint64_t height, uint64_t tile_width, uint64_t tile_height) {
    uint64_t columns = (width + tile_width - 1) / tile_width * tile_width, pixels;
    uint64_t rows = (height + tile_height - 1) / tile_height * tile_height;
    return __builtin_mul_overflow(columns, rows, &pixels) ? UINT64_MAX : pixels;
}

static image_codec_status read_layout(tiff_source *self, tiff_layout *layout) {
    TIFF *tiff = self->tiff;
    image_codec_header *header = &layout->header;
    if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &header->width) ||
        !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &header->height) || header->width == 0 || header->height == 0)
        return codec_fail(self->report, IMAGE_CODEC_DAMAGED, "the directory gives no width or height");
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &layout->samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &layout->bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &layout->format);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &layout->compression);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &layout->planar);
    if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &layout->photometric))
        layout->photometric = layout->samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
    uint16_t orientation = 1, extra_count = 0, *extra = NULL;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &orientation);
    header->orientation = orientation >= 1 && orientation <= 8 ? (uint8_t)orientation : 1;

    if (check_compression(self, layout) != IMAGE_CODEC_OK || read_colour(self, layout) != IMAGE_CODEC_OK ||
        check_samples(self, layout) != IMAGE_CODEC_OK)
        return self->report->status;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extra_count, &extra);
    if (layout->samples > layout->colours && extra_count > 0 && extra[0] != EXTRASAMPLE_UNSPECIFIED) {
        layout->has_alpha = header->has_alpha = true;
        layout->is_premultiplied = extra[0] == EXTRASAMPLE_ASSOCALPHA;
    }
    header->bit_depth = (uint8_t)layout->bits;
    header->is_float = layout->format == SAMPLEFORMAT_IEEEFP;
    header->coded_pixels = (uint64_t)header->width * header->height;
    layout->is_tiled = TIFFIsTiled(tiff);
    if (layout->is_tiled) {
        TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &layout->tile_width);
        TIFFGetField(tiff, TIFFTAG_TILELENGTH, &layout->tile_height);
        if (layout->tile_width == 0 || layout->tile_height == 0)
            return codec_fail(self->report, IMAGE_CODEC_DAMAGED, "the tiles have no size");
        header->coded_pixels = covered(header->width, header->height, layout->tile_width, layout->tile_height);
    }
    return self->report->status;
}

image_codec_status tiff_source_open(tiff_source *self, tiff_layout *layout) {
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (options == NULL) return codec_fail(self->report, IMAGE_CODEC_OUT_OF_MEMORY, "libtiff could not start");
    TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, self);
    TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, self);
    self->budget = (uint64_t)self->count + READ_AGAIN_BYTES;
    // D: reads strip tables with the pixels, so that a header alone cannot cause large allocations.
    self->tiff = TIFFClientOpenExt("TIFF", "rD", self, source_read, source_write, source_seek, source_close,
                                   source_size, NULL, NULL, options);
    TIFFOpenOptionsFree(options);
    // Thousands of tags can each claim the whole file as their value, and libtiff would store them all.
    if (self->is_over_budget) return self->report->status;
    if (self->tiff == NULL) {
        bool early = self->ended_early;
        return codec_fail(self->report, early ? IMAGE_CODEC_TRUNCATED : IMAGE_CODEC_DAMAGED, "no readable directory");
    }
    // libtiff continues after an error in a tag that is not needed.
    self->report->status = IMAGE_CODEC_OK;
    return read_layout(self, layout);
}

uint64_t tiff_source_pixel_budget(const tiff_source *self, const tiff_layout *layout) {
    // Includes the size of the samples, because equal tiles can share bytes, and an allowance for empty tiles.
    uint64_t bits = layout->header.coded_pixels, file = 4 * (uint64_t)self->count + (1 << 20), budget;
    if (__builtin_mul_overflow(bits, (uint64_t)layout->samples * layout->bits, &bits) ||
        __builtin_add_overflow(bits / 4, file, &budget))
        return UINT64_MAX;
    return budget;
}

void tiff_source_close(tiff_source *self) {
    if (self->tiff != NULL) TIFFClose(self->tiff);
}
