"""Regions of interest: what lies outside changes nothing, whatever the file, the orientation or the command."""
import io

import numpy as np
from PIL import Image, ImageOps

from images import SIDE, category, defective, disc, normal, save, scene
from stored import Store

HALF = np.zeros((SIDE, SIDE), bool)
HALF[:, SIDE // 2:] = True
POLYGON = {"polygon": [[0.5, 0], [1, 0], [1, 1], [0.5, 1]]}
# The transposition that undoes each orientation of EXIF.
STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def planted(image):
    image = image.copy()
    image[~HALF] = 255
    return image


def case_orientation(case):
    """The polygon lies on the upright image, for all orientations that EXIF knows."""
    upright = Image.fromarray(scene(1)).crop((0, 0, SIDE, SIDE // 2))
    normal(case.path("good"))
    for orientation in range(1, 9):
        stored = upright.transpose(STORED[orientation]) if orientation > 1 else upright
        file = case.path(f"new/{orientation}.tif")
        file.parent.mkdir(exist_ok=True)
        stored.save(file, tiffinfo={274: orientation})
        with Image.open(file) as image:
            case.check(
                (np.asarray(ImageOps.exif_transpose(image)) == np.asarray(upright)).all(), f"the case of {orientation}")
    case.job("j", {"layout": "folder", "normal": "good", "score": "new"}, image={"width": 64, "height": 32, "region": POLYGON})
    case.succeeds("run", "j.json")
    store = Store(case.path(".nominal"))
    for orientation in range(1, 9):
        entry = store.read[f"test/{orientation}.tif"]
        for name, size in (("region", (64, 32)), ("originalRegion", (SIDE, SIDE // 2))):
            mask = np.asarray(Image.open(io.BytesIO(store.blob(entry[name])))) > 0
            case.equal(mask.shape[::-1], size, f"{name} of orientation {orientation}")
            case.check(not mask[:, : size[0] // 2].any() and mask[:, size[0] // 2:].all(), f"{name} of orientation {orientation}")
    scores = {row["score"] for row in case.rows("runs/j/scores.csv")}
    case.equal(len(scores), 1, "different scores of one image")


def case_outside(case):
    """A defect outside changes neither scores nor figures, for a mask of all images and one of each, also when scoring."""
    category(case.path("cat"))
    for number in range(3):
        save(case.path(f"cat/test/spot/{number}.png"), defective(60 + number, disc(48, 32, 5 + number)))
        save(case.path(f"cat/ground_truth/spot/{number}_mask.png"), (disc(48, 32, 5 + number) * 255).astype(np.uint8))
    save(case.path("half.png"), (HALF * 255).astype(np.uint8))
    for file in case.path("cat").glob("t*/*/*.png"):
        save(case.path(f"regions/cat/{file.relative_to(case.path('cat'))}"), (HALF * 255).astype(np.uint8))
    kinds = {"polygon": POLYGON, "mask": {"mask": "half.png"}, "masks": {"masks": "regions"}}
    for name, region in kinds.items():
        case.job(name, {"layout": "mvtec", "root": ".", "categories": ["cat"]}, image={"width": 64, "height": 64, "region": region})
        case.succeeds("run", f"{name}.json")
    before = case.rows("runs/polygon/scores.csv")
    figures = case.category("polygon", "cat")
    for file in case.path("cat/test").glob("*/*.png"):
        save(file, planted(np.asarray(Image.open(file))))
    for name in kinds:
        case.succeeds("run", f"{name}.json", "--output", f"again/{name}")
        after = case.rows(f"again/{name}/scores.csv")
        case.equal([row["score"] for row in after], [row["score"] for row in before], f"scores ({name})")
        model = f"again/{name}/models/cat.nominal"
        regions = ["--regions", "regions/cat/test"] if name == "masks" else []
        case.succeeds("score", "--model", model, "cat/test", "--output", f"scored/{name}", *regions)
        case.equal(
            sorted(row["score"] for row in case.rows(f"scored/{name}/scores.csv")), sorted(row["score"] for row in before),
            f"scores of nominal score ({name})")
    case.equal(case.json("again/polygon/metrics.json")["categories"]["cat"], figures, "figures")
    masks = "again/masks/models/cat.nominal"
    case.refused("score", "--model", masks, "cat/test", status=64, saying=["--regions"])
    case.refused("score", "--model", masks, "cat/test", "--regions", "regions/cat/test", "--watch", status=64, saying=["--regions"])
    case.refused("score", "--model", masks, "cat/test", "--regions", "nowhere", status=66, saying=["nowhere", "no such folder"])
    case.refused("score", "--model", "again/mask/models/cat.nominal", "cat/test", "--regions", "regions", status=64, saying=["--regions"])
    case.path("regions/cat/test/spot/1.png").unlink()
    case.refused("score", "--model", masks, "cat/test", "--regions", "regions/cat/test", saying=["spot/1.png", "region of interest"])
    case.refused("models", "export", "again/polygon/models/cat.nominal", "x.onnx", saying=["image.region"])


def case_faults(case):
    """Each unusable region is refused with its name."""
    category(case.path("cat"))
    sizes = {"narrow.png": (SIDE, SIDE - 1), "empty.png": (SIDE, SIDE)}
    for name, size in sizes.items():
        mask = np.zeros(size, np.uint8)
        if name != "empty.png":
            mask[:10] = 255
        save(case.path(name), mask)
    case.path("damaged.png").write_bytes(case.path("narrow.png").read_bytes()[:40])
    for region, saying, status in (
        ({"mask": "narrow.png"}, [f"{SIDE - 1} x {SIDE}", f"{SIDE} x {SIDE}"], None), ({"mask": "empty.png"}, ["empty.png"], None),
        ({"mask": "damaged.png"}, ["damaged.png"], None), ({"mask": "absent.png"}, ["absent.png"], 66),
        ({"masks": "absent"}, ["absent"], 66), ({"masks": "cat"}, ["no such folder"], 66),
        ({"polygon": [[0, 0], [1, 1]]}, ["polygon"], 65), ({"mask": "a", "masks": "b"}, ["mask and masks"], 65), ("all", ["region"], 65),
    ):
        case.job("j", {"layout": "mvtec", "root": ".", "categories": ["cat"]}, image={"width": 64, "height": 64, "region": region})
        case.refused("run", "j.json", saying=saying, status=status)
