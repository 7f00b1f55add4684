#include <lcms2.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec.h"

static void keep_message(cmsContext context, cmsUInt32Number code, const char *text) {
    (void)code;
    char *message = cmsGetContextUserData(context);
    if (message[0] == 0) snprintf(message, sizeof((image_codec_report *)0)->message, "%s", text);
}

// Grey of the sRGB curve, so that grey images stay grey.
static cmsHPROFILE grey_profile(cmsContext context) {
    const cmsFloat64Number parameters[5] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
    cmsToneCurve *curve = cmsBuildParametricToneCurve(context, 4, parameters);
    if (curve == NULL) return NULL;
    cmsHPROFILE profile = cmsCreateGrayProfileTHR(context, cmsD50_xyY(), curve);
    cmsFreeToneCurve(curve);
    return profile;
}

image_codec_status image_codec_to_srgb(const uint8_t *profile, size_t profile_count, uint32_t channels, uint32_t width,
                                       uint32_t height, float *planes, image_codec_report *report) {
    *report = (image_codec_report){.rows_decoded = -1};
    char message[sizeof report->message] = {0};
    cmsContext context = cmsCreateContext(NULL, message);
    if (context == NULL) return codec_fail(report, IMAGE_CODEC_OUT_OF_MEMORY, "lcms2 is out of memory");
    cmsSetLogErrorHandlerTHR(context, keep_message);
    cmsHPROFILE source = NULL, target = NULL;
    cmsHTRANSFORM transform = NULL;
    bool is_grey = channels == 1;
    source = cmsOpenProfileFromMemTHR(context, profile, (cmsUInt32Number)profile_count);
    if (source == NULL) {
        codec_fail(report, IMAGE_CODEC_DAMAGED, "the colour profile is damaged: %s", message);
        goto end;
    }
    if (cmsGetColorSpace(source) != (is_grey ? cmsSigGrayData : cmsSigRgbData)) {
        codec_fail(report, IMAGE_CODEC_UNSUPPORTED, "a colour profile for other colours than %s", is_grey ? "grey" : "RGB");
        goto end;
    }
    target = is_grey ? grey_profile(context) : cmsCreate_sRGBProfileTHR(context);
    cmsUInt32Number format = FLOAT_SH(1) | BYTES_SH(4) | CHANNELS_SH(channels) | PLANAR_SH(1) |
                             COLORSPACE_SH(is_grey ? PT_GRAY : PT_RGB);
    if (target != NULL)
        transform = cmsCreateTransformTHR(context, source, format, target, format, INTENT_PERCEPTUAL,
                                          cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE);
    if (transform == NULL) {
        codec_fail(report, IMAGE_CODEC_DAMAGED, "the colour profile cannot be applied: %s", message);
        goto end;
    }
    size_t plane = (size_t)width * height;
    // Row by row: lcms2 counts the bytes of a plane in 32 bits.
    float *row = malloc((size_t)channels * width * sizeof *row);
    if (row == NULL) {
        codec_fail(report, IMAGE_CODEC_OUT_OF_MEMORY, "lcms2 is out of memory");
        goto end;
    }
    for (uint32_t y = 0; y < height; y++) {
        for (uint32_t c = 0; c < channels; c++)
            for (uint32_t x = 0; x < width; x++) row[(size_t)c * width + x] = planes[c * plane + (size_t)y * width + x];
        cmsDoTransform(transform, row, row, width);
        for (uint32_t c = 0; c < channels; c++)
            for (uint32_t x = 0; x < width; x++) {
                float value = row[(size_t)c * width + x];
                // Colours outside of sRGB; and no NaN, whatever the profile holds.
                planes[c * plane + (size_t)y * width + x] = value > 0 ? (value < 1 ? value : 1) : 0;
            }
    }
    free(row);
end:
    if (transform != NULL) cmsDeleteTransform(transform);
    if (target != NULL) cmsCloseProfile(target);
    if (source != NULL) cmsCloseProfile(source);
    cmsDeleteContext(context);
    return report->status;
}
