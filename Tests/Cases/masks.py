"""One defect, its mask written in every way in which tools write masks: 317 pixels are labelled."""
import json

import numpy as np
import tifffile
from PIL import Image
from sklearn.metrics import roc_auc_score

from images import SIDE, category, defective, disc, palette_tiff, save
from stored import Store

DISC = disc()
LEVELS = (DISC * 255).astype(np.uint8)


def palette(file, *colours, **options):
    image = Image.frombytes("P", (SIDE, SIDE), DISC.astype(np.uint8).tobytes())
    image.putpalette([value for colour in colours for value in colour])
    image.save(file, **options)


def rgba(colour, alpha):
    image = np.zeros((SIDE, SIDE, 4), np.uint8)
    image[..., :3], image[..., 3] = colour, alpha
    return image


# Extension and writer of each kind of mask file.
KINDS = {
    "levels": ("png", lambda file: Image.fromarray(LEVELS).save(file)),
    "ones": ("png", lambda file: Image.fromarray(DISC.astype(np.uint8)).save(file)),
    "sevens": ("png", lambda file: Image.fromarray((DISC * 7).astype(np.uint8)).save(file)),
    "sixteen_bits": ("png", lambda file: Image.fromarray((DISC * 65535).astype(np.uint16)).save(file)),
    "sixteen_bits_one": ("png", lambda file: Image.fromarray(DISC.astype(np.uint16)).save(file)),
    "one_bit": ("png", lambda file: Image.fromarray(LEVELS).convert("1").save(file)),
    "blue": ("png", lambda file: Image.fromarray(np.stack([0 * LEVELS, 0 * LEVELS, DISC.astype(np.uint8)], -1)).save(file)),
    "palette": ("png", lambda file: palette(file, (0, 0, 0), (128, 0, 0))),
    "palette_all_black": ("png", lambda file: palette(file, (0, 0, 0), (0, 0, 0))),
    "palette_white_background": ("png", lambda file: palette(file, (255, 255, 255), (255, 0, 0))),
    "palette_white_to_black": ("png", lambda file: palette(file, (255, 255, 255), (0, 0, 0))),
    "palette_grey_background": ("png", lambda file: palette(file, (64, 64, 64), (255, 0, 0))),
    "palette_clear_background": ("png", lambda file: palette(file, (255, 255, 255), (255, 0, 0), transparency=0)),
    "black_paint": ("png", lambda file: Image.fromarray(rgba(0, LEVELS)).save(file)),
    "white_paint": ("png", lambda file: Image.fromarray(rgba(255, LEVELS)).save(file)),
    "clear_levels": ("png", lambda file: Image.fromarray(rgba(LEVELS[..., None], 0)).save(file)),
    "opaque_levels": ("png", lambda file: Image.fromarray(np.stack([LEVELS, 0 * LEVELS + 255], -1)).save(file)),
    "jpeg60": ("jpg", lambda file: Image.fromarray(LEVELS).save(file, quality=60)),
    "jpeg75": ("jpg", lambda file: Image.fromarray(LEVELS).save(file, quality=75)),
    "jpeg95": ("jpg", lambda file: Image.fromarray(LEVELS).save(file, quality=95)),
    "group4": ("tif", lambda file: Image.fromarray(LEVELS).convert("1").save(file, compression="group4")),
    "white_is_zero": ("tif", lambda file: tifffile.imwrite(file, 255 - LEVELS, photometric="miniswhite")),
    "float32": ("tif", lambda file: tifffile.imwrite(file, DISC.astype("f4"))),
    "tiff_palette": ("tif", lambda file: file.write_bytes(palette_tiff(
        DISC.astype(int), np.array([(0, 0, 0), (65535, 0, 0)] + [(0, 0, 0)] * 254)))),
    "tiff_palette_8bit": ("tif", lambda file: file.write_bytes(palette_tiff(
        DISC.astype(int), np.array([(0, 0, 0), (255, 0, 0)] + [(0, 0, 0)] * 254)))),
    "upper_case": ("PNG", lambda file: Image.fromarray(LEVELS).save(file, format="PNG")),
}
# Cut at half, a JPEG's edge may lie a few pixels elsewhere.
LOSSY = 12


