#!/usr/bin/env python3
"""Measures `nominal score` on 1,000 images of 256 x 256 pixels, beside the network alone and, if asked, beside anomalib.

    make bench-scoring
    bench/scoring.py --anomalib /path/to/python      a Python that has anomalib

The network alone is nominal-bench on images in memory: the most that scoring could reach. Commands take turns, A B C A B C;
medians are printed. The model has the default network (sdc-ccm, base 16) and is hardly trained: weights do not change the
speed. Run it on an idle machine.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
BUILT = HERE.parent / ".build" / "release"
MANIFEST = {
    "name": "speed", "dataset": {"layout": "mvtec", "root": "few", "categories": ["wood"]},
    "image": {"width": 256, "height": 256}, "network": {"architecture": "sdc-ccm"},
    "training": {"steps": 3, "warmupSteps": 0},
}
VARIANTS = [
    ("maps and overlays", []), ("maps", ["--no-overlays"]), ("scores alone", ["--no-overlays", "--no-maps"]),
]


def run(command, folder, **options):
    done = subprocess.run([str(part) for part in command], cwd=folder, text=True, stderr=subprocess.PIPE, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    return done


def prepare(folder, count):
    nominal = BUILT / "nominal"
    run([nominal, "demo-data", "few", "--size", "256", "--train", "12", "--test-good", "0", "--test-defect", "0"],
        folder, stdout=subprocess.DEVNULL)
    run([nominal, "demo-data", "many", "--size", "256", "--train", str(-(-count // 3)), "--test-good", "0",
         "--test-defect", "0"], folder, stdout=subprocess.DEVNULL)
    (folder / "images").mkdir()
    for number, image in enumerate(sorted((folder / "many").glob("*/train/good/*.png"))[:count]):
        image.rename(folder / "images" / f"{number:04d}.png")
    (folder / "speed.json").write_text(json.dumps(MANIFEST))
    run([nominal, "run", "speed.json", "--store", "store"], folder, stdout=subprocess.DEVNULL)


def network(folder):
    done = run([BUILT / "nominal-bench", "engine", "--mode", "score", "--net", "sdc-ccm", "--base", "16", "--size", "256",
                "--steps", "30", "--json"], folder, stdout=subprocess.PIPE)
    return json.loads(done.stdout)["imagesPerSecond"]


def score(folder, flags, count):
    """Images per second, CPU-seconds per image, and seconds until the first verdict."""
    for name in ("fresh", "out"):
        shutil.rmtree(folder / name, ignore_errors=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    process = subprocess.Popen(
        [str(BUILT / "nominal"), "score", "--model", "runs/speed/models/wood.nominal", "images", "--store", "fresh",
         "--output", "out", "--quiet", "--json", *flags], cwd=folder, stdout=subprocess.PIPE, text=True)
    first, lines = None, 0
    for _ in process.stdout:
        first = first or time.monotonic() - start
        lines += 1
    if process.wait() or lines != count:
        sys.exit(f"nominal score ended with {process.returncode} and {lines} of {count} lines")
    seconds = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return count / seconds, used / count, first


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--anomalib", metavar="PYTHON", help="also measure anomalib's inferencers with this Python")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        prepare(folder, options.images)
        networks, scores, peers = [], {title: [] for title, _ in VARIANTS}, {}
        for _ in range(options.rounds):
            networks.append(network(folder))
            for title, flags in VARIANTS:
                scores[title].append(score(folder, flags, options.images))
            if options.anomalib:
                done = run([options.anomalib, HERE / "anomalib_peer.py", folder / "few" / "wood" / "train" / "good",
                            folder / "images"], folder, stdout=subprocess.PIPE)
                for title, value in json.loads(done.stdout.splitlines()[-1]).items():
                    peers.setdefault(title, []).append(value)
        alone = statistics.median(networks)
        print(f"network alone: {alone:.1f} images/s, {os.cpu_count()} processors")
        print("| nominal score with | images/s | share of the network alone | CPU-seconds per image | first verdict after |")
        print("|---|---|---|---|---|")
        for title, values in scores.items():
            speed, used, first = (statistics.median(column) for column in zip(*values))
            print(f"| {title} | {speed:.1f} | {speed / alone:.2f} | {used:.4f} | {first:.2f} s |")
        for title, values in peers.items():
            speed, used = (statistics.median(column) for column in zip(*values))
            print(f"| {title} | {speed:.1f} | | {used:.4f} | |")


if __name__ == "__main__":
    main()
