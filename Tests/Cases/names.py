"""File names are bytes: every name that the file system allows survives, reaches no terminal raw, and breaks no Makefile."""
import csv
import io
import json
import os
import subprocess
import unicodedata

from images import category, defective, disc, normal, save, scene
from PIL import Image

NAMES = [
    "plain", "with space", "dollar$(shell touch PWNED)", "hash#1", "pct%x", "colon:x", "semi;x", "back\\slash", "star*x", "q?x",
    "[br]", "~tilde", "tab\tx", "new\nline", "quote\"x", "apostrophe'x", "equals=1", "pipe|x", "bs\\ space", "bs\\#hash", "=1+1",
    "+2", "-3", "@SUM(1)", "amp&lt<b>", "comma,x", "umlaut_\u00e4", "\u65e5\u672c\u8a9e", "esc\x1b[31mred", "bidi\u202egnp", "a.b.c",
]


def image(file, seed):
    data = io.BytesIO()
    Image.fromarray(scene(seed)).save(data, "PNG")
    with open(file, "wb") as target:
        target.write(data.getvalue())


def model(case):
    normal(case.path("normal"))
    case.job("base", {"layout": "folder", "normal": "normal"})
    case.succeeds("run", "base.json")
    return next(case.path("runs/base/models").glob("*.nominal"))


def case_scored_names(case):
    trained = model(case)
    case.path("all").mkdir()
    for number, name in enumerate(NAMES):
        image(case.path("all") / f"{name}.png", number)
    outcome = case.succeeds("score", "--model", trained, "all", "--output", "scored")
    for raw in (b"\x1b[31m", "\u202e".encode()):
        case.check(raw not in outcome.output + outcome.errors, f"{raw!r} reached the terminal")
    scores = case.json("scored/scores.json")
    found = {row["image"] for row in (scores["images"] if isinstance(scores, dict) else scores)}
    case.equal(len(found), len(NAMES), "names in scores.json")
    case.equal({f"{n}.png" for n in NAMES} - found, set(), "names missing in scores.json")
    rows = case.rows("scored/scores.csv")
    case.equal(len(rows), len(NAMES), "rows of scores.csv")
    dangerous = [row["image"] for row in rows if row["image"][0] in "=+-@\t\r"]
    case.equal(dangerous, [], "cells that a spreadsheet runs as formulas")
    for kind in ("anomaly_maps", "overlays"):
        case.equal(sum(len(files) for _, _, files in os.walk(case.path(f"scored/{kind}"))), len(NAMES), kind)


def case_long_names(case):
    trained = model(case)
    case.path("long").mkdir()
    for length in range(200, 256):
        image(case.path("long") / ("x" * (length - 8) + f"{length:04}" + ".png"), length)
    case.succeeds("score", "--model", trained, "long", "--output", "scored")
    case.equal(len(case.rows("scored/scores.csv")), 56, "rows of scores.csv")
    maps = [f for _, _, files in os.walk(case.path("scored/anomaly_maps")) for f in files]
    case.equal(len(set(maps)), 56, "maps")


def case_names_that_are_not_utf8(case):
    trained = model(case)
    folder = os.fsencode(case.path("new"))
    os.makedirs(folder + b"/stra\xdfe")
    for place in (b"/M\xfcnchen.png", b"/stra\xdfe/x.png", b"/plain.png", b"/\xff\xfe.png"):
        image(folder + place, len(place))
    case.succeeds("score", "--model", trained, "new", "--output", "scored")
    case.equal(len(case.rows("scored/scores.csv")), 4, "rows of scores.csv")
    case.path("scored/scores.csv").read_text(encoding="utf-8")
    json.loads(case.path("scored/scores.json").read_text(encoding="utf-8"))
    # Kinds and categories too.
    category(case.path("cats/plain"))
    root = os.fsencode(case.path("cats"))
    os.makedirs(root + b"/plain/test/Kr\xe4tzer")
    image(root + b"/plain/test/Kr\xe4tzer/0.png", 5)
    case.job("kinds", {"layout": "mvtec", "root": "cats"})
    case.succeeds("run", "kinds.json")
    case.equal(len(case.rows("runs/kinds/scores.csv")), 4, "scored images")