def case_ingest(case):
    category(case.path("cat"))
    folder = case.path("cat/ground_truth/spot")
    folder.mkdir(parents=True)
    for number, (name, (extension, write)) in enumerate(KINDS.items()):
        save(case.path(f"cat/test/spot/{name}.png"), defective(200 + number, DISC))
        write(folder / f"{name}_mask.{extension}")
    case.job("masks", {"layout": "mvtec", "root": ".", "categories": ["cat"], "onBadImage": "quarantine"})
    case.succeeds("run", "masks.json")
    store = Store(case.path(".nominal"))
    for name in KINDS:
        file = f"test/spot/{name}.png"
        if file not in store.read:
            case.check(False, f"{name} is refused: {store.rejected.get(file)}")
            continue
        found = store.labelled(file)
        case.near(found if found is not None else -1000, int(DISC.sum()), LOSSY if name.startswith("jpeg") else 0, name)


def case_evaluate(case):
    """The same rule judges maps of other programs; the right pixel AUROC is scikit-learn's."""
    random = np.random.default_rng(0)
    maps = [random.normal(0, 1, (SIDE, SIDE)).astype("f4") for _ in range(3)]
    maps[2][DISC] += 2
    right = roc_auc_score(np.concatenate([np.zeros(2 * SIDE * SIDE), DISC.ravel()]), np.concatenate([m.ravel() for m in maps]))
    for name, (extension, write) in KINDS.items():
        folder = case.path(name)
        for place in ("maps/good", "maps/hole", "truth/hole"):
            (folder / place).mkdir(parents=True)
        for number in range(2):
            tifffile.imwrite(folder / f"maps/good/{number}.tiff", maps[number])
        tifffile.imwrite(folder / "maps/hole/0.tiff", maps[2])
        write(folder / f"truth/hole/0_mask.{extension}")
        outcome = case.run("evaluate", "--maps", folder / "maps", "--ground-truth", folder / "truth", "--json")
        if outcome.status != 0:
            case.check(False, f"{name}: {outcome}")
            continue
        figures = json.loads(outcome.output)
        figures = figures["categories"]["all"] if "categories" in figures else figures
        case.near(figures["pixelAUROC"], right, 2e-3 if name.startswith("jpeg") else 1e-9, name)


def case_images_and_masks_of_different_formats(case):
    """JPEG images with PNG masks, whatever the store has read before."""
    for name, extension in (("cat", "jpg"), ("other", "png")):
        for number in range(8):
            save(case.path(f"{name}/train/good/{number}.{extension}"), defective(number, disc(0, 0, 0)))
            save(case.path(f"{name}/test/good/{number}.{extension}"), defective(50 + number, disc(0, 0, 0)))
        for number in range(4):
            mask = disc(radius=8 + number)
            save(case.path(f"{name}/test/spot/{number}.{extension}"), defective(60 + number, mask))
            save(case.path(f"{name}/ground_truth/spot/{number}_mask.png"), (mask * 255).astype(np.uint8))
    for action in ("fail", "quarantine"):
        for order in (["cat"], ["other", "cat"]):
            store = f"{action}{len(order)}"
            for name in order:
                case.job(name, {"layout": "mvtec", "root": ".", "categories": [name], "onBadImage": action})
                case.succeeds("run", f"{name}.json", "--store", store)
            figures = case.category("cat", "cat")
            case.check(figures.get("pixelAUROC") is not None, f"pixel AUROC is not defined ({action}, {order}): {figures}")
            case.equal(len(Store(case.path(store)).rejected), 0, f"refused files ({action}, {order})")
