"""Runs every self-test in a folder by onnxruntime, for the tests of this folder.

    run_exports.py RUNNER FOLDER

Checks each .onnx file with onnx.checker, writes what RUNNER prints for IMAGE.png to IMAGE.json beside it, and fails if two equal
images in a batch do not get equal results.
"""
import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime

runner_file, folder = map(pathlib.Path, sys.argv[1:])
sys.path.insert(0, str(runner_file.parent))
import runner

for file in sorted(folder.glob("*.onnx")):
    onnx.checker.check_model(str(file), full_check=True)
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    test = pathlib.Path(f"{file}.selftest")
    for image in json.loads((test / "selftest.json").read_text())["images"]:
        path = test / image["file"]
        path.with_suffix(".json").write_text(json.dumps(runner.result(session, str(path))))
    pixels = runner.pixels(str(path), session)
    outputs = session.run(None, {"image": numpy.concatenate([pixels, pixels])})
    for output, single in zip(outputs, session.run(None, {"image": pixels})):
        for part in output:
            if not numpy.allclose(part, single[0], rtol=1e-5, atol=1e-6):
                sys.exit(f"{file}: an image has another result in a batch")
