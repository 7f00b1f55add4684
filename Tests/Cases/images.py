"""Images made by formulas, and writers of files that Pillow and tifffile do not write."""
import struct
import zlib

import numpy as np
from PIL import Image

SIDE = 64


def scene(seed=0):
    """A smooth normal image with a little texture, uint8, SIDE x SIDE x 3."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    planes = [0.45 + 0.3 * np.sin(6 * x + c + 0.05 * seed) * np.cos(5 * y) for c in range(3)]
    values = np.stack(planes, -1) + random.normal(0, 0.02, (SIDE, SIDE, 3))
    return (np.clip(values, 0, 1) * 255).round().astype(np.uint8)


def disc(x=32, y=32, radius=10):
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    return (columns - x) ** 2 + (rows - y) ** 2 <= radius * radius


def defective(seed, mask):
    image = scene(seed)
    image[mask] = 255 - image[mask]
    return image


def save(path, array, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **options)


def normal(folder, count=8, first=0, extension="png"):
    for number in range(first, first + count):
        save(folder / f"{number:03}.{extension}", scene(number))


def category(folder, train=8, good=3):
    """The normal images of a category in MVTec's layout."""
    normal(folder / "train/good", train)
    normal(folder / "test/good", good, 50)


def packed(row, bits):
    """The samples of a row, most significant bits first."""
    text = "".join(format(int(value), f"0{bits}b") for value in row)
    text += "0" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(samples, depth, colour, before=b"", after=b""):
    """A PNG of samples in the shape H x W or H x W x C, whatever Pillow thinks of it."""
    height, width = samples.shape[:2]
    flat = samples.reshape(height, -1)
    rows = b"".join(b"\0" + (row.astype(">u2").tobytes() if depth == 16 else packed(row, depth)) for row in flat)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + chunk(b"IDAT", zlib.compress(rows)) + after
            + chunk(b"IEND", b""))


def palette_tiff(indices, entries, bits=8):
    """A palette TIFF; `entries` is COUNT x 3 and is written as it is, whatever its range."""
    height, width = indices.shape
    strip = b"".join(packed(row, bits) for row in indices)
    colours = [int(v) for v in np.asarray(entries).T.reshape(-1)]
    tags = {256: (4, [width]), 257: (4, [height]), 258: (3, [bits]), 259: (3, [1]), 262: (3, [3]), 277: (3, [1]),
            278: (4, [height]), 279: (4, [len(strip)]), 320: (3, colours), 273: (4, [0])}
    codes = {3: "H", 4: "I"}
    start, extra, fields = 8 + 2 + 12 * len(tags) + 4, b"", {}
    for tag, (kind, values) in sorted(tags.items()):
        raw = b"".join(struct.pack("<" + codes[kind], value) for value in values)
        if len(raw) > 4:
            fields[tag] = struct.pack("<I", start + len(extra))
            extra += raw
        else:
            fields[tag] = raw.ljust(4, b"\0")
    fields[273] = struct.pack("<I", start + len(extra))
    directory = b"".join(struct.pack("<HHI", tag, kind, len(values)) + fields[tag] for tag, (kind, values) in sorted(tags.items()))
    return b"II" + struct.pack("<HIH", 42, 8, len(tags)) + directory + struct.pack("<I", 0) + extra + strip
