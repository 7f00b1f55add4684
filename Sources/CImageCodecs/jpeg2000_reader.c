#include <string.h>

#include <openjpeg-2.5/openjpeg.h>

#include "codec.h"

typedef struct {
    const uint8_t *bytes;
    size_t count, position;
    image_codec_report *report;
} source;

static void on_error(const char *message, void *user) {
    source *self = user;
    size_t length = strcspn(message, "\n");
    codec_fail(self->report, codec_is_about_memory(message) ? IMAGE_CODEC_OUT_OF_MEMORY : IMAGE_CODEC_DAMAGED, "%.*s",
               (int)(length < 200 ? length : 200), message);
}

static void on_message(const char *message, void *user) { (void)message, (void)user; }

static OPJ_SIZE_T source_read(void *into, OPJ_SIZE_T count, void *user) {
    source *self = user;
    size_t present = self->count - self->position;
    if (present == 0) return (OPJ_SIZE_T)-1;
    if (count > present) count = present;
    memcpy(into, self->bytes + self->position, count);
    self->position += count;
    return count;
}

static OPJ_OFF_T source_skip(OPJ_OFF_T count, void *user) {
    source *self = user;
    if (count < 0 || (uint64_t)count > self->count - self->position) return -1;
    self->position += (size_t)count;
    return count;
}

static OPJ_BOOL source_seek(OPJ_OFF_T position, void *user) {
    source *self = user;
    if (position < 0 || (uint64_t)position > self->count) return OPJ_FALSE;
    self->position = (size_t)position;
    return OPJ_TRUE;
}

// Stores the components of a decoded image, which have the same size and depth.
static image_codec_status store(const opj_image_t *image, const codec_target *target, image_codec_report *report) {
    uint32_t components = image->numcomps;
    const opj_image_comp_t *first = image->comps;
    bool has_alpha = components > 1 && image->comps[components - 1].alpha != 0;
    bool is_premultiplied = has_alpha && image->comps[components - 1].alpha == 2;
    size_t plane = (size_t)first->w * first->h, colours = components - (has_alpha ? 1 : 0);
    bool as_samples = target->rendition == IMAGE_CODEC_SAMPLES;
    if (plane * (as_samples ? components : colours) != target->plane_values)
        return codec_fail(report, IMAGE_CODEC_DAMAGED, "the image size changed during reading");
    for (uint32_t c = 0; c < components; c++) {
        const opj_image_comp_t *part = image->comps + c;
        if (part->w != first->w || part->h != first->h || part->prec != first->prec || part->sgnd || part->prec > 16 ||
            part->data == NULL)
            return codec_fail(report, IMAGE_CODEC_DAMAGED, "the components differ");
    }
    float white = (float)((1u << first->prec) - 1);
    for (uint32_t c = 0; c < components; c++) {
        const OPJ_INT32 *samples = image->comps[c].data;
        bool is_alpha = has_alpha && c == colours;
        float *out = target->planes + c * plane;
        for (size_t i = 0; i < plane; i++) {
            float value = (float)samples[i] / white;
            if (!is_alpha || as_samples) out[i] = value;
            if (!is_alpha || value == 1.0f) continue;
            *target->alpha_used = true;
            for (size_t k = 0; k < colours && !as_samples && !is_premultiplied; k++) target->planes[k * plane + i] *= value;
        }
    }
    return IMAGE_CODEC_OK;
}

image_codec_status codec_jpeg2000_pixels(const uint8_t *bytes, size_t count, const codec_target *target,
                                         image_codec_report *report) {
    source self = {.bytes = bytes, .count = count, .report = report};
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    bool is_raw = count > 1 && bytes[0] == 0xFF;
    opj_codec_t *codec = opj_create_decompress(is_raw ? OPJ_CODEC_J2K : OPJ_CODEC_JP2);
    opj_stream_t *stream = opj_stream_default_create(OPJ_TRUE);
    opj_image_t *image = NULL;
    if (codec == NULL || stream == NULL) {
        codec_fail(report, IMAGE_CODEC_OUT_OF_MEMORY, "OpenJPEG could not start");
    } else {
        opj_set_error_handler(codec, on_error, &self);
        opj_set_warning_handler(codec, on_message, &self);
        opj_set_info_handler(codec, on_message, &self);
        opj_stream_set_user_data(stream, &self, NULL);
        opj_stream_set_user_data_length(stream, count);
        opj_stream_set_read_function(stream, source_read);
        opj_stream_set_skip_function(stream, source_skip);
        opj_stream_set_seek_function(stream, source_seek);
        if (opj_setup_decoder(codec, &parameters) && opj_read_header(stream, codec, &image) &&
            opj_decode(codec, stream, image) && report->status == IMAGE_CODEC_OK)
            store(image, target, report);
        else codec_fail(report, IMAGE_CODEC_DAMAGED, "OpenJPEG cannot decode it");
    }
    opj_image_destroy(image);
    if (stream != NULL) opj_stream_destroy(stream);
    if (codec != NULL) opj_destroy_codec(codec);
    return report->status;
}
