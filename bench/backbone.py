"""Images per CPU-second of EfficientNet-Lite2, by nominal and by onnxruntime on the same graph, in turn.

usage: backbone.py [--program FILE] [--store FOLDER] [--weights FILE.pth] [--size 260] [--rounds 5]

The graph for onnxruntime is made of the same weights, with batch norms folded by onnxruntime itself. Both compute all stages
and the classes, of images already in memory. Prints a Markdown table of medians.
"""
import argparse
import json
import pickle
import resource
import statistics
import struct
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

KERNELS = [3, 3, 5, 3, 5, 5, 3]
STRIDES = [1, 2, 2, 2, 1, 2, 1]
REPEATS = {16: [1, 2, 2, 3, 3, 4, 1], 21: [1, 3, 3, 4, 4, 5, 1]}


class StateDict(dict):
    """A dictionary that may have attributes."""


class Storage:
    def __init__(self, key, type_name):
        self.key, self.type_name = key, type_name


class Reader(pickle.Unpickler):
    """Makes tensors as (storage, offset, shape, strides); nothing else can be called."""

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return StateDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *rest: (storage, offset, shape, strides)
        if module == "torch" and name in ("FloatStorage", "LongStorage"):
            return name
        raise pickle.UnpicklingError(f"{module}.{name}")

    def persistent_load(self, identifier):
        return Storage(identifier[2], identifier[1])


def tensors(path):
    with open(path, "rb") as file:
        for _ in range(3):
            pickle.load(file)
        state = Reader(file).load()
        keys = pickle.load(file)
        types = {value[0].key: value[0].type_name for value in state.values()}
        numbers = {}
        for key in keys:
            count = struct.unpack("<q", file.read(8))[0]
            kind = np.float32 if types[key] == "FloatStorage" else np.int64
            numbers[key] = np.frombuffer(file.read(count * kind().itemsize), kind)
    return {
        name: np.lib.stride_tricks.as_strided(numbers[s.key][offset:], shape, [4 * stride for stride in strides])
        for name, (s, offset, shape, strides) in state.items() if s.type_name == "FloatStorage"}


def model(weights):
    nodes, constants, outputs = [], {}, []

    def convolution(name, norm, source, stride=1, group=1, clips=True):
        constants[name] = weights[name + ".weight"]
        nodes.append(helper.make_node(
            "Conv", [source, name], [name + ".c"], group=group, strides=[stride, stride], auto_pad="SAME_UPPER",
            kernel_shape=constants[name].shape[2:]))
        parts = ["weight", "bias", "running_mean", "running_var"]
        for part in parts:
            constants[f"{norm}.{part}"] = weights[f"{norm}.{part}"]
        nodes.append(helper.make_node(
            "BatchNormalization", [name + ".c"] + [f"{norm}.{part}" for part in parts], [name + ".n"], epsilon=1e-3))
        if not clips:
            return name + ".n"
        nodes.append(helper.make_node("Clip", [name + ".n", "zero", "six"], [name + ".r"]))
        return name + ".r"

    constants["zero"], constants["six"] = np.float32(0), np.float32(6)
    value = convolution("_conv_stem", "_bn0", "image", stride=2)
    blocks = max(int(name.split(".")[1]) for name in weights if name.startswith("_blocks.")) + 1
    block = 0
    for stage, repeats in enumerate(REPEATS[blocks]):
        for repeat in range(repeats):
            prefix, before = f"_blocks.{block}.", value
            if block:
                value = convolution(prefix + "_expand_conv", prefix + "_bn0", value)
            channels = weights[prefix + "_depthwise_conv.weight"].shape[0]
            value = convolution(
                prefix + "_depthwise_conv", prefix + "_bn1", value, STRIDES[stage] if repeat == 0 else 1, channels)
            value = convolution(prefix + "_project_conv", prefix + "_bn2", value, clips=False)
            if repeat:
                nodes.append(helper.make_node("Add", [value, before], [prefix + "sum"]))
                value = prefix + "sum"
            block += 1
        outputs.append(value)
    value = convolution("_conv_head", "_bn1", value)
    constants["_fc.weight"], constants["_fc.bias"] = weights["_fc.weight"], weights["_fc.bias"]
    nodes += [
        helper.make_node("GlobalAveragePool", [value], ["pooled"]), helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Gemm", ["flat", "_fc.weight", "_fc.bias"], ["logits"], transB=1)]
    outputs.append("logits")
    graph = helper.make_graph(
        nodes, "efficientnet-lite", [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, None, None])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(np.array(value, order="C"), key) for key, value in constants.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), outputs


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peer(path, outputs, size, threads, images=8, repeats=10):
    """Images per second, and CPU-seconds per image."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that wait must not count as work.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    image = np.random.default_rng(0).uniform(-1, 1, (1, 3, size, size)).astype(np.float32)
    for _ in range(3):
        session.run(outputs, {"image": image})
    seconds, start = [], cpu_seconds()
    for _ in range(repeats):
        begin = time.perf_counter()
        for _ in range(images):
            session.run(outputs, {"image": image})
        seconds.append(time.perf_counter() - begin)
    return images / statistics.median(seconds), (cpu_seconds() - start) / images / repeats


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=".build/release/nominal-bench")
    parser.add_argument("--store", default=".nominal")
    parser.add_argument("--name", default="efficientnet-lite2")
    parser.add_argument("--weights", default="data/backbones/efficientnet-lite2-9656183e.pth")
    parser.add_argument("--size", type=int, default=260)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        made, outputs = model(tensors(arguments.weights))
        onnx.save(made, file.name)
        taps = ",".join(f"stage{stage}" for stage in range(7)) + ",logits"
        print("| threads | nominal images/s | CPU-s per image | onnxruntime images/s | CPU-s per image | images per CPU-s, ratio |")
        print("|---|---|---|---|---|---|")
        for threads in (1, 2):
            ours, theirs = [], []
            for _ in range(arguments.rounds):
                result = json.loads(subprocess.run(
                    [arguments.program, "backbone", arguments.name, "--store", arguments.store, "--size",
                     str(arguments.size), "--threads", str(threads), "--taps", taps, "--json"],
                    check=True, capture_output=True).stdout)
                ours.append((result["imagesPerSecond"], result["cpuSecondsPerImage"]))
                theirs.append(peer(file.name, outputs, arguments.size, threads))
            (speed, cost), (peer_speed, peer_cost) = (
                [statistics.median(values) for values in zip(*each)] for each in (ours, theirs))
            print(f"| {threads} | {speed:.1f} | {cost:.5f} | {peer_speed:.1f} | {peer_cost:.5f} | {peer_cost / cost:.2f} |")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