def case_composed_and_decomposed(case):
    """Two names that differ only in their normal form are two files."""
    trained = model(case)
    case.path("new").mkdir()
    for number, form in enumerate(("NFC", "NFD")):
        image(case.path("new") / (unicodedata.normalize(form, "caf\u00e9") + ".png"), number)
    case.succeeds("score", "--model", trained, "new", "--output", "scored")
    rows = case.rows("scored/scores.csv")
    case.equal(len({row["image"] for row in rows}), 2, "names")
    case.equal(len({row["score"] for row in rows}), 2, "scores")
    case.equal(sum(len(f) for _, _, f in os.walk(case.path("scored/anomaly_maps"))), 2, "maps")


def case_extensions_alone_differ(case):
    trained = model(case)
    case.path("new").mkdir()
    for number, name in enumerate(("a.png", "a.PNG", "a.jpg", "a.tif")):
        kind = {"png": "PNG", "jpg": "JPEG", "tif": "TIFF"}[name[-3:].lower()]
        Image.fromarray(scene(number)).save(case.path(f"new/{name}"), kind)
    # Their maps would have one name, so nothing is overwritten: the folder is refused.
    case.refused("score", "--model", trained, "new", "--output", "scored", saying=["a.PNG", "extension"], status=65)


MAKEFILE = """runs/%/metrics.json: jobs/%.json
\t{program} run $< --output runs/$* --depfile runs/$*/depends.mk --quiet
\ttouch $@
-include $(wildcard runs/*/depends.mk)
"""


def made(case, folder, names):
    """Runs through make with a depfile; make must then still work and notice a change, or the program refuse the name."""
    normal(folder / "data/cat/train/good", 4)
    for number, name in enumerate(names):
        image(folder / "data/cat/train/good" / name, 9 + number)
    (folder / "jobs").mkdir()
    case.job("j", {"layout": "mvtec", "root": "../data"}, folder=folder / "jobs")
    (folder / "Makefile").write_text(MAKEFILE.format(program=case.program))

    def make():
        return subprocess.run(["make", "runs/j/metrics.json"], cwd=folder, capture_output=True)

    first = make()
    if first.returncode != 0:
        case.check(b"depfile" in first.stderr, f"{names}: {first.stderr[-600:]}")
        depends = folder / "runs/j/depends.mk"
        text = subprocess.run(["make", "-n", "-f", "Makefile", "nothing"], cwd=folder, capture_output=True).stderr
        case.check(b"missing separator" not in text and b"depends.mk:" not in text, f"{names}: a broken {depends.name} is left: {text}")
        return
    second = make()
    case.check(second.returncode == 0 and b"up to date" in second.stdout, f"{names}: the second make: {second}")
    past = folder / "runs/j/metrics.json"
    os.utime(past, (os.path.getmtime(past) + 2,) * 2)
    for name in names:
        target = folder / "data/cat/train/good" / name
        os.utime(target, (os.path.getmtime(past) + 10,) * 2)
        third = make()
        case.check(third.returncode == 0 and b"up to date" not in third.stdout, f"{name!r}: a change is not noticed: {third}")
        os.utime(past, (os.path.getmtime(target) + 2,) * 2)
    case.check(not (folder / "PWNED").exists(), f"{names}: a name was run as a command")


def case_makefiles(case):
    for number, name in enumerate(NAMES):
        made(case, case.path(f"{number:02}"), [f"{name}.png"])
    for code in [*range(1, 48), *range(58, 65), *range(91, 97), *range(123, 128)]:
        if chr(code) != "/":
            made(case, case.path(f"code{code}"), [f"a{chr(code)}b.png"])


def case_makefile_injection(case):
    """A name cannot set a variable of the Makefile."""
    folder = case.path("inject")
    (folder / "data/cat/train/good").mkdir(parents=True)
    made(case, folder, ["x=\nPROGRAM=id\ny=.png"])
