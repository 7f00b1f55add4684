#include "codec.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

// Outside the function that calls setjmp, so that its fields are defined after a longjmp.
typedef struct {
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr destination;
    jmp_buf escape;
    image_codec_output *output;
    size_t capacity;
    image_codec_report *report;
} writer;

static void on_error(j_common_ptr jpeg) {
    writer *self = jpeg->client_data;
    char message[JMSG_LENGTH_MAX];
    self->errors.format_message(jpeg, message);
    bool is_memory = self->errors.msg_code == JERR_OUT_OF_MEMORY;
    codec_fail(self->report, is_memory ? IMAGE_CODEC_OUT_OF_MEMORY : IMAGE_CODEC_UNSUPPORTED, "%s", message);
    longjmp(self->escape, 1);
}

static void on_print(j_common_ptr jpeg) { (void)jpeg; }

static void offer_room(j_compress_ptr jpeg) {
    writer *self = jpeg->client_data;
    if (!codec_reserve(self->output, &self->capacity, 16384)) ERREXIT1(jpeg, JERR_OUT_OF_MEMORY, 0);
    jpeg->dest->next_output_byte = self->output->bytes + self->output->count;
    jpeg->dest->free_in_buffer = self->capacity - self->output->count;
}

static boolean take_full(j_compress_ptr jpeg) {
    writer *self = jpeg->client_data;
    self->output->count = self->capacity;  // libjpeg calls this only when the buffer is full
    offer_room(jpeg);
    return TRUE;
}

static void take_rest(j_compress_ptr jpeg) {
    writer *self = jpeg->client_data;
    self->output->count = self->capacity - jpeg->dest->free_in_buffer;
}

static image_codec_status write_jpeg(writer *self, const uint8_t *samples, uint32_t width, uint32_t height,
                                     uint32_t channels, uint32_t quality) {
    if (setjmp(self->escape)) return self->report->status;
    struct jpeg_compress_struct *jpeg = &self->jpeg;
    jpeg->err = jpeg_std_error(&self->errors);
    self->errors.error_exit = on_error;
    self->errors.output_message = on_print;
    jpeg->client_data = self;
    jpeg_create_compress(jpeg);
    self->destination = (struct jpeg_destination_mgr){
        .init_destination = offer_room, .empty_output_buffer = take_full, .term_destination = take_rest};
    jpeg->dest = &self->destination;
    jpeg->image_width = width;
    jpeg->image_height = height;
    jpeg->input_components = (int)channels;
    jpeg->in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, (int)quality, TRUE);
    jpeg->dct_method = JDCT_ISLOW;
    jpeg->optimize_coding = TRUE;
    // Full colour resolution: thin coloured outlines would bleed into their surroundings.
    jpeg->comp_info[0].h_samp_factor = jpeg->comp_info[0].v_samp_factor = 1;
    jpeg_start_compress(jpeg, TRUE);
    while (jpeg->next_scanline < height) {
        JSAMPROW row = (JSAMPROW)(uintptr_t)(samples + (size_t)jpeg->next_scanline * width * channels);
        jpeg_write_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_compress(jpeg);
    return IMAGE_CODEC_OK;
}

image_codec_status image_codec_write_jpeg(const uint8_t *samples, uint32_t width, uint32_t height, uint32_t channels,
                                          uint32_t quality, image_codec_output *output, image_codec_report *report) {
    memset(report, 0, sizeof *report);
    *output = (image_codec_output){0};
    writer self = {.output = output, .report = report};
    image_codec_status status = write_jpeg(&self, samples, width, height, channels, quality);
    jpeg_destroy_compress(&self.jpeg);
    if (status != IMAGE_CODEC_OK) codec_discard(output);
    return status;
}
