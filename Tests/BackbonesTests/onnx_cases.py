"""Makes random small ONNX networks, and what onnxruntime computes with them: usage onnx_cases.py FOLDER.

For each case NAME: NAME.onnx, NAME.in (float32, one image) and NAME.out (float32); cases.txt lists
NAME HEIGHT WIDTH CHANNELS OUTPUT_CHANNELS OUTPUT_HEIGHT OUTPUT_WIDTH.
"""
import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

folder = sys.argv[1]
random = np.random.default_rng(7)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
options.log_severity_level = 3
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
listing = []


def floats(*shape, low=-1.0, high=1.0):
    return random.uniform(low, high, shape).astype(np.float32)


def write(name, nodes, constants, output, height, width, channels=3, opset=13, dynamic=True):
    sizes = [None, channels, None, None] if dynamic else [1, channels, height, width]
    graph = helper.make_graph(
        nodes, name, [helper.make_tensor_value_info("image", TensorProto.FLOAT, sizes)],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, key) for key, value in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    path = os.path.join(folder, name + ".onnx")
    onnx.save(model, path)
    image = floats(1, channels, height, width, low=0)
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    result = session.run([output], {"image": image})[0]
    if result.ndim == 2:
        result = result[:, :, None, None]
    image.tofile(os.path.join(folder, name + ".in"))
    result.astype(np.float32).tofile(os.path.join(folder, name + ".out"))
    listing.append(f"{name} {height} {width} {channels} {result.shape[1]} {result.shape[2]} {result.shape[3]}")


