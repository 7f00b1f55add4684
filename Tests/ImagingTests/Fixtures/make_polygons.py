"""Writes polygons.json: polygons, and the pixels that the COCO API and Pillow fill. Run python3 make_polygons.py here.

Written with pycocotools 2.0.11, Pillow 13.0.0 and numpy 2.4.6. LabelMe's shape_to_mask draws polygons with Pillow as below.
"""

import json
import math

import numpy
from PIL import Image, ImageDraw
from pycocotools import mask as coco

from pixel_runs import rows

random = numpy.random.default_rng(7)


def columns(mask):
    return rows(mask.T)


def by_pillow(corners, width, height):
    image = Image.fromarray(numpy.zeros((height, width), numpy.uint8))
    ImageDraw.Draw(image).polygon(xy=[tuple(corner) for corner in corners], outline=1, fill=1)
    return numpy.asarray(image)


def shapes():
    yield [(2, 3), (11, 3), (11, 9), (2, 9)]
    yield [(0, 0), (19.5, 0), (19.5, 14), (0, 14)]
    yield [(5.5, 5.5), (5.5, 5.5), (9, 5.5)]
    yield [(-4, -3), (30, 7), (8, 25)]
    yield [(3, 3), (3, 12)]
    yield [(10, 1), (10.2, 13), (10.4, 1)]
    for number in range(60):
        count = int(random.integers(3, 9))
        corners = random.uniform(-3, 24, (count, 2)) if number % 3 else numpy.floor(random.uniform(-3, 24, (count, 2)))
        if number % 2:  # without crossings
            centre = corners.mean(0)
            corners = sorted(corners, key=lambda corner: math.atan2(corner[1] - centre[1], corner[0] - centre[0]))
        yield [(round(float(x), 2), round(float(y), 2)) for x, y in corners]


cases = []
for corners in shapes():
    width, height = 20, 15
    flat = [value for corner in corners for value in corner]
    case = {"width": width, "height": height, "corners": flat}
    if len(corners) > 2:
        case["pillow"] = rows(by_pillow(corners, width, height))
        case["coco"] = columns(coco.decode(coco.merge(coco.frPyObjects([flat], height, width))))
    else:
        case["pillow"] = rows(by_pillow(corners, width, height))
    cases.append(case)
compressed = []
for size in ((5, 7), (40, 30), (1, 1), (3, 200)):
    mask = numpy.asfortranarray(random.integers(0, 2, size).astype(numpy.uint8) * random.integers(0, 2, size).astype(numpy.uint8))
    compressed.append({"height": size[0], "width": size[1], "counts": coco.encode(mask)["counts"].decode(), "runs": columns(mask)})
with open("polygons.json", "w") as file:
    json.dump({"polygons": cases, "compressed": compressed}, file)
