"""Small images that ask for much work or memory: python3 make_bombs.py FOLDER, then fuzz replay any-image FOLDER/*.

DecompressionBombTests makes smaller ones of the same kinds. Standard library alone.
"""
import os
import struct
import sys
import zlib

folder = sys.argv[1]


def save(name, data):
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(name, width, height, colour, row, rows):
    """A PNG of 8 bits whose pixel data are so many times these bytes."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(rows)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    save(name, b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b""))


def jpeg(name, side, scans):
    """A grey progressive JPEG whose scans say of 32,767 blocks at a time that nothing changes."""

    def segment(marker, data):
        return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data

    blocks = ((side + 7) // 8) ** 2
    out = b"\xFF\xD8" + segment(0xDB, b"\0" + bytes([1] * 64))
    out += segment(0xC2, struct.pack(">BHHB", 8, side, side, 1) + bytes([1, 0x11, 0]))
    for table, symbol in [(0, 0), (0x10, 0xE0)]:
        out += segment(0xC4, bytes([table, 1] + [0] * 15 + [symbol]))
    out += segment(0xDA, bytes([1, 1, 0, 0, 0, 0])) + bytes((blocks + 7) // 8)
    run = bytes((blocks // 16384 + 1) * 15 // 8 + 1)
    for scan in range(scans - 1):
        coefficient, step = 1 + scan // 9, scan % 9
        refinement = 8 if step == 0 else (9 - step) << 4 | (8 - step)
        out += segment(0xDA, bytes([1, 1, 0, coefficient, coefficient, refinement])) + run
    save(name, out + b"\xFF\xD9")


def tiff(name, width, height, compression, pieces, more, content):
    """pieces: the tags of offsets and sizes, their count, and what each claims; all are the bytes at the end."""
    offsets, sizes, count, claimed = pieces
    tags = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, compression), (262, 3, 1, 1)]
    tags += [(277, 3, 1, 1), *more]
    tables = 8 + 2 + 12 * (len(tags) + 2) + 4
    tags = sorted(tags + [(offsets, 4, count, tables), (sizes, 4, count, tables + 4 * count)])
    out = b"II*\0" + struct.pack("<IH", 8, len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags)
    out += struct.pack("<I", 0) + struct.pack("<I", tables + 8 * count) * count + struct.pack("<I", claimed) * count
    save(name, out + content)


# Within the limits: 196 million pixels.
png("large.png", 14000, 14000, 2, bytes(1 + 3 * 14000), 14000)
# 4 GiB of data for 64 pixels.
png("surplus.png", 8, 8, 0, bytes(1 << 20), 4096)
jpeg("scans.jpg", 14000, 495)
packed = zlib.compress(bytes(16 * 8_000_000), 9)
# 10,000 tiles of 128 million pixels for an image of 160,000.
tiff("tiles.tif", 160_000, 1, 8, (324, 325, 10_000, len(packed)), [(322, 4, 1, 16), (323, 4, 1, 8_000_000)], packed)
# 4,000 tags that claim the same 4 MiB.
tags = [(278, 4, 1, 4)] + [(40_000 + i, 7, 4 << 20, 8) for i in range(4_000)]
tiff("tags.tif", 8, 8, 1, (273, 279, 2, 32), tags, bytes(4 << 20))
# A million strips of one pixel that claim the same 1 MiB.
tiff("strips.tif", 1, 1_000_000, 1, (273, 279, 1_000_000, 1 << 20), [(278, 4, 1, 1)], bytes(1 << 20))
