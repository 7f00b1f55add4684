// Scores one image with a model from nominal models export, by onnxruntime's C API and libpng.
//
//   g++ -std=c++17 -O2 -I ONNXRUNTIME/include runner.cpp -o runner -L ONNXRUNTIME/lib -lonnxruntime -lpng
//   runner MODEL.onnx IMAGE.png
//
// ONNXRUNTIME is the unpacked archive of a release (https://github.com/microsoft/onnxruntime/releases), 1.16 or later. Prints
// one JSON object: score, normalized_score, is_anomalous and anomaly_map, whose rows go from top to bottom:
//
//   nominal verify --onnx MODEL.onnx --with ./runner
#include <onnxruntime_c_api.h>
#include <png.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

static const OrtApi *api = OrtGetApiBase()->GetApi(16);

[[noreturn]] static void fail(const char *subject, const char *reason) {
    std::fprintf(stderr, "%s: %s\n", subject, reason);
    std::exit(1);
}

static void check(OrtStatus *status) {
    if (status != nullptr) fail("onnxruntime", api->GetErrorMessage(status));
}

// The samples of an image: all of red, all of green, all of blue, most significant byte last. Grey is repeated.
static std::vector<uint8_t> readPlanes(const char *path, bool wide, int64_t &height, int64_t &width) {
    FILE *file = std::fopen(path, "rb");
    if (file == nullptr) fail(path, "cannot be opened");
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    if (setjmp(png_jmpbuf(png))) fail(path, "is not a PNG, or damaged");
    png_init_io(png, file);
    png_read_info(png, info);
    const int depth = png_get_bit_depth(png, info);
    if ((depth == 16) != wide) fail(path, wide ? "expected 16 bits per sample" : "expected 8 bits per sample");
    if ((png_get_color_type(png, info) & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, info, PNG_INFO_tRNS))
        fail(path, "expected an image without transparency");
    png_set_expand(png);
    png_set_gray_to_rgb(png);
    if (wide) png_set_swap(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    height = png_get_image_height(png, info);
    width = png_get_image_width(png, info);
    const size_t bytes = wide ? 2 : 1, plane = size_t(height) * width;
    if (png_get_rowbytes(png, info) != 3 * bytes * size_t(width)) fail(path, "is not a colour image");
    std::vector<uint8_t> pixels(3 * bytes * plane), planes(pixels.size());
    std::vector<png_bytep> rows;
    for (int64_t y = 0; y < height; y++) rows.push_back(pixels.data() + y * 3 * bytes * width);
    png_read_image(png, rows.data());
    for (size_t pixel = 0; pixel < plane; pixel++)
        for (size_t channel = 0; channel < 3; channel++)
            for (size_t byte = 0; byte < bytes; byte++)
                planes[(channel * plane + pixel) * bytes + byte] = pixels[(pixel * 3 + channel) * bytes + byte];
    png_destroy_read_struct(&png, &info, nullptr);
    std::fclose(file);
    return planes;
}

template <typename Number>
static const Number *data(OrtValue *value) {
    void *numbers = nullptr;
    check(api->GetTensorMutableData(value, &numbers));
    return static_cast<const Number *>(numbers);
}

int main(int count, char **arguments) {
    if (count != 3) fail("usage", "runner MODEL.onnx IMAGE.png");
    if (api == nullptr) fail("onnxruntime", "expected release 1.16 or later");
    OrtEnv *environment;
    OrtSessionOptions *options;
    OrtSession *session;
    check(api->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "runner", &environment));
    check(api->CreateSessionOptions(&options));
    check(api->CreateSession(environment, arguments[1], options, &session));

    OrtTypeInfo *type;
    const OrtTensorTypeAndShapeInfo *tensor;
    ONNXTensorElementDataType element;
    check(api->SessionGetInputTypeInfo(session, 0, &type));
    check(api->CastTypeInfoToTensorInfo(type, &tensor));
    check(api->GetTensorElementType(tensor, &element));
    OrtModelMetadata *metadata;
    OrtAllocator *allocator;
    char *samples = nullptr;
    check(api->SessionGetModelMetadata(session, &metadata));
    check(api->GetAllocatorWithDefaultOptions(&allocator));
    check(api->ModelMetadataLookupCustomMetadataMap(metadata, allocator, "nominal.samples", &samples));
    const bool wide = samples != nullptr && std::strcmp(samples, "uint16") == 0;
    int64_t height, width;
    std::vector<uint8_t> planes = readPlanes(arguments[2], wide, height, width);
    if (element == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) {
        std::vector<float> numbers(3 * size_t(height) * width);
        for (size_t place = 0; place < numbers.size(); place++)
            numbers[place] = wide ? reinterpret_cast<uint16_t *>(planes.data())[place] : planes[place];
        planes.resize(numbers.size() * sizeof(float));
        std::memcpy(planes.data(), numbers.data(), planes.size());
    }

    const int64_t shape[] = {1, 3, height, width};
    OrtMemoryInfo *memory;
    OrtValue *image;
    check(api->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory));
    check(api->CreateTensorWithDataAsOrtValue(memory, planes.data(), planes.size(), shape, 4, element, &image));
    const char *inputs[] = {"image"};
    const char *outputs[] = {"score", "normalized_score", "is_anomalous", "anomaly_map"};
    OrtValue *results[4] = {};
    check(api->Run(session, nullptr, inputs, &image, 1, outputs, 4, results));

    std::printf("{\"score\": %.9g, \"normalized_score\": %.9g, \"is_anomalous\": %s, \"anomaly_map\": [",
                data<float>(results[0])[0], data<float>(results[1])[0], data<bool>(results[2])[0] ? "true" : "false");
    const float *map = data<float>(results[3]);
    for (int64_t y = 0; y < height; y++)
        for (int64_t x = 0; x < width; x++)
            std::printf("%s%.9g%s", x > 0 ? ", " : y > 0 ? ", [" : "[", map[y * width + x], x + 1 == width ? "]" : "");
    std::printf("]}\n");
}
