// A TIFF in memory, opened by libtiff.
#ifndef TIFF_SOURCE_H
#define TIFF_SOURCE_H

#include <tiffio.h>

#include "codec.h"

typedef struct {
    TIFF *tiff;
    const uint8_t *bytes;
    size_t count, position;
    uint64_t budget;         // bytes that can still be read: overlapping values and strips are read more than once
    bool is_over_budget;
    bool ended_early;        // a read or seek went beyond the end
    bool is_reading_pixels;  // true if a codec's warning means that pixels are wrong
    image_codec_report *report;
} tiff_source;

// The layout of the first image of the file.
typedef struct {
    uint16_t samples, bits, format, photometric, compression, planar;
    uint16_t colours;        // samples per pixel that carry colour, as stored: 1 for palettes
    bool has_alpha, is_premultiplied, is_tiled;
    uint32_t tile_width, tile_height;
    const uint16_t *palette[3];
    image_codec_header header;
} tiff_layout;

// The number of bytes that can be read for the pixels: the size of their samples plus a multiple of the file size.
uint64_t tiff_source_pixel_budget(const tiff_source *source, const tiff_layout *layout);

// Opens the file and reads the first directory. Call tiff_source_close after success and after failure.
image_codec_status tiff_source_open(tiff_source *source, tiff_layout *layout);
void tiff_source_close(tiff_source *source);

#endif
