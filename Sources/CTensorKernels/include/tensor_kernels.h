// Kernels compiled for several instruction sets. The first call selects one of them; see clones.h.
//
// Tensors of one sample are stored as [blocks][height * width][block] with `block` interleaved channels; block = 1 is
// channel-major. Suffixes name the stored type: f32 = float, bf16 = bfloat16, the upper half of a float.
#ifndef NOMINAL_TENSOR_KERNELS_H
#define NOMINAL_TENSOR_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The level of x86-64 for which kernels are selected: 4 (AVX-512), 3 (AVX2 and FMA), or 1; 1 on other processors.
int kernel_instruction_level(void);

// gradient *= derivative of ELU (alpha = 1), computed from the output of ELU.
void kernel_elu_backward_f32(float *gradient, const float *output, size_t count);
void kernel_elu_backward_bf16(uint16_t *gradient, const uint16_t *output, size_t count);
// sum += addend
void kernel_add_f32(float *sum, const float *addend, size_t count);
void kernel_add_bf16(uint16_t *sum, const uint16_t *addend, size_t count);

// Bilinear upsampling by two with pixel centres at half-integers (PyTorch's align_corners=False), and its transpose.
void kernel_upsample_f32(const float *input, float *output, int blocks, int height, int width, int block);
void kernel_upsample_bf16(const uint16_t *input, uint16_t *output, int blocks, int height, int width, int block);
void kernel_upsample_backward_f32(const float *output_gradient, float *input_gradient, int blocks, int height, int width,
                                  int block);
void kernel_upsample_backward_bf16(const uint16_t *output_gradient, uint16_t *input_gradient, int blocks, int height,
                                   int width, int block);

// output = gate * first + (1 - gate) * second, and the gradients of all three (gate: before its sigmoid).
void kernel_combine_f32(const float *gate, const float *first, const float *second, float *output, size_t count);
void kernel_combine_bf16(const uint16_t *gate, const uint16_t *first, const uint16_t *second, uint16_t *output,
                         size_t count);
void kernel_combine_backward_f32(const float *gate, const float *first, const float *second, const float *output_gradient,
                                 float *gate_gradient, float *first_gradient, float *second_gradient, size_t count);
void kernel_combine_backward_bf16(const uint16_t *gate, const uint16_t *first, const uint16_t *second,
                                  const uint16_t *output_gradient, uint16_t *gate_gradient, uint16_t *first_gradient,
                                  uint16_t *second_gradient, size_t count);

// The two-term masked objective of one sample. `output` is a blocked tensor, of which the first `channels` channels are
// used; target is channel-major. Sums squared residuals outside and inside the mask. If `gradient` is not NULL, writes
// residual times outside_scale or inside_scale per value, and 0 in padding channels.
void kernel_masked_squared_error_f32(const float *output, const float *target, const uint8_t *mask, int channels,
                                     size_t pixels, int block, float outside_scale, float inside_scale, float *gradient,
                                     double sums[2]);
void kernel_masked_squared_error_bf16(const uint16_t *output, const float *target, const uint8_t *mask, int channels,
                                      size_t pixels, int block, float outside_scale, float inside_scale,
                                      uint16_t *gradient, double sums[2]);
/// Cross-entropy of a mask and the first channel of logits: the sums outside and inside the mask, and the gradient of
/// all channels of the block, in which channels after the first are 0.
void kernel_masked_cross_entropy_f32(const float *output, const uint8_t *mask, size_t pixels, int block,
                                     float outside_scale, float inside_scale, float *gradient, double sums[2]);
void kernel_masked_cross_entropy_bf16(const uint16_t *output, const uint8_t *mask, size_t pixels, int block,
                                      float outside_scale, float inside_scale, uint16_t *gradient, double sums[2]);
// Copies the first `channels` channels of a blocked tensor to a channel-major float image.
void kernel_unpack_f32(const float *blocked, float *planar, int channels, size_t pixels, int block);
void kernel_unpack_bf16(const uint16_t *blocked, float *planar, int channels, size_t pixels, int block);
void kernel_to_bfloat16(const float *values, uint16_t *converted, size_t count);

// Adam (Kingma and Ba, 2015) with given bias corrections. `average` is an exponential moving average or NULL.
typedef struct {
  float learning_rate, beta1, beta2, epsilon, correction1, correction2, average_decay, gradient_scale;
} kernel_adam_step;
void kernel_adam(float *parameters, const float *gradient, float *first_moment, float *second_moment, float *average,
                 size_t count, const kernel_adam_step *step);
double kernel_sum_of_squares(const float *values, size_t count);

// The mean over channels of the squared difference of two channel-major images.
void kernel_squared_error_map(const float *first, const float *second, float *map, int channels, size_t pixels);
// Filters a plane of height x width values in place with the same odd number of taps along rows and then columns. Edges
// are repeated. `scratch` holds height * width + width + tap_count values. Sums are computed tap by tap without fused
// multiply-add, so results are bit-identical on every processor.
void kernel_separable_filter(float *plane, float *scratch, const float *taps, int tap_count, int height, int width);

