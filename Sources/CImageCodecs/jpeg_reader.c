#include "codec.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

// A file of a few kilobytes can hold hundreds of scans, and each costs a pass over the whole image. Encoders write
// about ten. More than USUAL_SCANS are accepted only if scans times pixels is small.
enum { USUAL_SCANS = 30, MAXIMUM_SCANS = 500 };
static const uint64_t MAXIMUM_SCANNED_PIXELS = (uint64_t)1 << 31;

// Outside the function that calls setjmp, so that its fields are defined after a longjmp.
typedef struct {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    image_codec_report *report;
} reader;

static image_codec_status status_of(int code) {
    switch (code) {
    case JERR_INPUT_EOF:
    case JERR_INPUT_EMPTY: return IMAGE_CODEC_TRUNCATED;
    case JERR_OUT_OF_MEMORY: return IMAGE_CODEC_OUT_OF_MEMORY;
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_ARITH_NOTIMPL:
    case JERR_NOT_COMPILED: return IMAGE_CODEC_UNSUPPORTED;
    default: return IMAGE_CODEC_DAMAGED;
    }
}

static void record(reader *self) {
    char message[JMSG_LENGTH_MAX];
    self->errors.format_message((j_common_ptr)&self->jpeg, message);
    codec_fail(self->report, status_of(self->errors.msg_code), "%s", message);
}

static void on_error(j_common_ptr jpeg) {
    reader *self = jpeg->client_data;
    record(self);
    longjmp(self->escape, 1);
}

// libjpeg fills in pixels after corrupt data, so its warnings about that end the decoding. Bytes between segments,
// which some webcams write, affect no pixel and are only counted.
static void on_message(j_common_ptr jpeg, int level) {
    reader *self = jpeg->client_data;
    int code = self->errors.msg_code;
    if (code == JWRN_EXTRANEOUS_DATA) {
        self->report->stray_bytes += (uint64_t)self->errors.msg_parm.i[0];
        return;
    }
    if (level >= 0 || code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM || code == JWRN_BOGUS_ICC) return;
    on_error(jpeg);
}

static void on_print(j_common_ptr jpeg) { (void)jpeg; }

static void on_progress(j_common_ptr jpeg) {
    reader *self = jpeg->client_data;
    int scans = self->jpeg.input_scan_number;
    if (scans <= USUAL_SCANS) return;
    uint64_t pixels = (uint64_t)self->jpeg.image_width * self->jpeg.image_height;  // at most 2^32
    if (scans <= MAXIMUM_SCANS && (uint64_t)scans * pixels <= MAXIMUM_SCANNED_PIXELS) return;
    codec_fail(self->report, IMAGE_CODEC_DAMAGED, "more than %d scans", scans - 1);
    longjmp(self->escape, 1);
}

static void source_nothing(j_decompress_ptr jpeg) { (void)jpeg; }

static boolean source_fill(j_decompress_ptr jpeg) {
    ERREXIT(jpeg, JERR_INPUT_EOF);
    return FALSE;
}

static void source_skip(j_decompress_ptr jpeg, long count) {
    if (count <= 0) return;
    if ((size_t)count > jpeg->src->bytes_in_buffer) ERREXIT(jpeg, JERR_INPUT_EOF);
    jpeg->src->next_input_byte += count;
    jpeg->src->bytes_in_buffer -= (size_t)count;
}

static void start(reader *self, const uint8_t *bytes, size_t count) {
    self->jpeg.err = jpeg_std_error(&self->errors);
    self->errors.error_exit = on_error;
    self->errors.emit_message = on_message;
    self->errors.output_message = on_print;
    self->jpeg.client_data = self;
    jpeg_create_decompress(&self->jpeg);
    self->progress.progress_monitor = on_progress;
    self->jpeg.progress = &self->progress;
    self->source = (struct jpeg_source_mgr){.next_input_byte = bytes,
                                            .bytes_in_buffer = count,
                                            .init_source = source_nothing,
                                            .fill_input_buffer = source_fill,
                                            .skip_input_data = source_skip,
                                            .resync_to_restart = jpeg_resync_to_restart,
                                            .term_source = source_nothing};
    self->jpeg.src = &self->source;
    jpeg_read_header(&self->jpeg, TRUE);
}

static image_codec_status describe(reader *self, image_codec_header *header) {
    struct jpeg_decompress_struct *jpeg = &self->jpeg;
    if (jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK)
        return codec_fail(self->report, IMAGE_CODEC_UNSUPPORTED, "CMYK colour");
    if (jpeg->num_components != 1 && jpeg->num_components != 3)
        return codec_fail(self->report, IMAGE_CODEC_UNSUPPORTED, "%d colour components", jpeg->num_components);
    *header = (image_codec_header){.width = jpeg->image_width,
                                   .height = jpeg->image_height,
                                   .coded_pixels = (uint64_t)jpeg->image_width * jpeg->image_height,
                                   .bit_depth = 8,
                                   .colour = jpeg->num_components == 1 ? IMAGE_CODEC_GREY : IMAGE_CODEC_RGB,
                                   .orientation = 1,
                                   .is_lossy = true};
    return IMAGE_CODEC_OK;
}

static image_codec_status read_header(reader *self, const uint8_t *bytes, size_t count, image_codec_header *header) {
    if (setjmp(self->escape)) return self->report->status;
    start(self, bytes, count);
    return describe(self, header);
}

image_codec_status codec_jpeg_header(const uint8_t *bytes, size_t count, image_codec_header *header,
                                     image_codec_report *report) {
    reader self = {.report = report};
    image_codec_status status = read_header(&self, bytes, count, header);
    jpeg_destroy_decompress(&self.jpeg);
    return status;
}

static image_codec_status read_pixels(reader *self, const uint8_t *bytes, size_t count, const codec_target *target) {
    if (setjmp(self->escape)) return self->report->status;
    start(self, bytes, count);
    image_codec_header header;
    if (describe(self, &header) != IMAGE_CODEC_OK) return self->report->status;
    struct jpeg_decompress_struct *jpeg = &self->jpeg;
    size_t colours = codec_plane_count(&header, target->rendition), width = header.width;
    if (codec_plane_values(&header, target->rendition) != target->plane_values)
        return codec_fail(self->report, IMAGE_CODEC_DAMAGED, "the image size changed during reading");

    jpeg->out_color_space = colours == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg->dct_method = JDCT_ISLOW;  // the method whose SIMD code is bit-exact
    self->report->rows_decoded = 0;
    jpeg_start_decompress(jpeg);
    JSAMPARRAY row = jpeg->mem->alloc_sarray((j_common_ptr)jpeg, JPOOL_IMAGE, (JDIMENSION)(width * colours), 1);
    size_t plane = width * header.height;
    while (jpeg->output_scanline < jpeg->output_height) {
        float *out = target->planes + jpeg->output_scanline * width;
        jpeg_read_scanlines(jpeg, row, 1);
        for (size_t c = 0; c < colours; c++) codec_unpack8(row[0], c, colours, width, out + c * plane);
        self->report->rows_decoded = jpeg->output_scanline;
    }
    jpeg_finish_decompress(jpeg);  // reads up to the end marker: a file without one is truncated
    return IMAGE_CODEC_OK;
}

image_codec_status codec_jpeg_pixels(const uint8_t *bytes, size_t count, const codec_target *target,
                                     image_codec_report *report) {
    reader self = {.report = report};
    image_codec_status status = read_pixels(&self, bytes, count, target);
    jpeg_destroy_decompress(&self.jpeg);
    return status;
}
