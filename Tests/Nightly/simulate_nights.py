#!/usr/bin/env python3
"""A fortnight of nightly retraining, and what has to come of it.

Normal images arrive in daily batches. One day brings defects among them (5 % of the batch, one at least), one day a brightness
drift; one night is killed half-way, one night is missed, one night is given settings that ruin the network, which the next night
has corrected, and one night has no news. Then:

  - every defect is quarantined, and no drifted batch goes unreported;
  - the killed night goes on with the next call;
  - the ruined model is not promoted, and no promoted one finds defects worse than the one before it, on labelled images that no
    night has seen;
  - every night, computed again from its record, gives the same bytes;
  - a night without news does nothing.

    simulate_nights.py --program .build/release/nominal
    simulate_nights.py --program .build/release/nominal --category data/aitex/fabric_01 --job texture.json --scratch 5

Without --category the images are made by the program. --job FILE holds members that replace those of the manifest. --scratch
trains from scratch each night as well, up to that day, and compares the time. --keep FOLDER leaves everything there. Exit code 0 when all
holds, 1 otherwise.
"""
import argparse
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

MADE_JOB = {
    "image": {"width": 64, "height": 64},
    "network": {"baseWidth": 8},
    "training": {"steps": 1200, "batchSize": 4, "warmupSteps": 20, "stepsPerShard": 20, "learningRate": 0.002},
    "augmentation": {"brightness": 0.05, "contrast": 0.05},
    "scoring": {"boxSize": 3, "normalization": "expectedError"},
}
RETRAIN = {"incoming": "incoming", "stepsPerImage": 4, "settleSeconds": 0}
# These small networks find few defects, so that a ruined one is worse by little.
RUIN = {"learningRate": 0.3, "stepsPerImage": 10, "gate": {"recall": 0.02, "criterion": 0.005}}
# By the number of the day.
DEFECTS, DRIFT, KILLED, MISSED, RUINED, CORRECTED, QUIET = 4, 6, 8, 10, 12, 13, 14
DAYS = 14
FAILED, KEPT = 1, 10


