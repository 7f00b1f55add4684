#!/usr/bin/env python3
"""Compares an exported model with nominal: every image of a finished run, by onnxruntime.

    .build-python/bin/python bench/onnx_agreement.py MODEL.onnx IMAGES RESULTS [--category NAME]

RESULTS is the folder of nominal score or of a run, IMAGES the folder that its scores.json names images in. Prints one line: the
largest difference of a score, of a map as a share of its range, and the number of other verdicts. Differences of scores are shares of
the score; where scores may be 0, of the distance between median and threshold at least, as in nominal verify. With --category, maps
are in anomaly_maps/NAME. docs/results.md, "Exported models", has the figures.
"""
import argparse
import json
import pathlib
import sys

import numpy
import onnxruntime
import tifffile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "packaging" / "onnx"))
import runner


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("images", type=pathlib.Path)
    parser.add_argument("results", type=pathlib.Path)
    parser.add_argument("--category")
    options = parser.parse_args()
    session = onnxruntime.InferenceSession(options.model, providers=["CPUExecutionProvider"])
    test = json.loads(pathlib.Path(options.model + ".selftest/selftest.json").read_text())
    least = test["unit"] if test["isLinear"] else 1e-30
    maps = options.results / "anomaly_maps" / (options.category or "")
    rows = json.loads((options.results / "scores.json").read_text())
    rows = [row for row in rows if options.category in (None, row["category"])]
    if not rows:
        parser.error(f"{options.results}/scores.json has no image of {options.category}")
    worst_score = worst_map = verdicts = 0
    for row in rows:
        found = runner.result(session, str(options.images / row["image"]))
        expected = tifffile.imread((maps / row["image"]).with_suffix(".tiff"))
        span = float(expected.max() - expected.min()) or 1
        worst_map = max(worst_map, float(numpy.abs(numpy.float32(found["anomaly_map"]) - expected).max()) / span)
        worst_score = max(worst_score, abs(found["score"] - row["score"]) / max(abs(row["score"]), least))
        verdicts += found["is_anomalous"] != (row["verdict"] == "anomalous")
    print(f"{len(rows)} images: scores {worst_score:.1e}, maps {worst_map:.1e}, {verdicts} other verdicts")


main()
