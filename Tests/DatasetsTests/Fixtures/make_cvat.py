"""Writes cvat.json: a file as "CVAT for images" and the masks that Datumaro, CVAT's own converter, reads from it. Run python3
make_cvat.py here, with datumaro 1.13.12 installed.

Datumaro leaves ellipses out. It fills polygons, and boxes as polygons, by the COCO API, after rounding coordinates to 32 bits, which
may move a border. So coordinates are quarters here, which it does not round.
"""

import json
import math
import os
import random
import sys
import tempfile

import datumaro
import numpy
from datumaro.components.annotation import AnnotationType
from datumaro.util import mask_tools
from PIL import Image

sys.path.append("../../ImagingTests/Fixtures")
from pixel_runs import rows

WIDTH, HEIGHT = 40, 30
LABELS = "".join(f"<label><name>{name}</name><attributes></attributes></label>" for name in ("scratch", "hole"))
HEAD = ('<?xml version="1.0" encoding="utf-8"?>\n<annotations><version>1.1</version><meta><task><id>1</id><name>parts</name>'
        f'<mode>annotation</mode><labels>{LABELS}</labels></task></meta>\n')
random.seed(5)


def place(limit):
    return random.randint(0, 4 * limit) / 4


def polygon():
    corners = [(place(WIDTH), place(HEIGHT)) for _ in range(random.randint(3, 7))]
    x, y = (sum(part) / len(corners) for part in zip(*corners))
    corners.sort(key=lambda corner: math.atan2(corner[1] - y, corner[0] - x))
    points = ";".join("%.2f,%.2f" % corner for corner in corners)
    return f'<polygon label="scratch" occluded="0" source="manual" points="{points}" z_order="0"></polygon>'


def box():
    left, right = sorted(place(WIDTH) for _ in range(2))
    top, bottom = sorted(place(HEIGHT) for _ in range(2))
    return (f'<box label="hole" occluded="0" source="manual" xtl="{left:.2f}" ytl="{top:.2f}" xbr="{right:.2f}" '
            f'ybr="{bottom:.2f}" z_order="0"></box>')


def mask():
    width, height = random.randint(1, 12), random.randint(1, 12)
    runs = ", ".join(map(str, rows(numpy.array([random.randint(0, 1) for _ in range(width * height)]))))
    return (f'<mask label="scratch" occluded="0" source="manual" rle="{runs}" left="{random.randint(0, WIDTH - width)}" '
            f'top="{random.randint(0, HEIGHT - height)}" width="{width}" height="{height}" z_order="0"></mask>')


def read(item):
    found = numpy.zeros((HEIGHT, WIDTH), bool)
    for shape in item.annotations:
        if shape.type == AnnotationType.mask:
            found |= shape.image.astype(bool)
        else:
            corners = shape.points if shape.type == AnnotationType.polygon else shape.as_polygon()
            found |= mask_tools.rles_to_mask([corners], WIDTH, HEIGHT).astype(bool)
    return rows(found)


images = [[], [polygon], [polygon, polygon], [box], [mask], [polygon, mask], [polygon, box], [mask, mask], [box, box]] * 3
text = HEAD
for number, shapes in enumerate(images):
    text += f'<image id="{number}" name="{number:02}.png" width="{WIDTH}" height="{HEIGHT}">\n'
    text += "".join(shape() + "\n" for shape in shapes) + "</image>\n"
text += "</annotations>\n"
with tempfile.TemporaryDirectory() as folder:
    os.mkdir(folder + "/images")
    for number in range(len(images)):
        Image.new("L", (WIDTH, HEIGHT), 90).save(f"{folder}/images/{number:02}.png")
    with open(folder + "/default.xml", "w") as file:
        file.write(text)
    masks = {f"{item.id}.png": read(item) for item in datumaro.Dataset.import_from(folder, "cvat")}
with open("cvat.json", "w") as file:
    json.dump({"text": text, "width": WIDTH, "height": HEIGHT, "masks": masks}, file)
