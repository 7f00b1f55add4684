"""Commands with an output, a file or a limit that does not work: a sentence and an exit code, never silence or a hang."""
import os
import resource
import signal
import subprocess

from images import category, normal, save, scene


def prepared(case):
    category(case.path("cat"))
    case.job("j", {"layout": "mvtec", "root": ".", "categories": ["cat"]})
    case.succeeds("run", "j.json")
    return next(case.path("runs/j/models").glob("*.nominal"))


PRINTING = [
    ["--help"], ["--version"], ["schema"], ["schema", "--reference"], ["schema", "--sweep"], ["validate", "j.json"], ["plan", "j.json"],
    ["runs"], ["status"], ["log", "cat/select"], ["why", "cat/select"], ["lineage", "runs/j/scores.csv:2"], ["models", "list"],
    ["verify"], ["gc", "--dry-run"], ["pin"], ["evaluate", "--maps", "runs/j", "--ground-truth", ".", "--json"],
    ["threshold", "runs/j/scores.csv"], ["compare", "runs/j", "runs/j"], ["nights"], ["quarantine", "list"],
]


def case_full_output(case):
    prepared(case)
    for command in PRINTING:
        whole = case.run(*command)
        if whole.status != 0 or not whole.output:
            continue
        with open("/dev/full", "wb") as full:
            outcome = case.run(*command, stdout=full)
        case.check(outcome.status == 74 and outcome.errors.startswith(b"error:"), f"{command} on a full disk: {outcome}")


def case_closed_pipe(case):
    """A reader that has seen enough, such as head, is no error to speak of."""
    prepared(case)
    done = subprocess.run(f"'{case.program}' schema --reference | head -n 1", shell=True, capture_output=True, cwd=case.folder)
    case.check(done.stderr == b"" and done.stdout.count(b"\n") == 1, f"{done}")


def case_named_pipes(case):
    """A named pipe in place of any file is refused at once."""
    model = prepared(case)
    os.mkfifo(case.path("pipe"))
    for command in (["validate", "pipe"], ["run", "pipe"], ["score", "--model", "pipe", "cat/test/good"], ["threshold", "pipe"],
                    ["import", "pipe"], ["attest", "1", "--key", "pipe"], ["sweep", "pipe"], ["retrain", "pipe"],
                    ["models", "register", "pipe"], ["evaluate", "--maps", "runs/j", "--ground-truth", ".", "--scores", "pipe"]):
        try:
            outcome = case.run(*command, timeout=20)
            case.check(outcome.status > 0, f"{command}: {outcome}")
        except subprocess.TimeoutExpired:
            case.check(False, f"{command} hangs")
    os.mkfifo(case.path("cat/train/good/pipe.png"))
    try:
        case.run("run", "j.json", timeout=60)
    except subprocess.TimeoutExpired:
        case.check(False, "a pipe among the images hangs the run")
    case.check(model.exists(), "the model is gone")


def case_file_size_limit(case):
    """RLIMIT_FSIZE ends with a sentence instead of SIGXFSZ."""
    normal(case.path("images"))
    case.job("j", {"layout": "folder", "normal": "images"})
    outcome = case.run("run", "j.json", limits=[(resource.RLIMIT_FSIZE, 100_000)])
    case.check(outcome.status > 0 and b"error" in outcome.errors, f"{outcome}")


def case_few_descriptors(case):
    normal(case.path("images"), 40)
    case.job("j", {"layout": "folder", "normal": "images"})
    outcome = case.run("run", "j.json", limits=[(resource.RLIMIT_NOFILE, 64)])
    case.check(outcome.status == 0 or b"open files" in outcome.errors or b"descriptors" in outcome.errors, f"{outcome}")


def case_little_address_space(case):
    """Threads that cannot be started end in a sentence or in fewer threads, never in a hang."""
    normal(case.path("images"))
    case.job("j", {"layout": "folder", "normal": "images"})
    for mebibytes in (300, 500, 800, 1200, 2000):
        process = subprocess.Popen(
            [case.program, "run", "j.json", "--store", f"store{mebibytes}", "-j", "16", "--threads", "16"], cwd=case.folder,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "SWIFT_BACKTRACE": "enable=no"},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (mebibytes << 20,) * 2))
        try:
            process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGTERM)
            try:
                process.communicate(timeout=10)
                case.check(False, f"{mebibytes} MiB: it hangs")
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                case.check(False, f"{mebibytes} MiB: it hangs, deaf to SIGTERM")


def case_one_processor(case):
    """The processors that the process may use count, not those of the machine."""
    normal(case.path("images"))
    case.job("j", {"layout": "folder", "normal": "images"})
    done = subprocess.run(["taskset", "-c", "0", case.program, "run", "j.json"], cwd=case.folder, capture_output=True)
    case.check(done.returncode == 0, done.stderr[-500:])


def case_thresholds_of_many_rows(case):
    """A table of 100,000 scores takes seconds."""
    rows = "".join(f"{number}.png,{(number * 7919) % 10007 / 10007}\n" for number in range(100_000))
    case.path("scores.csv").write_text("image,score\n" + rows)
    case.succeeds("threshold", "scores.csv", timeout=20)


def case_files_from_the_future(case):
    normal(case.path("base"), 8)
    normal(case.path("incoming"), 4, first=20)
    for file in case.path("incoming").iterdir():
        os.utime(file, (4_000_000_000, 4_000_000_000))
    case.job("night", {"layout": "folder", "normal": "base"}, retrain={"incoming": "incoming", "settleSeconds": 0})
    for night in ("2026-01-01", "2026-01-02"):
        outcome = case.run("retrain", "night.json", "--date", night)
        case.check(outcome.status in (0, 10), f"{outcome}")
    rows = [line for line in outcome.output.decode().splitlines() if "new images" in line]
    case.check(rows and "4" in rows[0], f"the second night has to take the four files: {outcome}")