class Fortnight:
    def __init__(self, options, folder, start):
        self.program, self.folder, self.start = options.program, folder, start
        self.seconds, self.failures = {}, []
        (folder / "incoming").mkdir(parents=True)
        (folder / "base").mkdir()
        job = json.loads(Path(options.job).read_text()) if options.job else MADE_JOB
        self.manifest = {
            "name": "plant", "dataset": {"layout": "folder", "normal": "base", "heldOutFraction": 0.2}, **job,
            "retrain": {**RETRAIN, **job.get("retrain", {}), "start": start},
        }
        self.write_manifest("plant.json", {})

    def write_manifest(self, name, retrain):
        manifest = {**self.manifest, "retrain": {**self.manifest["retrain"], **retrain}}
        (self.folder / name).write_text(json.dumps(manifest, indent=2))

    def nominal(self, *arguments):
        return subprocess.run(
            [self.program, *arguments, "--store", "store"], cwd=self.folder, capture_output=True, text=True)

    def night(self, day, manifest="plant.json", codes=(0, KEPT)):
        started = time.monotonic()
        done = self.nominal("retrain", manifest, "--date", self.date(day), "--by", "simulation")
        self.seconds[day] = time.monotonic() - started
        if done.returncode not in codes:
            raise SystemExit(f"day {day}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
        print(f"--- day {day}, {self.start}: exit code {done.returncode}, {self.seconds[day]:.1f} s\n{done.stdout}",
              flush=True)
        return done

    def date(self, day):
        return f"2026-03-{day:02}"

    def expect(self, condition, what):
        print(f"{'ok  ' if condition else 'FAIL'} {what}", flush=True)
        if not condition:
            self.failures.append(what)

    def kill_half_way(self, day):
        """Kills a night by SIGKILL when its training has begun."""
        process = subprocess.Popen(
            [self.program, "retrain", "plant.json", "--date", self.date(day), "--store", "store", "--progress",
             "json"], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            start_new_session=True)
        for line in process.stderr:
            if "plant/train/0000" in line:
                break
        process.send_signal(signal.SIGKILL)
        process.wait()
        return process.returncode == -signal.SIGKILL


def brighter(source, target):
    image = Image.open(source)
    lifted = image.point(lambda value: min(255, int(value * 1.12 + 6)))
    lifted.save(target)


def auroc(scores, labels):
    pairs = sorted(zip(scores, labels))
    rank_sum, index = 0.0, 0
    while index < len(pairs):
        end = index
        while end < len(pairs) and pairs[end][0] == pairs[index][0]:
            end += 1
        rank_sum += sum(label for _, label in pairs[index:end]) * (index + 1 + end) / 2
        index = end
    positive = sum(labels)
    return (rank_sum - positive * (positive + 1) / 2) / (positive * (len(labels) - positive))


def material(options, folder):
    """The folder of a category: given, or made."""
    if options.category:
        return Path(options.category).resolve()
    subprocess.run(
        [options.program, "demo-data", str(folder / "made"), "--size", "64", "--train", "130", "--test-good", "30",
         "--test-defect", "8"], check=True, capture_output=True)
    return folder / "made" / "woven_cloth"


def simulate(options, folder, category, start, check, days=DAYS):
    plant = Fortnight(options, folder, start)
    normal = sorted((category / "train" / "good").iterdir())
    kinds = sorted(path for path in (category / "test").iterdir() if path.name != "good")
    base = len(normal) // 4
    for image in normal[:base]:
        shutil.copy(image, plant.folder / "base")
    arriving = normal[base:]
    batches = [day for day in range(2, DAYS + 1) if day not in (CORRECTED, QUIET)]
    size = len(arriving) // len(batches)
    count = max(1, round(size * 0.05))
    defects = [sorted(kind.iterdir())[0] for kind in kinds][:count]
    for day in range(1, days + 1):
        if day in batches:
            place = batches.index(day) * size
            target = plant.folder / "incoming" / plant.date(day)
            target.mkdir()
            for image in arriving[place:place + size]:
                if day == DRIFT:
                    brighter(image, target / image.name)
                else:
                    shutil.copy(image, target / image.name)
            if day == DEFECTS:
                for number, image in enumerate(defects):
                    shutil.copy(image, target / f"defect{number}{image.suffix}")
        if day == MISSED:
            continue
        if day == KILLED and check:
            plant.expect(plant.kill_half_way(day), "a night is killed while it trains")
            continue
        ruined = day == RUINED and check
        if ruined:
            plant.write_manifest("ruined.json", RUIN)
        if day == DRIFT + 1 and check:
            # The light stays as it is: somebody has looked, and takes the batch for normal.
            accepted = plant.nominal("quarantine", "accept", "plant", "--night", plant.date(DRIFT), "--reason", "new lamps")
            print(accepted.stdout, end="")
        # A network that is ruined so far that its scores are no numbers fails; one that still has scores is worse.
        done = plant.night(day, "ruined.json", (FAILED, KEPT)) if ruined else plant.night(day)
        if not check:
            continue
        if day == 1:
            plant.expect(done.returncode == 0, "the first night promotes a model of the base set")
        if day == DEFECTS:
            listed = plant.nominal("quarantine", "list", "plant").stdout
            found = [number for number in range(len(defects)) if f"defect{number}." in listed]
            plant.expect(len(found) == len(defects), f"{len(found)} of {len(defects)} defects are quarantined")
        if day == DRIFT:
            line = next((line for line in done.stdout.splitlines() if line.startswith("  drift")), "")
            plant.expect("brightness" in line, f"the drift of brightness is reported: {line.strip()}")
        if day == KILLED + 1:
            plant.expect("resuming the interrupted night" in done.stderr, "the killed night goes on with the next call")
            plant.expect(f"night of {plant.date(KILLED)}:" in done.stdout, "and comes to its end")
        if day == MISSED + 1:
            line = next((line for line in done.stdout.splitlines() if line.startswith("  new images")), "")
            new = int(re.search(r"(\d+):", line).group(1)) if ":" in line else 0
            plant.expect(new == 2 * size, f"what came in the missed night is taken in: {new} images")
        if ruined:
            plant.expect("worse" in done.stdout or "failed" in done.stdout, "the ruined model is not promoted")
        if day == CORRECTED:
            plant.expect("new to the model" in done.stdout and "new images    none" in done.stdout,
                         "the images of that night are learned with the corrected settings")
        if day == QUIET:
            plant.expect("nothing new" in done.stdout, "a night without news does nothing")
            print(f"     it took {plant.seconds[day]:.2f} s")
    return plant


def check_models(plant, category):
    """Image AUROC of every promoted model on labelled images that no night has seen."""
    tested = plant.folder / "labelled"
    labels = {}
    for kind in sorted((category / "test").iterdir()):
        for image in sorted(kind.iterdir()):
            if kind.name != "good" and image == sorted(kind.iterdir())[0]:
                continue
            (tested / kind.name).mkdir(parents=True, exist_ok=True)
            shutil.copy(image, tested / kind.name / image.name)
            labels[f"{kind.name}/{image.name}"] = kind.name != "good"
    nights = [line.split("\t") for line in plant.nominal("nights", "plant").stdout.splitlines()]
    former = None
    for label, state, outcome in nights:
        if state == "promoted":
            version = re.search(r"promoted version (\d+)", outcome).group(1)
            done = plant.nominal("score", "labelled", "--model", f"plant@{version}", "--output", f"scores{version}")
            if done.returncode != 0:
                raise SystemExit(done.stderr)
            entries = json.loads((plant.folder / f"scores{version}" / "scores.json").read_text())
            value = auroc([entry["score"] for entry in entries], [labels[entry["image"]] for entry in entries])
            loss = "" if former is None else f", {value - former:+.4f}"
            plant.expect(former is None or value >= former - 0.02, f"version {version}: image AUROC {value:.4f}{loss}")
            former = value
        if state == "failed" or "no new model" in outcome:
            continue
        # By the manifest that the night began with, whatever this one says.
        checked = plant.nominal("retrain", "plant.json", "--check", label)
        words = re.search(r"recomputed (\d+) stored results: (\d+) differ", checked.stderr)
        count = int(words.group(1)) if words else 0
        plant.expect(checked.returncode == 0 and count > 0 and "both are equal" in checked.stdout,
                     f"night {label} gives the same bytes again ({count} results)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--category")
    parser.add_argument("--job")
    parser.add_argument("--scratch", type=int, default=0, metavar="DAYS")
    parser.add_argument("--keep")
    options = parser.parse_args()
    options.program = str(Path(options.program).resolve())
    folder = Path(options.keep) if options.keep else Path(tempfile.mkdtemp(prefix="nominal-nights-"))
    category = material(options, folder)
    plant = simulate(options, folder / "warm", category, "warm", check=True)
    check_models(plant, category)
    print(f"\n{sum(plant.seconds.values()):.0f} s in {len(plant.seconds)} nights")
    if options.scratch:
        other = simulate(options, folder / "scratch", category, "scratch", check=False, days=options.scratch)
        # Only nights that both have spent on the same.
        common = [day for day in plant.seconds if day in other.seconds and day not in (1, KILLED + 1, RUINED, CORRECTED, QUIET)]
        warm, scratch = (sum(nights.seconds[day] for day in common) for nights in (plant, other))
        print(f"{len(common)} nights: {warm:.0f} s warm, {scratch:.0f} s from scratch, ratio {warm / scratch:.2f}")
    if not options.keep:
        shutil.rmtree(folder)
    if plant.failures:
        sys.exit(f"{len(plant.failures)} expectations failed: " + "; ".join(plant.failures))


if __name__ == "__main__":
    main()
