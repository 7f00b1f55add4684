"""Folders as people keep them: `init` reads each rightly or asks; it never trains on defects, tests or masks."""
import json

import numpy as np
from PIL import Image
import tifffile

from images import category, defective, disc, normal, save, scene
from stored import Store

MASK = (disc() * 255).astype(np.uint8)


def defects(folder, count=4, masks=None, suffix=""):
    for number in range(count):
        save(folder / f"{number:03}.png", defective(70 + number, disc()))
        if masks:
            save(masks / f"{number:03}{suffix}.png", MASK)


def shrink(case, manifest):
    """Makes a manifest of `init` quick."""
    job = case.json(manifest)
    job.pop("preset", None)
    job.update({"image": {"width": 64, "height": 64}, "network": {"baseWidth": 4}, "corruption": {},
                "training": {"steps": 4, "warmupSteps": 1, "batchSize": 4}})
    for key in ("augmentation", "scoring", "calibration", "assessment", "perCategory"):
        job.pop(key, None)
    case.path(manifest).write_text(json.dumps(job))


def understood(case, folder, normals, anomalous=None, masked=None):
    """`init` either refuses and says why, or writes a manifest that trains on `normals` images and no others."""
    outcome = case.run("init", folder, "--manifest", "init.json")
    if outcome.status != 0:
        case.check(outcome.errors.startswith(b"error:") and not case.path("init.json").exists(), f"{folder}: {outcome}")
        return None
    case.succeeds("validate", "init.json")
    shrink(case, "init.json")
    case.succeeds("run", "init.json", "--output", "out")
    store = Store(case.path(".nominal"))
    trained = [name for name, entry in store.read.items() if entry["split"] == "train"]
    case.equal(len(trained), normals, f"{folder}: images to train on: {trained}")
    found = [name for name, entry in store.read.items() if entry.get("isAnomalous")]
    if anomalous is not None:
        case.equal(len(found), anomalous, f"{folder}: anomalous images: {found}")
    if masked is not None:
        case.equal(sum(1 for name in found if store.labelled(name)), masked, f"{folder}: images with a mask")
    wrong = [name for name, entry in store.read.items() if name.endswith("_mask.png") or "ground_truth" in name]
    case.equal(wrong, [], f"{folder}: masks read as images")
    return outcome


def case_mvtec(case):
    category(case.path("parts"))
    defects(case.path("parts/test/spot"), masks=case.path("parts/ground_truth/spot"), suffix="_mask")
    case.check(understood(case, "parts", 8, 4, 4), "the MVTec layout has to be understood")


def case_btad(case):
    normal(case.path("btad/train/ok"), 10)
    normal(case.path("btad/test/ok"), 4, 50)
    defects(case.path("btad/test/ko"), masks=case.path("btad/ground_truth/ko"))
    understood(case, "btad", 10, 4)


def case_good_bad(case):
    normal(case.path("goodbad/good"), 10)
    defects(case.path("goodbad/bad"), 6)
    understood(case, "goodbad", 10)


def case_ok_ng(case):
    normal(case.path("okng/OK"), 10)
    defects(case.path("okng/NG"), 6, case.path("okng/NG"), "_mask")
    understood(case, "okng", 10)


def case_capital(case):
    normal(case.path("capital/Train/Good"), 10)
    normal(case.path("capital/Test/Good"), 3, 50)
    defects(case.path("capital/Test/Broken"), 3)
    understood(case, "capital", 10, 3)


def case_test_good_in_capitals(case):
    normal(case.path("mixed/train/good"), 8)
    normal(case.path("mixed/test/Good"), 4, 50)
    defects(case.path("mixed/test/spot"), 3)
    understood(case, "mixed", 8, 3)


def case_public_test(case):
    normal(case.path("ad2/train/good"), 8)
    normal(case.path("ad2/test_public/good"), 3, 50)
    defects(case.path("ad2/test_public/bad"), 3, case.path("ad2/test_public/ground_truth/bad"), "_mask")
    understood(case, "ad2", 8)


def case_folders_of_defects_alone(case):
    """A folder that is named like defects, a test set or masks is never taken for normal images."""
    for name in ("bad", "NG", "defects", "Anomaly", "ko", "reject", "test", "ground_truth", "masks"):
        defects(case.path(f"{name}_parent/{name}"), 6)
        outcome = case.run("init", f"{name}_parent", "--manifest", f"{name}.json")
        case.check(outcome.status != 0 and not case.path(f"{name}.json").exists(), f"{name} was taken for normal images: {outcome}")


def case_samples_that_cannot_be_decoded(case):
    """What `init` writes has to run, so it reads a sample first."""
    for number in range(6):
        case.path("float").mkdir(exist_ok=True)
        tifffile.imwrite(case.path(f"float/{number}.tif"), scene(number)[..., 0].astype("f4"))
        case.path("bmp").mkdir(exist_ok=True)
        Image.fromarray(scene(number)).save(case.path(f"bmp/{number}.png"), format="BMP")
    normal(case.path("single"), 1)
    case.path("empty").mkdir()
    for folder in ("float", "bmp", "single", "empty"):
        outcome = case.run("init", folder, "--manifest", f"{folder}.json")
        if outcome.status == 0:
            shrink(case, f"{folder}.json")
            case.succeeds("run", f"{folder}.json")
        else:
            case.check(outcome.errors.startswith(b"error:"), f"{folder}: {outcome}")