// One pass of a size x size box filter (odd size) with reflected borders (the border pixel is repeated), which preserves
// the sum of the map. `scratch` holds height * width floats. May run in place.
void kernel_pack16(const float *values, uint16_t *samples, size_t count);
void kernel_unpack16(const uint16_t *samples, float *values, size_t count);
void kernel_box_filter(const float *map, float *filtered, float *scratch, int height, int width, int size);

void kernel_elu(float *values, size_t count);
void kernel_sigmoid(float *values, size_t count);
// output[channel][...] = bias[channel]
void kernel_fill_bias(float *output, const float *bias, int channels, size_t pixels);
// bias_gradient[channel] = sum over pixels of gradient[channel][...]
void kernel_bias_gradient(const float *gradient, float *bias_gradient, int channels, size_t pixels);

typedef struct {
  int channels, height, width;  // of the channel-major input
  int kernel_size, stride, dilation, padding;
  int first_row, row_count;     // output rows that are wanted
} kernel_patch_shape;
// columns[channel][ky][kx][row][x] = the input under each kernel element, 0 outside; and the accumulating transpose.
void kernel_im2col(const float *input, float *columns, const kernel_patch_shape *shape);
void kernel_col2im_add(const float *columns, float *input, const kernel_patch_shape *shape);

// A stride-1 convolution computed per kernel element, over the part of the image that the element reaches. For
// dilations as large as the image, where a general kernel would mostly process padding. The suffix is the block of the
// layout.
// weights[output block][ky][kx][input channel][block]; output starts from bias (NULL: 0), or accumulates if `add` is
// true.
typedef struct {
  int input_channels, output_channels, height, width, kernel_size, dilation;
} kernel_sparse_shape;
void kernel_sparse_convolution_16(const float *input, const float *weights, const float *bias, float *output, bool add,
                                  const kernel_sparse_shape *shape);
void kernel_sparse_convolution_8(const float *input, const float *weights, const float *bias, float *output, bool add,
                                 const kernel_sparse_shape *shape);
// weight_gradient has the layout of weights.
void kernel_sparse_weight_gradient_16(const float *input, const float *output_gradient, float *weight_gradient,
                                      float *bias_gradient, const kernel_sparse_shape *shape);
void kernel_sparse_weight_gradient_8(const float *input, const float *output_gradient, float *weight_gradient,
                                     float *bias_gradient, const kernel_sparse_shape *shape);

// A 3 x 3 convolution of stride 1 to three channels. weights[input block][ky][kx][3][block]. There are three biases and
// bias gradients. The output is blocked, with zeros in its other lanes.
void kernel_narrow_convolution_16(const float *input, const float *weights, const float *bias, float *output,
                                  int input_blocks, int height, int width);
void kernel_narrow_data_gradient_16(const float *output_gradient, const float *weights, float *input_gradient,
                                    int input_blocks, int height, int width);
void kernel_narrow_weight_gradient_16(const float *input, const float *output_gradient, float *weight_gradient,
                                      float *bias_gradient, int input_blocks, int height, int width);
void kernel_narrow_convolution_8(const float *input, const float *weights, const float *bias, float *output,
                                  int input_blocks, int height, int width);
void kernel_narrow_data_gradient_8(const float *output_gradient, const float *weights, float *input_gradient,
                                    int input_blocks, int height, int width);
void kernel_narrow_weight_gradient_8(const float *input, const float *output_gradient, float *weight_gradient,
                                      float *bias_gradient, int input_blocks, int height, int width);

// A 3 x 3 convolution of stride 1 by Winograd's algorithm (Lavin and Gray, 2016): a tile of 4 x 4 outputs takes 36
// products per pair of channels instead of 144. The suffix is the block of the layout.
// weights[output block][input channel][ky][kx][block]; they are transformed before use.
typedef struct {
  int input_channels, output_channels, height, width, dilation;
} kernel_winograd_shape;
// scratch: the number of floats of scratch memory.
// weights: transformed[36 * input channels * output channels].
// convolution: bias may be NULL. If `add` is true, the convolution is added to the output.
// weight_gradient: the gradient has the layout of weights.
#define WINOGRAD_KERNELS(block)                                                                                        \
  size_t kernel_winograd_scratch_##block(const kernel_winograd_shape *shape);                                          \
  void kernel_winograd_weights_##block(const float *weights, float *transformed, const kernel_winograd_shape *shape);  \
  void kernel_winograd_convolution_##block(const float *input, const float *transformed, const float *bias, bool elu,  \
                                           float *output, bool add, float *scratch,                                    \
                                           const kernel_winograd_shape *shape);                                        \
  void kernel_winograd_weight_gradient_##block(const float *input, const float *output_gradient,                       \
                                               float *weight_gradient, float *bias_gradient, float *scratch,           \
                                               const kernel_winograd_shape *shape);
WINOGRAD_KERNELS(16)
WINOGRAD_KERNELS(8)

#endif
