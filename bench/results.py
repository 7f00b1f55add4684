#!/usr/bin/env python3
"""The tables of docs/results.md and docs/experiments.md, in Markdown.

    .build-python/bin/python bench/results.py [--seeds 1,2,3] jobs/toothbrush.json ...         figures, training time and peak memory
    .build-python/bin/python bench/results.py --table camera jobs/toothbrush.json ...          score shift under each change of the camera
    .build-python/bin/python bench/results.py --table projection jobs/toothbrush.json ...      the theory in numbers, trained and untrained
    .build-python/bin/python bench/results.py --table checkpoints --last 6 jobs/toothbrush.json   figures at the last checkpoints
    .build-python/bin/python bench/results.py --table curve --steps 6400 --last 6 jobs/tile.json  criterion and figures against training time
    .build-python/bin/python bench/results.py --table variants jobs/corruption_models.json     figures of the variants of a job

Further: --store FOLDER, --output FOLDER, --nominal PROGRAM. With several seeds, figures are means with the smallest and largest value. Training
seconds are those that nominal prints; what is in the store already is not trained again and shows as "cached". Peak memory is
that of the whole process. The machine should have nothing else to do where times are wanted.
"""
import argparse
import json
import os
import re
import subprocess
import sys

NOMINAL = os.path.join(os.path.dirname(__file__), "..", ".build", "release", "nominal")
FIGURES = ["image AUROC", "pixel AUROC", "AU-PRO 0.3"]


class Run:
    """A job run with some changes of its manifest, and what it left."""

    def __init__(self, job, suffix, change, options):
        with open(job) as file:
            manifest = json.load(file)
        change(manifest)
        name = f"{manifest['name']}.{suffix}"
        # Beside the job, for its paths are relative to where it lies.
        path = os.path.join(os.path.dirname(job), f".results-{name}.json")
        self.output = os.path.join(options.output, name)
        try:
            with open(path, "w") as file:
                json.dump(manifest, file)
            command = [options.nominal, "run", path, "--store", options.store, "--output", self.output]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            errors = process.stderr.read()
            _, status, usage = os.wait4(process.pid, 0)
        finally:
            os.remove(path)
        if status != 0:
            sys.exit(f"{job}, {suffix} failed:\n{errors}")
        trained = re.search(r"training steps in ([^,]+),", errors)
        self.time = trained.group(1) if trained else "cached"
        self.memory = usage.ru_maxrss // 1024

    def figures(self):
        """Of each model: those of FIGURES."""
        with open(os.path.join(self.output, "metrics.json")) as file:
            categories = json.load(file)["categories"]
        return {name: [values["imageAUROC"], values["pixelAUROC"], values["aupro"]["0.3"]]
                for name, values in categories.items()}

    def assessments(self):
        folder = os.path.join(self.output, "assessments")
        found = {}
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name)) as file:
                found[name.removesuffix(".json")] = json.load(file)
        return found


def cell(values):
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    mean = sum(known) / len(known)
    return f"{mean:.4f}" if len(known) == 1 else f"{mean:.4f} ({min(known):.4f} to {max(known):.4f})"


def table(head):
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head), flush=True)


def row(cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def with_seed(seed):
    return lambda manifest: manifest.setdefault("training", {}).update(seed=seed)


def results(options):
    seeds = [int(seed) for seed in options.seeds.split(",")]
    table(["job", "category", "seeds", *FIGURES, "training", "peak memory"])
    for job in options.jobs:
        runs = [Run(job, f"seed{seed}", with_seed(seed), options) for seed in seeds]
        figures = [run.figures() for run in runs]
        times, memory = ", ".join(run.time for run in runs), max(run.memory for run in runs)
        for category in figures[0]:
            values = [cell([of[category][place] for of in figures]) for place in range(len(FIGURES))]
            row([f"`{job}`", category, options.seeds, *values, times, f"{memory} MiB"])


def camera(options):
    table(["category", "change", "shift", "false alarms", "image AUROC of synthetic defects"])
    for job in options.jobs:
        for category, assessment in Run(job, "seed1", with_seed(1), options).assessments().items():
            for change in assessment["robustness"]:
                row([category, change["label"], f"{change['scoreShift']:.2f}", f"{change['falseAlarms']:.0%}",
                     cell([change.get("imageAUROC")])])


def projection(options):
    names = ["identityError", "idempotence", "changeInside", "changeOutside"]
    table(["network of", *[f"{name}, {when}" for name in names for when in ("trained", "untrained")],
           "largest singular value"])
    for job in options.jobs:
        for category, assessment in Run(job, "seed1", with_seed(1), options).assessments().items():
            after, before = assessment["projection"], assessment["projectionBeforeTraining"]
            values = [f"{of[name]:.3f}" for name in names for of in (after, before)]
            row([category, *values, f"{max(after['singularValues'], default=0):.2f}"])


def checkpoints(options):
    table(["category", "step", *FIGURES])
    for job in options.jobs:
        with open(job) as file:
            manifest = json.load(file)
        training = manifest.get("training", {})
        steps, distance = options.steps or training.get("steps"), training.get("stepsPerShard", 50)
        if not steps:
            sys.exit(f"{job} leaves the number of steps to its preset: say it with --steps")
        stops = [steps - distance * back for back in reversed(range(options.last))]
        variants = {f"step{stop}": {"training": {"steps": steps, "stopAfter": stop}} for stop in stops}
        figures = Run(job, "checkpoints", lambda manifest: manifest.update(variants=variants), options).figures()
        for name, values in figures.items():
            category, step = name.split(".step")
            row([category, step.split(".")[0], *[cell([value]) for value in values]])


def curve(options):
    """Trainings of their own, each with the whole schedule: --steps, half of them, and so on, --last of them."""
    table(["category", "steps", "training", "criterion", *FIGURES])
    for job in options.jobs:
        for steps in [(options.steps or 1600) >> back for back in reversed(range(options.last))]:
            # A short training warms up in a quarter of its steps.
            change = lambda manifest: manifest.setdefault("training", {}).update(
                steps=steps, warmupSteps=min(50, steps // 4))
            run = Run(job, f"steps{steps}", change, options)
            assessments = run.assessments()
            for name, values in run.figures().items():
                row([name, steps, run.time, cell([assessments[name]["criterion"]]), *[cell([value]) for value in values]])


def variants(options):
    table(["job", "model", *FIGURES, "training"])
    for job in options.jobs:
        run = Run(job, "variants", lambda manifest: None, options)
        for name, values in run.figures().items():
            row([f"`{job}`", name, *[cell([value]) for value in values], run.time])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    tables = {"results": results, "camera": camera, "projection": projection, "checkpoints": checkpoints,
              "curve": curve, "variants": variants}
    parser.add_argument("jobs", nargs="+")
    parser.add_argument("--table", choices=tables, default="results")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--last", type=int, default=6)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--nominal", default=NOMINAL)
    parser.add_argument("--store", default=".nominal")
    parser.add_argument("--output", default="runs/results")
    options = parser.parse_args()
    tables[options.table](options)


main()
