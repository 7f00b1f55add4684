#!/usr/bin/env python3
"""Scores one image with a model from nominal models export.

    python3 runner.py MODEL.onnx IMAGE.png

Needs onnxruntime, numpy and Pillow; for 16-bit models opencv-python instead of Pillow. Prints one JSON object: score,
normalized_score, is_anomalous and anomaly_map, whose rows go from top to bottom. A reference for programs of your own:

    nominal verify --onnx MODEL.onnx --with "python3 runner.py"
"""
import json
import sys

import numpy
import onnxruntime


def pixels(path, session):
    """The image as 1 x 3 x height x width samples: red, green, blue; of the type that the model takes."""
    if session.get_modelmeta().custom_metadata_map["nominal.samples"] == "uint16":
        import cv2

        image = cv2.imread(path, cv2.IMREAD_UNCHANGED)
        if image is None or image.dtype != numpy.uint16:
            sys.exit(f"{path}: expected an image of 16 bits per sample")
        image = cv2.cvtColor(image, cv2.COLOR_GRAY2RGB if image.ndim == 2 else cv2.COLOR_BGR2RGB)
    else:
        from PIL import Image, ImageOps

        image = ImageOps.exif_transpose(Image.open(path))
        if image.has_transparency_data and image.convert("RGBA").getextrema()[3][0] < 255:
            sys.exit(f"{path}: expected an image without transparency")
        if image.mode[0] in "IF":
            sys.exit(f"{path}: expected an image of 8 bits per sample")
        image = numpy.asarray(image.convert("RGB"))
    isFloat = session.get_inputs()[0].type == "tensor(float)"
    return numpy.ascontiguousarray(image.transpose(2, 0, 1)[None], dtype=numpy.float32 if isFloat else image.dtype)


def result(session, path):
    """What the program prints for an image."""
    image = pixels(path, session)
    names = [output.name for output in session.get_outputs()]
    outputs = dict(zip(names, session.run(names, {"image": image})))
    return {
        "score": float(outputs["score"][0]),
        "normalized_score": float(outputs["normalized_score"][0]),
        "is_anomalous": bool(outputs["is_anomalous"][0]),
        "anomaly_map": outputs["anomaly_map"][0, 0].tolist(),
    }


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: runner.py MODEL.onnx IMAGE.png")
    print(json.dumps(result(onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"]), sys.argv[2])))
