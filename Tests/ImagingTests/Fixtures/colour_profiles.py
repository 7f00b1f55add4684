"""Writes images with ICC profiles to the folder given, and expected.json with their colours in sRGB by Pillow's ImageCms
(perceptual intent, 8 bits), and by the formulas of profile and sRGB: {file: [width, height, channels, samples, exact]}.
"""

import io
import json
import struct
import sys

import numpy as np
from PIL import Image, ImageCms


def s15(value):
    return struct.pack(">i", round(value * 65536))


def profile(space, colours, gamma, table=None):
    """A matrix profile (RGB) or a curve (GRAY) of version 2, with the given primaries in XYZ of D50."""
    curve = b"curv" + bytes(4) + (
        struct.pack(">IH", 1, round(gamma * 256)) if table is None else struct.pack(">I", len(table)) + struct.pack(f">{len(table)}H", *table)
    )
    tags = [(b"wtpt", b"XYZ " + bytes(4) + s15(0.9642) + s15(1) + s15(0.8249))]
    if space == b"RGB ":
        for name, xyz in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colours):
            tags.append((name, b"XYZ " + bytes(4) + b"".join(s15(v) for v in xyz)))
        tags += [(name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")]
    else:
        tags.append((b"kTRC", curve))
    text = b"test\0"
    tags.append((b"desc", b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78)))
    tags.append((b"cprt", b"text" + bytes(4) + b"none\0"))
    start, table_bytes, data = 132 + 12 * len(tags), b"", b""
    for name, content in tags:
        content += bytes(-len(content) % 4)
        table_bytes += name + struct.pack(">II", start + len(data), len(content))
        data += content
    size = start + len(data)
    header = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02100000, b"mntr", space, b"XYZ ")
    header += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + s15(0.9642) + s15(1) + s15(0.8249)
    header += bytes(128 - len(header))
    return header + struct.pack(">I", len(tags)) + table_bytes + data


adobe = [(0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)]
wide = profile(b"RGB ", adobe, 563 / 256)
table = profile(b"RGB ", adobe, 0, [round(65535 * (i / 63) ** 1.8) for i in range(64)])
grey = profile(b"GRAY", None, 1.8)
target = ImageCms.createProfile("sRGB")

random = np.random.default_rng(7)
smooth = np.stack(np.meshgrid(np.linspace(0, 255, 24), np.linspace(0, 255, 16)), -1)
colours = np.concatenate([smooth, 255 - smooth[..., :1]], -1).astype(np.uint8)
colours[:8] = random.integers(0, 256, (8, 24, 3))
picture, shades = Image.fromarray(colours), Image.fromarray(colours[..., 0])

expected = {}
folder = sys.argv[1]


# The primaries of sRGB in XYZ of D50 (IEC 61966-2-1, adapted by Bradford's method).
srgb = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])


def encoded(linear):
    linear = np.clip(linear, 0, 1)
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


wide_exact = encoded((colours / 255) ** (563 / 256) @ np.array(adobe) @ np.linalg.inv(srgb).T)
grey_exact = encoded((colours[..., 0] / 255) ** (round(1.8 * 256) / 256))


def write(name, image, icc, exact, **options):
    image.save(f"{folder}/{name}", icc_profile=icc, **options)
    source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    converted = np.array(ImageCms.profileToProfile(image, source, target, renderingIntent=0, outputMode="RGB"))
    if image.mode == "L":
        assert np.ptp(converted.astype(int), axis=-1).max() <= 1
        converted = converted[..., 1:2]
    expected[name] = [image.width, image.height, converted.shape[2], converted.ravel().tolist(), exact.ravel().tolist()]


write("wide.png", picture, wide, wide_exact)
write("table.png", picture, table, np.array([]))
write("wide.tiff", picture, wide, wide_exact)
write("wide.webp", picture, wide, wide_exact, lossless=True)
write("grey.png", shades, grey, grey_exact)
write("grey.tiff", shades, grey, grey_exact)
# Lossy: only the profile is compared.
picture.save(f"{folder}/lossy.jpg", icc_profile=wide, quality=95)
open(f"{folder}/wide.icc", "wb").write(wide)
json.dump(expected, open(f"{folder}/expected.json", "w"))
