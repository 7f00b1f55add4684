#include <webp/decode.h>

#include "codec.h"

static image_codec_status fail(image_codec_report *report, VP8StatusCode code) {
    switch (code) {
    case VP8_STATUS_OUT_OF_MEMORY: return codec_fail(report, IMAGE_CODEC_OUT_OF_MEMORY, "libwebp is out of memory");
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED: return codec_fail(report, IMAGE_CODEC_TRUNCATED, "unexpected end of the WebP data");
    case VP8_STATUS_UNSUPPORTED_FEATURE: return codec_fail(report, IMAGE_CODEC_UNSUPPORTED, "a feature of WebP");
    default: return codec_fail(report, IMAGE_CODEC_DAMAGED, "the bitstream is invalid");
    }
}

image_codec_status codec_webp_header(const uint8_t *bytes, size_t count, image_codec_header *header,
                                     image_codec_report *report) {
    WebPBitstreamFeatures features;
    VP8StatusCode code = WebPGetFeatures(bytes, count, &features);
    if (code != VP8_STATUS_OK) return fail(report, code);
    if (features.has_animation) return codec_fail(report, IMAGE_CODEC_UNSUPPORTED, "animated WebP");
    *header = (image_codec_header){.width = (uint32_t)features.width,
                                   .height = (uint32_t)features.height,
                                   .coded_pixels = (uint64_t)features.width * (uint64_t)features.height,
                                   .bit_depth = 8,
                                   .colour = IMAGE_CODEC_RGB,
                                   .orientation = 1,
                                   .has_alpha = features.has_alpha != 0,
                                   .is_lossy = features.format != 2};
    return IMAGE_CODEC_OK;
}

image_codec_status codec_webp_pixels(const uint8_t *bytes, size_t count, const codec_target *target,
                                     image_codec_report *report) {
    image_codec_header header;
    if (codec_webp_header(bytes, count, &header, report) != IMAGE_CODEC_OK) return report->status;
    if (codec_plane_values(&header, target->rendition) != target->plane_values)
        return codec_fail(report, IMAGE_CODEC_DAMAGED, "the image size changed during reading");
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config))
        return codec_fail(report, IMAGE_CODEC_UNSUPPORTED, "another version of libwebp");
    config.output.colorspace = header.has_alpha ? MODE_RGBA : MODE_RGB;
    VP8StatusCode code = WebPDecode(bytes, count, &config);
    if (code != VP8_STATUS_OK) {
        WebPFreeDecBuffer(&config.output);
        return fail(report, code);
    }
    size_t width = header.width, plane = width * header.height, stride = header.has_alpha ? 4 : 3;
    bool as_samples = target->rendition == IMAGE_CODEC_SAMPLES;
    for (uint32_t y = 0; y < header.height; y++) {
        const uint8_t *row = config.output.u.RGBA.rgba + y * (size_t)config.output.u.RGBA.stride;
        float *out = target->planes + y * width;
        for (size_t c = 0; c < 3; c++) codec_unpack8(row, c, stride, width, out + c * plane);
        for (size_t x = 0; header.has_alpha && x < width; x++) {
            float alpha = (float)row[4 * x + 3] / 255.0f;
            *target->alpha_used |= alpha != 1.0f;
            if (as_samples) out[x + 3 * plane] = alpha;
            else
                for (size_t c = 0; c < 3; c++) out[x + c * plane] *= alpha;
        }
    }
    WebPFreeDecBuffer(&config.output);
    return IMAGE_CODEC_OK;
}
