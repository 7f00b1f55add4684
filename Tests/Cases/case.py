"""One case: a folder, the program, and what was found wrong."""
import csv
import json
import os
import resource
import signal
import subprocess
from pathlib import Path

# Networks and trainings as small as they may be: the cases are about what is read and written.
SMALL = {
    "image": {"width": 64, "height": 64},
    "network": {"baseWidth": 4},
    "training": {"steps": 4, "warmupSteps": 1, "batchSize": 4},
}


class Mismatch(Exception):
    pass


class Outcome:
    def __init__(self, done):
        self.status, self.output, self.errors = done.returncode, done.stdout, done.stderr

    def __repr__(self):
        return f"status {self.status}\n{self.output.decode(errors='replace')[-500:]}{self.errors.decode(errors='replace')[-1500:]}"


class Case:
    def __init__(self, program, folder):
        self.program, self.folder, self.faults = program, folder, []

    def path(self, name):
        return self.folder / name

    def run(self, *arguments, timeout=300, stdout=subprocess.PIPE, limits=(), cwd=None, environment=None):
        """Runs the program in the case's folder. A signal other than the limits' own is a fault in any case."""
        def lower():
            for kind, value in limits:
                resource.setrlimit(kind, (value, value))
        done = subprocess.run(
            [self.program, *arguments], cwd=cwd or self.folder, stdout=stdout, stderr=subprocess.PIPE, timeout=timeout,
            preexec_fn=lower if limits else None, env={**os.environ, "SWIFT_BACKTRACE": "enable=no", **(environment or {})})
        if done.stdout is None:
            done.stdout = b""
        if done.returncode < 0:
            self.faults.append(
                f"{' '.join(map(str, arguments))} was ended by {signal.Signals(-done.returncode).name}: {done.stderr[-500:]!r}")
        return Outcome(done)

    def succeeds(self, *arguments, **options):
        outcome = self.run(*arguments, **options)
        if outcome.status != 0:
            raise Mismatch(f"nominal {' '.join(map(str, arguments))}: {outcome}")
        return outcome

    def refused(self, *arguments, saying=(), status=None, **options):
        """Expects an error that names all of `saying`."""
        outcome = self.run(*arguments, **options)
        self.check(
            outcome.status > 0 if status is None else outcome.status == status,
            f"nominal {' '.join(map(str, arguments))} should be refused with {status or 'an error'}: {outcome}")
        for text in saying:
            self.says(outcome, text)
        return outcome

    def says(self, outcome, text):
        self.check(text.encode() in outcome.errors, f"expected {text!r} on standard error: {outcome.errors.decode(errors='replace')[-800:]}")

    def check(self, holds, fault):
        if not holds:
            self.faults.append(str(fault))

    def equal(self, found, right, what):
        self.check(found == right, f"{what}: found {found!r}, right is {right!r}")

    def near(self, found, right, tolerance, what):
        self.check(found is not None and abs(found - right) <= tolerance, f"{what}: found {found}, right is {right}")

    def job(self, name, dataset, folder=".", **more):
        """Writes NAME.json and returns its path as text."""
        file = self.path(folder) / f"{name}.json"
        file.write_text(json.dumps({"name": name, "dataset": dataset, **SMALL, **more}))
        return str(file)

    def json(self, name):
        return json.loads(self.path(name).read_text())

    def rows(self, name):
        with open(self.path(name), newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def category(self, run, category):
        """The figures of one category of runs/RUN/metrics.json."""
        return self.json(f"runs/{run}/metrics.json")["categories"][category]
