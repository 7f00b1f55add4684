#!/usr/bin/env python3
"""Figures on test images that another day's camera shows: a table in Markdown.

    .build-python/bin/python bench/changed.py JOB.json [--store FOLDER] [--work FOLDER] [--nominal PROGRAM]

JOB has the layout mvtec. For each change, the data set is copied with changed test images and unchanged training images and masks
(a shift moves masks too), and the job runs on the copy; with the same store, nothing is trained again.
"""
import argparse
import csv
import json
import pathlib
import shutil
import subprocess
import sys

import numpy
from PIL import Image, ImageFilter

HERE = pathlib.Path(__file__).resolve().parent


def by_table(function):
    table = [min(255, max(0, round(255 * function(value / 255)))) for value in range(256)]
    return lambda image: image.point(table * len(image.getbands()))


def shifted(image):
    # Without its first 2 % of rows and columns, enlarged: rows that repeat the border would be an anomaly that no camera shows.
    width, height = image.size
    filter = Image.NEAREST if set(numpy.unique(numpy.asarray(image)).tolist()) <= {0, 255} else Image.BICUBIC
    return image.resize((width, height), filter, (width * 0.02, height * 0.02, width, height))


CHANGES = {
    "none": lambda image: image,
    "brightness x 0.8": by_table(lambda v: 0.8 * v),
    "brightness x 1.2": by_table(lambda v: 1.2 * v),
    "gamma 0.8": by_table(lambda v: v ** 0.8),
    "gamma 1.25": by_table(lambda v: v ** 1.25),
    "Gaussian blur, 1 pixel": lambda image: image.filter(ImageFilter.GaussianBlur(1)),
    "moved by up to 2 %": shifted,
}


def images(folder):
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() in (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"))


def copy(category, target, name, change):
    shutil.copytree(category / "train", target / "train")
    for part in ("test", "ground_truth"):
        for file in images(category / part):
            place = target / file.relative_to(category)
            place.parent.mkdir(parents=True, exist_ok=True)
            moves = name.startswith("moved")
            if name == "none" or (part == "ground_truth" and not moves):
                shutil.copy(file, place)
                continue
            image = Image.open(file)
            if part == "test" and image.mode not in ("L", "RGB"):
                image = image.convert("RGB")
            change(image).save(place.with_suffix(".png"))


def figures(output):
    """Of each category: image AUROC, pixel AUROC, AU-PRO 0.3, SegF1, false alarms, normal images, misses, defects."""
    metrics = json.loads((output / "metrics.json").read_text())["categories"]
    with open(output / "scores.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {}
    for name, values in metrics.items():
        own = [row for row in rows if row["category"] == name]
        def count(label, verdict):
            return sum(row["label"] == label and row["verdict"] in verdict for row in own)
        found[name] = [values["imageAUROC"], values["pixelAUROC"], values["aupro"]["0.3"], values["segF1"],
                       count("normal", ("anomalous",)), count("normal", ("anomalous", "normal")),
                       count("anomalous", ("normal",)), count("anomalous", ("anomalous", "normal"))]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("job", type=pathlib.Path)
    parser.add_argument("--store", default=".nominal")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("runs/changed"))
    parser.add_argument("--nominal", default=str(HERE.parent / ".build/release/nominal"))
    options = parser.parse_args()
    manifest = json.loads(options.job.read_text())
    if manifest["dataset"].get("layout") != "mvtec":
        parser.error(f"{options.job}: the layout is not mvtec")
    root = (options.job.resolve().parent / manifest["dataset"]["root"]).resolve()
    names = manifest["dataset"].get("categories", "all")
    if names == "all":
        names = sorted(folder.name for folder in root.iterdir() if (folder / "train/good").is_dir())
    print("| category | change | image AUROC | pixel AUROC | AU-PRO 0.3 | SegF1 | false alarms | misses |")
    print("|---|---|---|---|---|---|---|---|")
    rows = {name: [] for name in names}
    for number, (change, function) in enumerate(CHANGES.items()):
        work = options.work / manifest["name"] / str(number)
        if work.exists():
            shutil.rmtree(work)
        for name in names:
            copy(root / name, work / "data" / name, change, function)
        manifest["dataset"]["root"] = "data"
        job = work / "job.json"
        job.write_text(json.dumps(manifest))
        done = subprocess.run(
            [options.nominal, "run", str(job), "--store", options.store, "--output", str(work / "run"), "--quiet"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            sys.exit(f"{change}: {done.stderr}")
        for name, values in figures(work / "run").items():
            rows[name].append((change, values))
    for name in names:
        for change, (image, pixel, overlap, segments, alarms, normal, misses, defects) in rows[name]:
            print(f"| {name} | {change} | {image:.4f} | {pixel:.4f} | {overlap:.4f} | {segments:.3f} | {alarms} of {normal} "
                  f"| {misses} of {defects} |")


if __name__ == "__main__":
    main()
