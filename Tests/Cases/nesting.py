"""Folders in folders: masks lie like their images, and nothing is matched by its last name alone."""
import json

import numpy as np
from sklearn.metrics import roc_auc_score
import tifffile

from images import category, defective, disc, save
from stored import Store

LEFT, RIGHT = disc(16, 16, 8), disc(48, 48, 8)


def levels(mask):
    return (mask * 255).astype(np.uint8)


def case_masks_nested_like_images(case):
    category(case.path("cat"))
    for camera, mask in (("cam1", LEFT), ("cam2", RIGHT)):
        save(case.path(f"cat/test/spot/{camera}/000.png"), defective(200, mask))
        save(case.path(f"cat/ground_truth/spot/{camera}/000_mask.png"), levels(mask))
    case.job("nested", {"layout": "mvtec", "root": "."})
    case.succeeds("run", "nested.json")
    store = Store(case.path(".nominal"))
    for camera, mask in (("cam1", LEFT), ("cam2", RIGHT)):
        case.equal(store.labelled(f"test/spot/{camera}/000.png"), int(mask.sum()), camera)


def case_one_flat_mask_for_two_images(case):
    """A flat mask cannot say which of two images of its name it belongs to: never silently to both."""
    category(case.path("cat"))
    for camera, mask in (("cam1", LEFT), ("cam2", RIGHT)):
        save(case.path(f"cat/test/spot/{camera}/000.png"), defective(200, mask))
    save(case.path("cat/ground_truth/spot/000_mask.png"), levels(LEFT))
    case.job("flat", {"layout": "mvtec", "root": "."})
    outcome = case.run("run", "flat.json")
    case.says(outcome, "000_mask.png")
    if outcome.status == 0:
        store = Store(case.path(".nominal"))
        shared = [store.labelled(f"test/spot/{camera}/000.png") for camera in ("cam1", "cam2")]
        case.check(shared.count(None) >= 1, f"both images got the one mask: {shared}")


def case_run_judged_again(case):
    """`evaluate` finds the same figures in a run's own output as the run, with nested images."""
    category(case.path("cat"))
    for number in range(3):
        for place in (f"{number:03}", f"hard/{10 + number:03}"):
            mask = disc(20 + 8 * number, 30, 6)
            save(case.path(f"cat/test/spot/{place}.png"), defective(70 + number, mask))
            save(case.path(f"cat/ground_truth/spot/{place}_mask.png"), levels(mask))
    case.job("nested", {"layout": "mvtec", "root": "."})
    case.succeeds("run", "nested.json")
    outcome = case.succeeds("evaluate", "--maps", "runs/nested", "--ground-truth", ".", "--json")
    again, own = json.loads(outcome.output)["categories"]["cat"], case.category("nested", "cat")
    for figure in ("imageAUROC", "pixelAUROC", "pixelAP"):
        case.equal(again[figure], own[figure], figure)
    maps = [tifffile.imread(f) for f in sorted(case.path("runs/nested").rglob("*.tiff"))]
    case.equal(len(maps), 9, "maps")


def case_masks_without_an_image(case):
    """Unused, misnamed and contradicting masks are named."""
    category(case.path("cat"))
    mask = disc()
    for number in range(3):
        save(case.path(f"cat/test/spot/{number:03}.png"), defective(70 + number, mask))
    save(case.path("cat/ground_truth/spot/000_mask.png"), levels(mask))
    save(case.path("cat/ground_truth/spot/007_mask.png"), levels(mask))
    save(case.path("cat/ground_truth/spot/1.mask.png"), levels(mask))
    save(case.path("cat/ground_truth/good/050_mask.png"), levels(mask))
    case.job("unused", {"layout": "mvtec", "root": "."})
    run = case.run("run", "unused.json")
    init = case.run("init", ".", "--manifest", "init.json")
    for outcome in (run, init):
        for name in ("007_mask.png", "1.mask.png", "050_mask.png"):
            case.check(name.encode() in outcome.errors + outcome.output, f"{name} is not named: {outcome}")


def case_pixel_auroc_by_scikit_learn(case):
    """Pixel figures of nested images against scikit-learn's."""
    random = np.random.default_rng(1)
    maps, labels = [], []
    for place, mask in (("good/a", None), ("good/deep/a", None), ("hole/a", LEFT), ("hole/deep/a", RIGHT)):
        values = random.normal(0, 1, (64, 64)).astype("f4")
        if mask is not None:
            values[mask] += 1
            save(case.path(f"truth/{place}_mask.png"), levels(mask))
        file = case.path(f"maps/{place}.tiff")
        file.parent.mkdir(parents=True, exist_ok=True)
        tifffile.imwrite(file, values)
        maps.append(values.ravel())
        labels.append((np.zeros((64, 64), bool) if mask is None else mask).ravel())
    outcome = case.succeeds("evaluate", "--maps", "maps", "--ground-truth", "truth", "--json")
    figures = json.loads(outcome.output)
    figures = figures["categories"]["all"] if "categories" in figures else figures
    case.near(figures["pixelAUROC"], roc_auc_score(np.concatenate(labels), np.concatenate(maps)), 1e-9, "pixel AUROC")
