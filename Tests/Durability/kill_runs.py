#!/usr/bin/env python3
"""Kills nominal at random instants, and expects that nothing is lost and nothing is wrong.

A tiny job (ingest, corruption, training, scoring, metrics, report) is run once without being disturbed. Then, again and
again, a command on a store of its own is killed with its whole tree of processes by SIGKILL, at an instant drawn between
its start and the end that it would have. After that the job is run to its end, with no step in between that a person
would have to take, and has to leave the same bytes in every exported file; `nominal verify` has to find nothing.

What is killed is in turn: a run in an empty store; a run that goes on where another one was killed; garbage collection of
everything; a run after such a collection.

    kill_runs.py --program .build/release/nominal --kills 200

Exit code 0 when all kills ended well, 1 otherwise; the folder of the first kill that did not is kept.
"""
import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MANIFEST = {
    "name": "tiny",
    "dataset": {"layout": "mvtec", "root": "../data", "categories": ["wood"]},
    "image": {"width": 32, "height": 32},
    "network": {"baseWidth": 4},
    "training": {"steps": 12, "batchSize": 2, "warmupSteps": 1, "stepsPerShard": 2},
}


def tree(root):
    """The process and all that descend from it, whatever session they have moved to."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()
                parents.setdefault(int(fields[1]), []).append(int(entry))
            except (OSError, IndexError):
                pass
    found, pending = [], [root]
    while pending:
        process = pending.pop()
        found.append(process)
        pending += parents.get(process, [])
    return found


class Trial:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        folder.mkdir()
        (folder / "tiny.json").write_text(json.dumps(MANIFEST))

    def start(self, *arguments):
        environment = {k: v for k, v in os.environ.items() if k != "NOMINAL_STORE"}
        return subprocess.Popen(
            [self.program, *arguments], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)

    def finish(self, *arguments):
        process = self.start(*arguments)
        output = process.communicate()[0].decode()
        if process.returncode != 0:
            raise AssertionError(f"nominal {' '.join(arguments)} ended with {process.returncode}:\n{output}")
        return output

    def kill(self, after, *arguments):
        """Whether the command was still under way."""
        process = self.start(*arguments)
        try:
            process.wait(timeout=after)
        except subprocess.TimeoutExpired:
            pass
        isAlive = process.poll() is None
        for member in tree(process.pid):
            try:
                os.kill(member, signal.SIGKILL)
            except ProcessLookupError:
                pass
        process.communicate()
        return isAlive

    def results(self):
        """Of all files but those that say what a run cost."""
        root = self.folder / "runs" / "tiny"
        return {
            str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(root.rglob("*"))
            if path.is_file() and path.name != "lineage.html" and not path.name.startswith("timing.")
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    program = str(Path(options.program).resolve())
    chance = random.Random(options.seed)
    work = Path(tempfile.mkdtemp(prefix="nominal-kills-"))
    subprocess.run(
        [program, "demo-data", "data", "--size", "64", "--train", "6", "--test-good", "2", "--test-defect", "1"],
        cwd=work, check=True, stdout=subprocess.DEVNULL)
    reference = Trial(program, work / "reference")
    start = time.monotonic()
    reference.finish("run", "tiny.json")
    runSeconds = time.monotonic() - start
    expected = reference.results()
    start = time.monotonic()
    reference.finish("gc", "--max-size", "0")
    collectionSeconds = time.monotonic() - start
    reference.finish("run", "tiny.json")
    print(f"an undisturbed run takes {runSeconds:.1f} s and leaves {len(expected)} files", flush=True)

    kinds = ["a run", "a second run", "a collection", "a run after a collection"]
    underWay = dict.fromkeys(kinds, 0)
    for number in range(options.kills):
        kind = kinds[number % len(kinds)]
        folder = work / f"kill-{number}"
        trial = Trial(program, folder)
        run = ("run", "tiny.json")
        collection = ("gc", "--max-size", "0")
        instant = chance.random()
        try:
            if kind == "a run":
                wasAlive = trial.kill(instant * runSeconds, *run)
            elif kind == "a second run":
                first = chance.random()
                trial.kill(first * runSeconds, *run)
                wasAlive = trial.kill(instant * (1 - first) * runSeconds, *run)
            else:
                shutil.copytree(work / "reference", folder, dirs_exist_ok=True)
                if kind == "a collection":
                    wasAlive = trial.kill(instant * collectionSeconds, *collection)
                else:
                    trial.finish(*collection)
                    wasAlive = trial.kill(instant * runSeconds, *run)
            underWay[kind] += wasAlive
            trial.finish(*run)
            assert trial.results() == expected, "the exported files are others than without a kill"
            trial.finish("verify")
        except AssertionError as error:
            print(f"kill {number} ({kind}, after {instant:.3f} of its time, seed {options.seed}): {error}")
            print(f"{number} of {options.kills} kills ended well; the folder is {folder}")
            return 1
        shutil.rmtree(folder)
        if (number + 1) % 20 == 0:
            print(f"{number + 1} of {options.kills} kills ended in the same results", flush=True)
    shutil.rmtree(work)
    counts = ", ".join(f"{count} in {kind}" for kind, count in underWay.items())
    print(f"{options.kills} of {options.kills} ended in the same results; killed under way: {counts}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
