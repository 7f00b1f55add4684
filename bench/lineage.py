#!/usr/bin/env python3
"""How long it takes from a row of scores to all image files behind it, in a store with many artifacts.

    .build-python/bin/python bench/lineage.py [--images 50000] [--folder FOLDER] [--repeats 21]

Makes images of 8 x 8 pixels, all different, runs a job of a few training steps on them, and asks for the lineage of the first row of
scores.csv: whole process, median and largest of the repeats. The folder is kept if it is named, and used again.
"""
import argparse
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

from PIL import Image

NOMINAL = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".build", "release", "nominal"))


def make(folder, images):
    rng = random.Random(1)
    for category, split, kind, count in (
            ("bolt", "train", "good", images), ("bolt", "test", "good", 20), ("bolt", "test", "dent", 20),
            ("nut", "train", "good", 200), ("nut", "test", "dent", 20)):
        path = os.path.join(folder, "data", category, split, kind)
        os.makedirs(path, exist_ok=True)
        for number in range(count):
            pixels = bytes(rng.randrange(90, 160) for _ in range(64))
            Image.frombytes("L", (8, 8), pixels).save(os.path.join(path, f"{number:06}.png"))
    for name, category in (("many", "bolt"), ("few", "nut")):
        with open(os.path.join(folder, f"{name}.json"), "w") as file:
            json.dump({
                "name": name, "dataset": {"layout": "mvtec", "root": "data", "categories": [category]},
                "image": {"width": 32, "height": 32}, "network": {"baseWidth": 4},
                "training": {"steps": 20, "batchSize": 4, "warmupSteps": 2, "stepsPerShard": 10}}, file)


def times(repeats, *command):
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        output = subprocess.run([NOMINAL, *command], capture_output=True, text=True, check=True).stdout
        seconds.append(time.perf_counter() - start)
    lines = output.count("\n")
    print(f"| `nominal {' '.join(command)}` | {statistics.median(seconds) * 1000:.0f} | {max(seconds) * 1000:.0f} | {lines} |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=50_000)
    parser.add_argument("--folder")
    parser.add_argument("--repeats", type=int, default=21)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or temporary
        os.makedirs(folder, exist_ok=True)
        os.chdir(folder)
        if not os.path.exists("runs/many/scores.csv"):
            make(".", options.images)
            start = time.perf_counter()
            subprocess.run([NOMINAL, "run", "many.json"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            print(f"run: {time.perf_counter() - start:.0f} s")
        store = sqlite3.connect("file:.nominal/store.sqlite?mode=ro", uri=True)
        counts = {table: store.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("artifact", "action", "source", "chain")}
        print(", ".join(f"{count} rows of {table}" for table, count in counts.items()))
        print("| command | median, ms | largest, ms | lines |\n|---|---|---|---|")
        times(options.repeats, "lineage", "runs/many/scores.csv:2")
        times(options.repeats, "lineage", "runs/many/scores.csv:2", "--files")
        # A row of a usual job in the same store.
        subprocess.run([NOMINAL, "run", "few.json"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times(options.repeats, "lineage", "runs/few/scores.csv:2", "--files")
        times(options.repeats, "lineage", "data/bolt/train/good/000007.png", "--down")
        times(3, "verify", "--history")


if __name__ == "__main__":
    sys.exit(main())
