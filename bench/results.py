#!/usr/bin/env python3
"""One row of docs/results.md: a job with several seeds, each run by itself and measured.

    python3 bench/results.py [--seeds 1,2,3] [--store FOLDER] [--output FOLDER] jobs/toothbrush.json ...

Prints a table in Markdown: means over the seeds, with the smallest and largest value where there are several. Training
seconds are those that nominal prints; what is in the store already is not trained again and shows as "cached". Peak memory
is that of the whole process. The machine should have nothing else to do.
"""
import argparse
import json
import os
import re
import subprocess
import sys

NOMINAL = os.path.join(os.path.dirname(__file__), "..", ".build", "release", "nominal")
FIGURES = ["image AUROC", "pixel AUROC", "AU-PRO 0.3"]


def run(job, seed, options):
    """Runs a job with one seed; gives its categories' figures, the training's seconds and the peak memory in MiB."""
    with open(job) as file:
        manifest = json.load(file)
    manifest.setdefault("training", {})["seed"] = seed
    name = f"{manifest['name']}.seed{seed}"
    # Beside the job, for its paths are relative to where it lies.
    path = os.path.join(os.path.dirname(job), f".results-{name}.json")
    try:
        with open(path, "w") as file:
            json.dump(manifest, file)
        output = os.path.join(options.output, name)
        command = [NOMINAL, "run", path, "--store", options.store, "--output", output]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
    finally:
        os.remove(path)
    if status != 0:
        sys.exit(f"{job}, seed {seed} failed:\n{errors}")
    with open(os.path.join(output, "metrics.json")) as file:
        categories = json.load(file)["categories"]
    figures = {}
    for category, values in categories.items():
        figures[category] = [values["imageAUROC"], values["pixelAUROC"], values["aupro"]["0.3"]]
    trained = re.search(r"training steps in ([^,]+),", errors)
    return figures, trained.group(1) if trained else "cached", usage.ru_maxrss // 1024


def cell(values):
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    mean = sum(known) / len(known)
    return f"{mean:.4f}" if len(known) == 1 else f"{mean:.4f} ({min(known):.4f} to {max(known):.4f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jobs", nargs="+")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--store", default=".nominal")
    parser.add_argument("--output", default="runs/results")
    options = parser.parse_args()
    seeds = [int(seed) for seed in options.seeds.split(",")]
    print("| job | category | seeds | " + " | ".join(FIGURES) + " | training | peak memory |")
    print("|---|---|---|" + "---|" * (len(FIGURES) + 2), flush=True)
    for job in options.jobs:
        runs = [run(job, seed, options) for seed in seeds]
        times, memory = ", ".join(run[1] for run in runs), max(run[2] for run in runs)
        for category in runs[0][0]:
            figures = [cell([run[0][category][place] for run in runs]) for place in range(len(FIGURES))]
            row = [f"`{job}`", category, options.seeds, *figures, times, f"{memory} MiB"]
            print("| " + " | ".join(row) + " |", flush=True)


main()
