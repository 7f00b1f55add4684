"""Runs of the program."""
import json
import os
import shutil
import subprocess
import threading

from .results import Results


class RunError(RuntimeError):
    """A call of nominal that failed: its exit code (docs/reference.md lists them) and its messages."""

    def __init__(self, command, exit_code, messages):
        self.exit_code, self.messages = exit_code, messages
        reason = "; ".join(messages[-3:]) or "it printed no message"
        super().__init__(f"nominal {command} ended with exit code {exit_code}: {reason}")


def run(manifest, output=None, store=None, on_progress=None, options=(), program="nominal"):
    """Runs a job and returns its Results; finished tasks are reused.

    on_progress gets each event of --progress json as a dictionary. options are further arguments, such as
    ["--keep-going"]. Raises RunError if the run fails, and stops it if this function is interrupted.
    """
    arguments = [os.fspath(manifest)]
    return _call("run", arguments, output, store, on_progress, options, program)


def score(model, folder, output=None, store=None, on_progress=None, options=(), program="nominal"):
    """Scores a folder of images with a model file or a registered model, and returns the Results, like run."""
    arguments = ["--model", os.fspath(model), os.fspath(folder)]
    return _call("score", arguments, output, store, on_progress, options, program)


def _call(command, arguments, output, store, on_progress, options, program):
    path = shutil.which(program)
    if path is None:
        raise FileNotFoundError(f"the program {program} is not on PATH; install it, or give its path as program=")
    line = [path, command, *arguments, "--progress", "json", "--log-format", "json"]
    line += ["--output", os.fspath(output)] if output is not None else []
    line += ["--store", os.fspath(store)] if store is not None else []
    process = subprocess.Popen(
        line + list(options), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        encoding="utf-8", errors="replace")
    lines = []
    # Both streams are read at once, so that neither pipe fills up.
    reader = threading.Thread(target=lambda: lines.extend(process.stdout), daemon=True)
    reader.start()
    messages = []
    try:
        for text in process.stderr:
            _take(text.rstrip("\n"), messages, on_progress)
        exit_code = process.wait()
    except BaseException:
        # SIGTERM lets the program keep what is finished.
        process.terminate()
        process.wait()
        raise
    finally:
        reader.join()
        process.stdout.close()
        process.stderr.close()
    if exit_code != 0:
        raise RunError(command, exit_code, messages)
    return Results(_folder(lines, output))


def _take(text, messages, on_progress):
    """An event of the progress goes to its receiver, errors and warnings are kept."""
    try:
        event = json.loads(text)
    except ValueError:
        event = {"level": "error", "message": text}
    if "event" in event:
        if on_progress is not None:
            on_progress(event)
    elif event.get("level") in ("error", "warning"):
        messages.append(event["message"])


def _folder(lines, output):
    """The folder of the results: that of --output, else of the file that the program names last."""
    if output is not None:
        return output
    files = [line.split(": ", 1)[1].rstrip("\n") for line in lines if line.startswith(("report: ", "scores: "))]
    if not files:
        raise RunError("run", 0, ["it named no results; give output="])
    return os.path.dirname(files[-1])
