#!/usr/bin/python3
"""Executes docs/tutorial.md line by line: run_tutorial.py --program PROGRAM [--full] [--keep FOLDER]

Lines that begin with "$ " in indented blocks are commands, in one folder and in the order of the page; the lines below a
command are its output. Every line of it must occur in the output in this order, with "..." for any lines between. Numbers,
dates and verdicts may differ. Unless --full, manifests get a few training steps on small images before a command uses them.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/tutorial.md")
SHORT = {"image": {"width": 32, "height": 32}, "network": {"baseWidth": 4},
         "training": {"steps": 12, "batchSize": 2, "warmupSteps": 1, "stepsPerShard": 6}}


class Step:
    """A command of the page, with the number of its line and its output."""

    def __init__(self, number, command):
        self.number, self.command, self.expected = number, command, []


def steps(text):
    found, here_document = [], None
    for number, line in enumerate(text.split("\n"), 1):
        if here_document is not None:
            found[-1].command += "\n" + line[4:]
            here_document = None if line[4:] == here_document else here_document
        elif line.startswith("    $ "):
            found.append(Step(number, line[6:]))
            mark = re.search(r"<<'(\w+)'", line)
            here_document = mark and mark.group(1)
        elif line.startswith("    ") and found:
            found[-1].expected.append(line[4:])
    return found


def masked(line):
    """A line without what differs between machines and between long and short trainings."""
    line = re.sub(r"\b[0-9a-f]{8,64}\b", "DIGEST", line)
    line = re.sub(r"\b(normal|anomalous|true|false)\b", "VERDICT", line)
    line = re.sub(r"-?\d+(\.\d+)?(e-?\d+)?", "0", line)
    line = re.sub(r"\b0 (ms|s|min|h)( 0 min)?\b", "0 s", line)
    return " ".join(line.split())


def missing(expected, output):
    """The first expected line that does not occur in its turn; None if all do."""
    lines = iter([masked(line) for line in output.split("\n")])
    for line in expected:
        if line.strip() != "..." and not any(masked(line) == other for other in lines):
            return line
    return None


def shorten(folder):
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".json"):
            continue
        path = os.path.join(folder, name)
        with open(path, encoding="utf-8") as file:
            manifest = json.load(file)
        if all(manifest.get(key) == value for key, value in SHORT.items()):
            continue
        manifest.update(SHORT)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(manifest, file, indent=2)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--full", action="store_true", help="train as the page says")
    parser.add_argument("--keep", help="a new folder for everything that the page makes")
    parser.add_argument("--show", action="store_true", help="print the output of each command")
    options = parser.parse_args()
    with open(PAGE, encoding="utf-8") as file:
        page = steps(file.read())
    with tempfile.TemporaryDirectory() as temporary:
        base = options.keep or temporary
        folder = os.path.join(base, "parts")
        os.makedirs(folder)
        # The command "nominal" is the program, wherever it is.
        tools = os.path.join(temporary, "bin")
        os.mkdir(tools)
        os.symlink(os.path.abspath(options.program), os.path.join(tools, "nominal"))
        environment = {"PATH": f"{tools}:/usr/bin:/bin", "HOME": temporary, "LANG": "C.UTF-8"}
        began = time.monotonic()
        for step in page:
            if not options.full and re.match(r"nominal (doctor|run|retrain)\b", step.command):
                shorten(folder)
            # The last words of a line may say which exit code it has.
            wanted = re.search(r"# exit code (\d+)(?: or (\d+))?$", step.command.split("\n")[0])
            codes = {int(code) for code in wanted.groups() if code} if wanted else {0}
            result = subprocess.run(
                ["/bin/bash", "-c", step.command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=3600)
            command = step.command.split("\n")[0]
            if options.show:
                print(f"$ {command}\n{result.stdout}", end="", flush=True)
            line = missing(step.expected, result.stdout)
            if result.returncode not in codes or line is not None:
                fault = f"exit code {result.returncode}" if line is None else f"no line like: {line}"
                print(f"docs/tutorial.md:{step.number}: {command}\n  {fault}\n{result.stdout}", file=sys.stderr)
                return 1
        print(f"{len(page)} commands of docs/tutorial.md work, in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
