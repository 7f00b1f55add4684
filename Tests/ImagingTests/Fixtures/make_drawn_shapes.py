"""Writes drawn_shapes.json: circles and thick lines, and the pixels that Pillow fills. Run python3 make_drawn_shapes.py here.

LabelMe's shape_to_mask draws circles, points (circles of radius 5) and lines (10 pixels wide) with Pillow as below.
"""

import json
import math

import numpy
import PIL
from PIL import Image, ImageDraw

from pixel_runs import rows

random = numpy.random.default_rng(11)
WIDTH, HEIGHT = 40, 30


def drawn(draw):
    image = Image.fromarray(numpy.zeros((HEIGHT, WIDTH), numpy.uint8))
    draw(ImageDraw.Draw(image))
    return rows(numpy.asarray(image))


def circle(points):
    (cx, cy), (px, py) = points
    d = math.sqrt((cx - px) ** 2 + (cy - py) ** 2)
    return drawn(lambda draw: draw.ellipse([cx - d, cy - d, cx + d, cy + d], outline=1, fill=1))


def line(points):
    return drawn(lambda draw: draw.line(xy=[tuple(point) for point in points], fill=1, width=10))


def numbers(count):
    return [[round(float(x), 2), round(float(y), 2)] for x, y in random.uniform(-4, 36, (count, 2))]


circles = [numbers(2) for _ in range(40)] + [[[9, 9], [9, 9]], [[9, 9], [10, 9]], [[9.5, 9.5], [12, 9.5]], [[20, 15], [25, 15]]]
lines = [numbers(int(random.integers(2, 5))) for _ in range(40)]
lines += [[[3, 3], [3, 20]], [[3, 3], [30, 3]], [[5, 5], [5, 5]], [[20, 20], [10, 10]], [[20, 20], [10, 10], [10, 28]]]
result = {
    "pillow": PIL.__version__,
    "circles": [{"points": points, "runs": circle(points)} for points in circles],
    "lines": [{"points": points, "runs": line(points)} for points in lines],
}
with open("drawn_shapes.json", "w") as file:
    json.dump(result, file)
