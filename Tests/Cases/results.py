"""Results are never read as data, and files that are copied by hand say when they are damaged."""
import random

from images import category, normal, save, scene


def trained(case, name="base"):
    normal(case.path(name))
    case.job(f"{name}_job", {"layout": "folder", "normal": name})
    case.succeeds("run", f"{name}_job.json")
    return next(case.path(f"runs/{name}_job/models").glob("*.nominal"))


def case_scoring_this_folder(case):
    model = trained(case)
    normal(case.path("line"), 4)
    for _ in range(3):
        case.succeeds("score", "--model", model, ".", cwd=case.path("line"))
        scores = sorted(case.path("line").rglob("scores.csv"))
        case.equal(len(scores), 1, f"tables of scores: {scores}")
        case.equal(len(scores[0].read_text().splitlines()) - 1, 4, "rows")


def case_folders_of_one_name(case):
    """The results of two folders of one name do not replace each other."""
    model = trained(case)
    for line in (1, 2):
        normal(case.path(f"line{line}/new"), 2, first=10 * line)
        case.succeeds("score", "--model", model, f"line{line}/new")
    tables = [file for file in case.path("runs").glob("score-*/scores.csv")]
    case.equal(len(tables), 2, "tables of scores")


def case_init_after_preview(case):
    normal(case.path("photos"), 8)
    photos = case.path("photos")
    for _ in range(2):
        case.run("init", ".", "--manifest", "parts.json", "--force", cwd=photos)
        case.run("preview", "parts.json", cwd=photos)
    text = (photos / "parts.json").read_text()
    outcome = case.run("plan", "parts.json", cwd=photos)
    case.check(outcome.status == 0 and "preview" not in text.replace("nominal preview", ""), f"{outcome}")
    told = case.run("init", ".", "--manifest", "again.json", cwd=photos)
    case.check(b"8 " in told.output + told.errors, f"init has to count 8 images: {told}")


def case_output_inside_the_data(case):
    normal(case.path("images"))
    case.job("j", {"layout": "folder", "normal": "images"})
    first = case.run("run", "j.json", "--output", "images/out")
    if first.status == 0:
        second = case.succeeds("run", "j.json", "--output", "images/out")
        case.check(b"nothing to do" in second.errors + second.output, f"the second run has read the results of the first: {second}")


def case_flipped_bits_of_a_model(case):
    model = trained(case)
    normal(case.path("new"), 2, first=30)
    whole = model.read_bytes()
    generator = random.Random(1)
    for trial in range(40):
        damaged = bytearray(whole)
        bit = generator.randrange(8 * len(whole))
        damaged[bit // 8] ^= 1 << bit % 8
        case.path("damaged.nominal").write_bytes(damaged)
        outcome = case.run("score", "--model", "damaged.nominal", "new", "--output", f"out{trial}", "--store", "other")
        case.check(outcome.status == 65, f"bit {bit} of {8 * len(whole)}: {outcome}")
        if case.faults:
            return


def case_threshold_of_ones_own(case):
    model = trained(case)
    normal(case.path("new"), 3, first=30)
    for threshold in ("1e-06", "1e9"):
        case.succeeds("score", "--model", model, "new", f"--threshold={threshold}", "--output", f"out{threshold}")
        rows = case.rows(f"out{threshold}/scores.csv")
        case.equal({float(row["threshold"]) for row in rows}, {float(threshold)}, "thresholds")