def convolution(name, source, target, inputs, outputs, kernel, group=1, bias=True, **attributes):
    scale = 1 / np.sqrt(inputs // group * kernel[0] * kernel[1])
    constants = {name + ".w": floats(outputs, inputs // group, *kernel) * np.float32(scale)}
    names = [source, name + ".w"]
    if bias:
        constants[name + ".b"] = floats(outputs)
        names.append(name + ".b")
    return helper.make_node("Conv", names, [target], name=name, group=group, kernel_shape=kernel, **attributes), constants


def norm(name, source, target, channels):
    constants = {name + "." + key: floats(channels) for key in ("scale", "shift", "mean")}
    constants[name + ".variance"] = floats(channels, low=0.1, high=2)
    return helper.make_node("BatchNormalization", [source] + list(constants), [target], name=name, epsilon=1e-3), constants


# Convolutions: kernels, strides, groups, paddings, dilations, odd sizes.
count = 0
for kernel in [(1, 1), (3, 3), (5, 5), (3, 1), (2, 4), (7, 7)]:
    for stride in [(1, 1), (2, 2), (2, 1), (3, 3)]:
        for padding in ["zero", "explicit", "SAME_UPPER", "SAME_LOWER", "VALID"]:
            inputs, outputs, group = [
                (3, 16, 1), (16, 24, 1), (24, 24, 24), (16, 32, 4), (32, 32, 2), (7, 21, 7), (12, 20, 4), (48, 48, 48),
            ][count % 8]
            dilation = (2, 2) if stride == (1, 1) and count % 3 == 0 and padding in ("zero", "explicit") else (1, 1)
            height, width = [(23, 31), (32, 32), (17, 40), (33, 21)][count % 4]
            attributes = {"strides": stride, "dilations": dilation}
            if padding == "explicit":
                attributes["pads"] = [count % 3, 1, (count + 1) % 3, 2]
            elif padding != "zero":
                attributes["auto_pad"] = padding
            # A first convolution, so that the one in question reads what the engine itself has stored.
            nodes, constants = [], {}
            source = "image"
            if inputs != 3:
                node, more = convolution("first", "image", "a", 3, inputs, (3, 3), pads=[1, 1, 1, 1])
                nodes, source = [node], "a"
                constants.update(more)
            node, more = convolution(
                "second", source, "out", inputs, outputs, kernel, group, bias=count % 2 == 0, **attributes)
            constants.update(more)
            write(f"conv{count}", nodes + [node], constants, "out", height, width)
            count += 1

# Images of one channel, and groups of the image itself.
for number, (channels, group) in enumerate([(1, 1), (3, 3), (2, 1), (4, 2)]):
    node, constants = convolution("only", "image", "out", channels, 12, (3, 3), group, auto_pad="SAME_UPPER", strides=(2, 2))
    write(f"image{number}", [node], constants, "out", 19, 26, channels)

# Residual blocks: what is added is used again, or not; the activation before or after the addition; both branches are convolutions.
for number in range(12):
    width_of_block = [16, 24, 40][number % 3]
    stem, constants = convolution("stem", "image", "a", 3, width_of_block, (3, 3), auto_pad="SAME_UPPER", strides=(2, 2))
    nodes = [stem]
    one, more = convolution("one", "a", "b", width_of_block, width_of_block, (3, 3), pads=[1, 1, 1, 1])
    constants.update(more)
    normal, more = norm("norm", "b", "c", width_of_block)
    constants.update(more)
    nodes += [one, normal]
    if number % 2:
        nodes.append(helper.make_node("Relu", ["c"], ["d"]))
    else:
        nodes.append(helper.make_node("Identity", ["c"], ["d"]))
    branch = "a"
    if number % 4 >= 2:
        two, more = convolution("two", "a", "e", width_of_block, width_of_block, (1, 1))
        constants.update(more)
        nodes.append(two)
        branch = "e"
    nodes.append(helper.make_node("Add", ["d", branch] if number % 3 else [branch, "d"], ["f"]))
    constants["low"], constants["high"] = np.float32(-0.25), np.float32(0.5)
    nodes.append(helper.make_node("Clip", ["f", "low", "high"], ["g"]))
    last = "g"
    if number >= 8:
        nodes.append(helper.make_node("Concat", ["g", "a", "c"], ["h"], axis=1))
        last = "h"
    if number >= 6:
        nodes.append(helper.make_node("Add", [last, last], ["out"]))
    else:
        nodes.append(helper.make_node("Identity", [last], ["out"]))
    write(f"block{number}", nodes, constants, "out", 29, 34)

# Pools, on the image and on maps.
count = 0
for kind in ["MaxPool", "AveragePool"]:
    for kernel, stride, pads in [((2, 2), (2, 2), None), ((3, 3), (2, 2), [1, 1, 1, 1]), ((3, 2), (1, 2), [0, 1, 1, 0]),
                                 ((5, 5), (3, 3), "SAME_UPPER"), ((3, 3), (2, 2), "SAME_LOWER"), ((3, 3), (2, 2), "ceil")]:
        for channels in [3, 20, 32]:
            for counts in ([0, 1] if kind == "AveragePool" else [0]):
                attributes = {"kernel_shape": kernel, "strides": stride}
                if pads == "ceil":
                    if counts:
                        continue
                    attributes["ceil_mode"] = 1
                elif isinstance(pads, str):
                    attributes["auto_pad"] = pads
                elif pads:
                    attributes["pads"] = pads
                if counts:
                    attributes["count_include_pad"] = 1
                nodes, constants, source = [], {}, "image"
                if channels != 3:
                    node, constants = convolution("first", "image", "a", 3, channels, (3, 3), pads=[1, 1, 1, 1])
                    nodes, source = [node], "a"
                nodes.append(helper.make_node(kind, [source], ["out"], **attributes))
                write(f"pool{count}", nodes, constants, "out", [20, 27][count % 2], [25, 18][count % 3 // 2], opset=13)
                count += 1

# Batch norms that no convolution precedes, activations of the image, concatenations of odd widths.
for number in range(4):
    first, constants = norm("norm", "image", "a", 3)
    nodes = [first, helper.make_node("Relu", ["a"], ["b"])]
    left, more = convolution("left", "b", "c", 3, [5, 16, 8, 17][number], (3, 3), pads=[1, 1, 1, 1])
    constants.update(more)
    right, more = convolution("right", "b", "d", 3, [7, 16, 40, 3][number], (1, 1))
    constants.update(more)
    nodes += [left, right, helper.make_node("Concat", ["c", "d", "image"], ["e"], axis=1)]
    total = [5, 16, 8, 17][number] + [7, 16, 40, 3][number] + 3
    third, more = convolution("third", "e", "f", total, 10, (3, 3), strides=(2, 2))
    constants.update(more)
    nodes += [third, helper.make_node("Relu", ["f"], ["out"])]
    write(f"branch{number}", nodes, constants, "out", 15, 22)

# Heads: with and without global pooling, transposed weights, factors; two dense layers.
for number in range(6):
    node, constants = convolution("stem", "image", "a", 3, 20, (3, 3), strides=(2, 2), auto_pad="SAME_UPPER")
    nodes = [node, helper.make_node("Relu", ["a"], ["b"])]
    size = 20
    if number % 2:
        nodes.append(helper.make_node("MaxPool", ["b"], ["c"], kernel_shape=(4, 4), strides=(4, 4)))
        size = 20 * 2 * 3
    else:
        nodes.append(helper.make_node("GlobalAveragePool", ["b"], ["c"]))
    nodes.append(helper.make_node("Flatten", ["c"], ["d"], axis=1))
    transposed = number % 3 == 0
    constants["w1"] = floats(33, size) if transposed else floats(size, 33)
    constants["b1"] = floats(33)
    nodes.append(helper.make_node("Gemm", ["d", "w1", "b1"], ["e"], transB=int(transposed), alpha=0.5, beta=2.0))
    nodes.append(helper.make_node("Relu", ["e"], ["f"]))
    constants["w2"] = floats(33, 5)
    nodes.append(helper.make_node("Gemm", ["f", "w2"], ["g"]))
    nodes.append(helper.make_node("Dropout", ["g"], ["out"]))
    write(f"head{number}", nodes, constants, "out", 18, 25, dynamic=number % 2 == 0)

with open(os.path.join(folder, "cases.txt"), "w") as file:
    file.write("\n".join(listing) + "\n")
