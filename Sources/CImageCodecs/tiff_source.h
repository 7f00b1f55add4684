// A TIFF that lies in memory, opened by libtiff.
#ifndef TIFF_SOURCE_H
#define TIFF_SOURCE_H

#include <tiffio.h>

#include "codec.h"

typedef struct {
    TIFF *tiff;
    const uint8_t *bytes;
    size_t count, position;
    uint64_t budget;         // bytes that may still be read: values and strips that lie over each other cost more than they are
    bool is_over_budget;
    bool ended_early;        // something was read, or looked for, behind the end
    bool is_reading_pixels;  // from here on a codec's warning means that pixels are wrong
    image_codec_report *report;
} tiff_source;

// What is needed to turn the first image of the file into planes.
typedef struct {
    uint16_t samples, bits, format, photometric, compression, planar;
    uint16_t colours;        // samples per pixel that carry colour, as stored: 1 for palettes
    bool has_alpha, is_premultiplied, is_tiled;
    uint32_t tile_width, tile_height;
    const uint16_t *palette[3];
    image_codec_header header;
} tiff_layout;

// How much may be read for the pixels: what their samples take, and several times the file.
uint64_t tiff_source_pixel_budget(const tiff_source *source, const tiff_layout *layout);

// Opens the file and reads the first directory. On success and on failure tiff_source_close has to be called.
image_codec_status tiff_source_open(tiff_source *source, tiff_layout *layout);
void tiff_source_close(tiff_source *source);

#endif
