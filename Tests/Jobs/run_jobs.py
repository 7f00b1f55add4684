#!/usr/bin/env python3
"""Every shipped job, with a small network and few steps: it has to run, and its figures have to be defined.

    make test-jobs
    run_jobs.py --program .build/release/nominal [--data FOLDER] [--only demo toothbrush]

The jobs on made images always run. The others run where FOLDER (by default the folder of shared data beside the repository)
holds their data set, as `make data DATA=FOLDER` expects it; what is missing is printed. Exit code 0 when all holds, else 1.
"""
import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMAGE = {"width": 64, "height": 64}
# What is kept as it is: the data set, the preset, augmentation, corruption, scoring and variants.
SHORT = {"image": IMAGE, "network": {"baseWidth": 4}}
TRAINING = {"steps": 4, "warmupSteps": 1, "batchSize": 4}
FIGURES = ("imageAUROC", "imageAP", "pixelAUROC", "pixelAP", "aupro")


def shortened(job, folder):
    """The job on the categories that are there, or None without any."""
    job = {**job, **SHORT, "training": {**job.get("training", {}), **TRAINING}}
    job["training"].pop("stepsPerShard", None)
    root = folder / "jobs" / job["dataset"]["root"]
    there = [name for name in job["dataset"].get("categories", []) if (root / name / "train/good").is_dir()]
    if not there:
        return None
    job["dataset"] = {**job["dataset"], "categories": there}
    if "perCategory" in job:
        job["perCategory"] = {name: part for name, part in job["perCategory"].items() if name in there}
    return job


def tested(job, folder):
    """The categories with defective test images."""
    root = folder / "jobs" / job["dataset"]["root"]
    return [name for name in job["dataset"]["categories"]
            if any(kind.is_dir() and kind.name != "good" for kind in (root / name).glob("test/*"))]


def undefined(metrics, categories):
    """The figures that are missing, by run and category."""
    faults = []
    for file in metrics:
        found = json.loads(file.read_text())["categories"]
        for name, figures in found.items():
            if any(name == c or name.endswith(f"/{c}") or name.startswith(f"{c}/") for c in categories):
                faults += [f"{file.parent.name}/{name}: {key} is not defined" for key in FIGURES if figures.get(key) is None]
    return faults


class Jobs:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def run(self, *arguments, accepted=(0,)):
        done = subprocess.run([self.program, *arguments, "--progress", "none"], cwd=self.folder, capture_output=True, text=True)
        return [] if done.returncode in accepted else [f"nominal {' '.join(arguments)} ended with {done.returncode}: {done.stderr[-1500:]}"]

    def job(self, name, job):
        short = shortened(job, self.folder)
        if short is None:
            return None
        (self.folder / f"jobs/{name}.json").write_text(json.dumps(short))
        if "retrain" in short:
            (self.folder / "data/incoming").mkdir(exist_ok=True)
            return self.run("retrain", f"jobs/{name}.json", accepted=(0, 10))
        faults = self.run("run", f"jobs/{name}.json")
        metrics = self.folder / f"runs/{name}/metrics.json"
        return faults or undefined([metrics], tested(short, self.folder))

    def sweep(self, name, sweep):
        base = json.loads((ROOT / "jobs" / sweep["job"]).read_text())
        short = shortened(base, self.folder)
        if short is None:
            return None
        (self.folder / "jobs" / sweep["job"]).write_text(json.dumps(short))
        # The first two values of each parameter.
        short = {**sweep, "parameters": {key: values[:2] for key, values in sweep["parameters"].items()}}
        (self.folder / f"jobs/{name}.json").write_text(json.dumps(short))
        return self.run("sweep", f"jobs/{name}.json")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data")
    parser.add_argument("--only", nargs="*", help="names of jobs")
    options = parser.parse_args()
    program, failures = str(Path(options.program).resolve()), []
    with tempfile.TemporaryDirectory(prefix="nominal-jobs-") as scratch:
        folder = Path(scratch)
        (folder / "jobs").mkdir()
        (folder / "data").mkdir()
        subprocess.run([program, "demo-data", "data/demo", "--train", "12", "--test-good", "4", "--test-defect", "2"], cwd=folder, check=True, capture_output=True)
        if options.data.is_dir():
            command = ["make", "-s", "-f", ROOT / "Makefile", "data", f"DATA={options.data.resolve()}"]
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        jobs = Jobs(program, folder)
        for file in sorted((ROOT / "jobs").glob("*.json")):
            if options.only and file.stem not in options.only:
                continue
            content, start = json.loads(file.read_text()), time.monotonic()
            faults = jobs.sweep(file.stem, content) if "parameters" in content else jobs.job(file.stem, content)
            if faults is None:
                print(f"skip {file.stem}: {options.data} has none of its categories", flush=True)
                continue
            print(f"{'FAIL' if faults else 'ok  '} {file.stem} ({time.monotonic() - start:.0f} s)", *faults, sep="\n     ", flush=True)
            failures += faults
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
