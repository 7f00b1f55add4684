#!/usr/bin/env python3
"""A data set whose images are turned by random angles: objects in any direction, with test images and masks.

    .build-python/bin/python bench/turned.py CATEGORY OUTPUT [--seed 1]

CATEGORY has the MVTec layout (train/good, test/KIND, ground_truth/KIND); OUTPUT becomes a category of the same layout. Each image is
put into the middle of a canvas of one and a half times its size in the median colour of its border, and turned; its mask likewise.
docs/experiments.md, "Objects in any direction", is of mvtec_ad/toothbrush: nominal init OUTPUT; nominal run NAME.json
"""
import argparse
import pathlib

import numpy
from PIL import Image


def border_colour(image):
    pixels = numpy.asarray(image)
    ring = [pixels[:3], pixels[-3:], pixels[:, :3], pixels[:, -3:]]
    return tuple(int(v) for v in numpy.median(numpy.concatenate([part.reshape(-1, 3) for part in ring]), axis=0))


def turned(image, angle, fill, filter):
    width, height = image.size
    canvas = Image.new(image.mode, (width * 3 // 2, height * 3 // 2), fill)
    canvas.paste(image, (width // 4, height // 4))
    return canvas.rotate(angle, filter, fillcolor=fill)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("category", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    files = sorted([*options.category.glob("train/*/*"), *options.category.glob("test/*/*")])
    if not files:
        parser.error(f"{options.category} has no images in train/KIND or test/KIND")
    random = numpy.random.default_rng(options.seed)
    for file in files:
        angle = float(random.uniform(0, 360))
        image = Image.open(file).convert("RGB")
        save(turned(image, angle, border_colour(image), Image.BICUBIC), file, options)
        kind = options.category / "ground_truth" / file.parent.name
        for mask in (kind / f"{file.stem}.png", kind / f"{file.stem}_mask.png"):
            if file.parts[-3] == "test" and mask.exists():
                save(turned(Image.open(mask).convert("L"), angle, 0, Image.NEAREST), mask, options)
    print(f"{len(files)} images turned into {options.output}")


def save(image, file, options):
    target = (options.output / file.relative_to(options.category)).with_suffix(".png")
    target.parent.mkdir(parents=True, exist_ok=True)
    image.save(target)


if __name__ == "__main__":
    main()
