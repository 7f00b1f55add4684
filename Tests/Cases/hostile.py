"""Single values and bytes that must not end the program or a night."""
import numpy as np
import tifffile

from images import normal, save, scene

VALUES = {"nan": np.nan, "infinity": np.inf, "minus_infinity": -np.inf}


def spoiled(kind, value, at):
    image = (scene(9)[..., 0] / 255).astype(kind)
    image[at] = value
    return image


def files(case):
    """One float TIFF for each value, place and width of sample."""
    for name, value in VALUES.items():
        for place, at in (("first", (0, 0)), ("middle", (3, 3)), ("last", (63, 63))):
            for kind in ("float16", "float32", "float64"):
                yield f"{name}_{place}_{kind}.tif", spoiled(kind, value, at)


def case_training_image(case):
    normal(case.path("images"))
    for name, values in files(case):
        tifffile.imwrite(case.path("images") / name, values)
    case.job("strict", {"layout": "folder", "normal": "images"})
    case.refused("run", "strict.json", saying=[".tif"])
    case.job("lenient", {"layout": "folder", "normal": "images", "onBadImage": "quarantine"})
    case.succeeds("run", "lenient.json")


def case_scored_image(case):
    normal(case.path("images"))
    case.job("base", {"layout": "folder", "normal": "images"})
    case.succeeds("run", "base.json")
    model = next(case.path("runs/base/models").glob("*.nominal"))
    for name, values in files(case):
        case.path("new").mkdir(exist_ok=True)
        tifffile.imwrite(case.path("new") / name, values)
    save(case.path("new/whole.png"), scene(3))
    case.refused("score", "--model", model, "new", "--output", "strict", saying=[".tif"])
    case.succeeds("score", "--model", model, "new", "--output", "lenient", "--quarantine")
    case.equal([row["image"] for row in case.rows("lenient/scores.csv")], ["whole.png"], "scored images")


def case_texture(case):
    normal(case.path("images"))
    normal(case.path("textures"), 3)
    tifffile.imwrite(case.path("textures/broken.tif"), spoiled("float32", np.nan, (3, 3)))
    case.job("textures", {"layout": "folder", "normal": "images"}, corruption={"textures": "textures"})
    outcome = case.run("run", "textures.json")
    case.check(b"broken.tif" in outcome.errors, f"the texture has to be named: {outcome}")


def case_map(case):
    """A map with a value that is no number is refused by name."""
    mask = np.zeros((64, 64), np.uint8)
    mask[20:40, 20:40] = 255
    for name, value in VALUES.items():
        folder = case.path(name)
        for kind in ("good", "hole"):
            (folder / "maps" / kind).mkdir(parents=True)
            tifffile.imwrite(folder / "maps" / kind / "0.tiff", spoiled("float32", value if kind == "hole" else 0.5, (3, 3)))
        save(folder / "truth/hole/0_mask.png", mask)
        outcome = case.run("evaluate", "--maps", folder / "maps", "--ground-truth", folder / "truth")
        if name == "nan":
            case.check(outcome.status == 65 and b"hole/0" in outcome.errors, f"{name}: {outcome}")


def case_night(case):
    """A night sets such a file aside and goes on."""
    normal(case.path("base"), 8)
    normal(case.path("incoming"), 4, first=20)
    for name, values in list(files(case))[:4]:
        tifffile.imwrite(case.path("incoming") / name, values)
    case.job("night", {"layout": "folder", "normal": "base", "onBadImage": "quarantine"},
             retrain={"incoming": "incoming", "settleSeconds": 0})
    for _ in range(2):
        outcome = case.run("retrain", "night.json")
        case.check(outcome.status in (0, 10), f"the night has to go on: {outcome}")
