#!/usr/bin/env python3
"""Runs jobs through a Slurm cluster of this machine's own, and does to it what happens to clusters.

Every scenario ends with the job complete, each image once in scores.csv, and every exported file the same, byte for byte, as after a
run without Slurm. In between, no step is taken that a person would have to take, but where it is more memory that is missing.

    check_slurm.py --program .build/release/nominal [--only SCENARIO ...] [--images 400]

Where Slurm is not installed nothing is checked, and the reason is printed. Exit code 0 when all scenarios ended well, 1 otherwise; the
folder of the first that did not is kept.
"""
import argparse
import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from slurm_cluster import Cluster, exported_digests, missing_programs

MANIFEST = {
    "name": "tiny",
    "dataset": {"layout": "mvtec", "root": "../data", "categories": ["wood"]},
    "image": {"width": 32, "height": 32},
    "network": {"baseWidth": 4},
    "training": {"steps": 12, "batchSize": 2, "warmupSteps": 1, "stepsPerShard": 6},
    "execution": {"runner": {"kind": "slurm", "elementSeconds": 0.5}},
}


class Bench:
    """The program, a data set, and what a run without Slurm makes of it."""

    def __init__(self, program, folder, images):
        self.program, self.folder = program, folder
        self.call([program, "demo-data", str(folder / "source")])
        self.make_data(folder / "source" / "wood", folder / "data" / "wood", images)
        (folder / "jobs").mkdir()
        self.job = folder / "jobs" / "tiny.json"
        self.job.write_text(json.dumps(MANIFEST))
        self.expected = self.run_locally()

    @staticmethod
    def make_data(source, target, images):
        """A data set with many test images: those of the demo, each time with other grey corners."""
        shutil.copytree(source / "train", target / "train")
        kinds = sorted(folder.name for folder in (source / "test").iterdir())
        shutil.copytree(source / "ground_truth", target / "ground_truth")
        for kind in kinds:
            (target / "test" / kind).mkdir(parents=True)
            shutil.copytree(source / "test" / kind, target / "test" / kind, dirs_exist_ok=True)
        good = sorted((source / "test" / "good").iterdir())
        for number in range(images):
            with Image.open(good[number % len(good)]) as image:
                image = image.convert("RGB")
                image.putpixel((number % image.width, number // image.width), (number % 251, 128, 128))
                image.save(target / "test" / "good" / f"more-{number:05d}.png")

    def call(self, words, **options):
        done = subprocess.run(words, capture_output=True, text=True, **options)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr}")
        return done

    def run_locally(self):
        store, output = self.folder / "local-store", self.folder / "local"
        self.call([self.program, "run", str(self.job), "--runner", "local", "--store", str(store), "--output", str(output), "--quiet"])
        return exported_digests(output)


class Trial:
    """One scenario: a store and an output folder of its own."""

    def __init__(self, bench, cluster, name):
        self.bench, self.cluster = bench, cluster
        self.folder = bench.folder / name
        self.folder.mkdir()
        self.store, self.output = self.folder / "store", self.folder / "output"
        self.job = bench.job
        self.process = None

    def ask_for(self, runner, retries):
        """Changes what the manifest says about how it is run."""
        execution = dict(MANIFEST["execution"]["runner"], **runner)
        self.job = self.bench.job.with_name(f"{self.folder.name}.json")
        self.job.write_text(json.dumps(dict(MANIFEST, execution={"runner": execution, "retries": retries})))

    def command(self):
        return [self.bench.program, "run", str(self.job), "--store", str(self.store), "--output", str(self.output)]

    def start(self):
        self.log = open(self.folder / "log", "a")
        self.process = subprocess.Popen(
            self.command(), env=self.cluster.environment, stderr=self.log, stdout=self.log, start_new_session=True)
        return self.process

    def finish(self, seconds=300, expected=0):
        code = self.process.wait(seconds)
        if code != expected:
            raise RuntimeError(f"the run ended with {code}, expected {expected}:\n" + self.text()[-3000:])

    def expect(self, *words):
        for text in words:
            if text not in self.text():
                raise RuntimeError(f"the run did not say {text!r}:\n" + self.text()[-3000:])

    def end(self):
        """Of a run that goes on, and would for ever, without its cluster."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def text(self):
        return (self.folder / "log").read_text()

    def scored(self):
        """How many tasks that score images are done."""
        return len(re.findall(r"/score/\S+ done", self.text()))

    def wait_for_scoring(self, done=1):
        """Until some scores are done and others are not."""
        self.cluster.wait(lambda: self.process.poll() is not None or self.scored() >= done, 240)
        if self.process.poll() is not None:
            raise RuntimeError("the run ended before it could be disturbed:\n" + self.text()[-3000:])

    def strike(self, number, find):
        """Sends a signal to all processes that are found, as soon as there are some."""
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            if any([signal_process(process, number) for process in find()]):
                return
        raise RuntimeError("no process was found that could be disturbed")

    def check(self):
        found = exported_digests(self.output)
        if found != self.bench.expected:
            names = sorted(name for name in found.keys() | self.bench.expected.keys()
                           if found.get(name) != self.bench.expected.get(name))
            raise RuntimeError(f"{len(names)} files differ from those of a run without Slurm: {names[:10]}")
        with open(self.output / "scores.csv") as file:
            images = [row["image"] for row in csv.DictReader(file)]
        if len(images) != len(set(images)):
            raise RuntimeError("an image is twice in scores.csv")
        self.bench.call([self.bench.program, "verify", "--store", str(self.store), "--quiet"])
        left = [name for name in os.listdir(self.store / "attempts")]
        if left:
            raise RuntimeError(f"the store keeps {left} in attempts/")


class Skipped(Exception):
    """A scenario for which this machine has not what it takes."""


class MemoryGroup:
    """A control group with a limit of memory, of whatever version the machine has."""

    def __init__(self, name):
        old = Path("/sys/fs/cgroup/memory")
        self.isOld = old.exists()
        self.folder = (old if self.isOld else Path("/sys/fs/cgroup")) / f"{name}-{os.getpid()}"

    def __enter__(self):
        try:
            self.folder.mkdir()
            self.limit(8 << 30)
        except OSError as error:
            if self.folder.exists():
                self.folder.rmdir()
            raise Skipped(f"no control group can be made here: {error}")
        return self

    def limit(self, count):
        (self.folder / ("memory.limit_in_bytes" if self.isOld else "memory.max")).write_text(str(count))

    def take(self, process):
        (self.folder / "cgroup.procs").write_text(str(process))

    def __exit__(self, *_):
        for _ in range(100):
            try:
                return self.folder.rmdir()
            except OSError:
                time.sleep(0.1)


def signal_process(process, number):
    """Sends a signal; says whether the process was still there."""
    try:
        os.kill(process, number)
        return True
    except ProcessLookupError:
        return False


def undisturbed(trial):
    trial.start()
    trial.finish()


def node_killed(trial):
    """slurmd dies, and all that it has started with it."""
    trial.start()
    trial.wait_for_scoring()
    cluster = trial.cluster
    steps = cluster.steps()
    cluster.kill("slurmd.n1")
    for process in steps[:2]:
        signal_process(process, signal.SIGKILL)
    trial.finish()
    cluster.start_node("n1")


def step_killed(trial):
    """slurmstepd dies, and the job that it looked after lives on."""
    trial.start()
    trial.wait_for_scoring()
    trial.strike(signal.SIGKILL, trial.cluster.steps)
    trial.finish()


def controller_killed(trial):
    """slurmctld dies in a burst of submissions and is started again."""
    trial.start()
    trial.wait_for_scoring(0)
    trial.cluster.wait(lambda: len(trial.cluster.jobs()) >= 3 or trial.process.poll() is not None, 120)
    trial.cluster.kill("slurmctld")
    time.sleep(3)
    trial.cluster.start_controller()
    trial.finish(500)


def coordinator_killed(trial):
    """nominal dies; the next run takes up what its jobs have done."""
    trial.start()
    trial.wait_for_scoring()
    trial.process.kill()
    trial.process.wait()
    trial.start()
    trial.finish()


def interrupted(trial):
    """SIGINT cancels what is queued; the next run goes on."""
    trial.start()
    trial.wait_for_scoring()
    trial.process.send_signal(signal.SIGINT)
    trial.finish(60, expected=130)
    trial.cluster.wait(lambda: not trial.cluster.jobs(), 30)
    trial.start()
    trial.finish()


def node_cache(trial):
    """What elements read is kept on the node, within a limit."""
    cache = trial.folder / "cache"
    environment = trial.cluster.environment
    trial.cluster.environment = dict(environment, NOMINAL_NODE_CACHE=str(cache), NOMINAL_NODE_CACHE_BYTES="3000000")
    try:
        trial.start()
        trial.finish()
    finally:
        trial.cluster.environment = environment
    size = sum(file.stat().st_size for file in (cache / "blobs").iterdir())
    if not 0 < size <= 3000000:
        raise RuntimeError(f"the cache holds {size} bytes, expected 1 to 3000000")


def broken_node(trial):
    """On one node the store is not mounted; everything ends there at once."""
    cluster = trial.cluster
    cluster.stop_node("n1")
    hidden = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none "$0" && exec "$@"', str(trial.folder)]
    try:
        cluster.start_node("n1", hidden)
    except subprocess.CalledProcessError as error:
        raise Skipped(f"nothing can be mounted here: {error.stderr.strip()}")
    cluster.wait_until_idle()
    trial.start()
    trial.finish()
    trial.expect("The node n1 is excluded for 10 min")


def full_queue(trial):
    """Slurm takes few jobs at a time."""
    trial.cluster.reconfigure("MaxJobCount=50000", "MaxJobCount=6", "MinJobAge=300", "MinJobAge=2")
    trial.start()
    trial.finish(500)
    trial.expect("the remaining tasks wait until the queue has room")


def time_limit(trial):
    """A worker hangs until its element exceeds Slurm's time limit."""
    trial.ask_for({"timeMinutes": 1}, {"timedOut": 1})
    trial.start()
    trial.wait_for_scoring()
    trial.strike(signal.SIGSTOP, lambda: trial.cluster.processes("worker", "--pull")[:1])
    trial.finish(500)
    trial.expect("The element exceeded Slurm's time limit")


def out_of_memory(trial):
    """The kernel kills what takes more memory than nodes may have; with more memory, the next run goes on."""
    with MemoryGroup("nominal-slurm") as group:
        for node in range(1, trial.cluster.nodes + 1):
            group.take(trial.cluster.process(f"slurmd.n{node}"))
        try:
            group.limit(24 << 20)
            trial.start()
            trial.finish(expected=1)
            trial.expect("It exceeded the memory limit of its element; raise execution.runner.memoryMiB.")
            group.limit(8 << 30)
            trial.start()
            trial.finish()
        finally:
            # Its daemons are in the group.
            trial.end()
            trial.cluster.stop()


SCENARIOS = [undisturbed, node_killed, step_killed, controller_killed, coordinator_killed, interrupted, node_cache, broken_node,
             full_queue, time_limit, out_of_memory]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=".build/release/nominal")
    parser.add_argument("--only", nargs="*", choices=[scenario.__name__ for scenario in SCENARIOS])
    parser.add_argument("--images", type=int, default=400)
    parser.add_argument("--nodes", type=int, default=3)
    options = parser.parse_args()
    missing = missing_programs()
    if missing:
        print(f"skipped: Slurm is not installed here, {', '.join(missing)} not found; make setup-slurm installs it", file=sys.stderr)
        return 0
    folder = Path(tempfile.mkdtemp(prefix="nominal-slurm-"))
    cluster = None
    try:
        bench = Bench(str(Path(options.program).resolve()), folder, options.images)
        for scenario in SCENARIOS:
            if options.only and scenario.__name__ not in options.only:
                continue
            # A cluster of its own: some are the worse for what was done to them.
            cluster = Cluster(folder / f"cluster-{scenario.__name__}", options.nodes)
            cluster.start()
            start = time.monotonic()
            trial = Trial(bench, cluster, scenario.__name__)
            try:
                scenario(trial)
                trial.check()
            except Skipped as reason:
                print(f"{scenario.__name__}: skipped, {reason}", flush=True)
                continue
            finally:
                trial.end()
                cluster.stop()
                cluster = None
            print(f"{scenario.__name__}: as without Slurm, in {time.monotonic() - start:.1f} s", flush=True)
    except (RuntimeError, TimeoutError, subprocess.SubprocessError, OSError) as error:
        print(f"failed: {error}\nkept: {folder}", file=sys.stderr)
        return 1
    finally:
        if cluster:
            cluster.stop()
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
