"""Writes the image files that the tests decode. Run python3 make_fixtures.py in this folder.

Requires Pillow, tifffile, imagecodecs and numpy. The files were written with Pillow 13.0.0, tifffile 2026.3.3, imagecodecs
2026.3.6 and numpy 2.4.6.
Every sample is a function of its position (see `sample`), which the tests recompute. PNG files are written chunk by chunk,
because no library writes all kinds of PNG.
"""

import io
import struct
import zlib

import numpy
import tifffile
from PIL import Image, ImageOps

WIDTH, HEIGHT = 21, 18


def sample(channel, bits, width=WIDTH, height=HEIGHT):
    y, x = numpy.mgrid[0:height, 0:width]
    return (x * 37 + y * 91 + channel * 53 + x * y) % (1 << bits)


def pixels(channels, bits):
    return numpy.stack([sample(c, bits) for c in channels], axis=-1)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed(raster, bits):
    """Rows of samples, each after a filter byte of 0."""
    out = b""
    for row in raster.reshape(raster.shape[0], -1):
        if bits == 16:
            data = row.astype(">u2").tobytes()
        else:
            binary = "".join(format(int(value), f"0{bits}b") for value in row)
            binary += "0" * (-len(binary) % 8)
            data = bytes(int(binary[i : i + 8], 2) for i in range(0, len(binary), 8))
        out += b"\0" + data
    return out


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(name, raster, colour_type, bits, before=b"", after=b"", interlaced=False):
    height, width = raster.shape[:2]
    passes = [raster[y::dy, x::dx] for x, y, dx, dy in ADAM7] if interlaced else [raster]
    data = zlib.compress(b"".join(packed(part, bits) for part in passes if part.size), 9)
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, int(interlaced))
    with open(name, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + chunk(b"IDAT", data) + after)
        file.write(chunk(b"IEND", b""))


def exif(orientation, order="<"):
    mark = b"II" if order == "<" else b"MM"
    return mark + struct.pack(order + "HIHHHIHHI", 42, 8, 1, 274, 3, 1, orientation, 0, 0)


def make_png():
    for bits in (1, 2, 4, 8, 16):
        png(f"grey{bits}.png", pixels([0], bits), 0, bits)
        if bits <= 8:
            entries = [(i * 7 % 256, (i * 11 + 3) % 256, 255 - i) for i in range(1 << bits)]
            palette = chunk(b"PLTE", bytes(value for entry in entries for value in entry))
            png(f"palette{bits}.png", pixels([0], bits), 3, bits, palette)
            alpha = chunk(b"tRNS", bytes(255 if i % 2 else i * 5 % 256 for i in range(1 << bits)))
            png(f"palette{bits}-transparent.png", pixels([0], bits), 3, bits, palette + alpha)
    for bits in (8, 16):
        png(f"rgb{bits}.png", pixels([0, 1, 2], bits), 2, bits)
        png(f"greyalpha{bits}.png", pixels([0, 3], bits), 4, bits)
        png(f"rgba{bits}.png", pixels([0, 1, 2, 3], bits), 6, bits)
        # The colour of the first pixel is transparent.
        png(f"grey{bits}-transparent.png", pixels([0], bits), 0, bits, chunk(b"tRNS", struct.pack(">H", 0)))
        png(f"rgb{bits}-transparent.png", pixels([0, 1, 2], bits), 2, bits, chunk(b"tRNS", struct.pack(">HHH", 0, 53, 106)))
    png("grey1-interlaced.png", pixels([0], 1), 0, 1, interlaced=True)
    png("rgb8-interlaced.png", pixels([0, 1, 2], 8), 2, 8, interlaced=True)
    png("rgba16-interlaced.png", pixels([0, 1, 2, 3], 16), 6, 16, interlaced=True)


def tiff(name, channels, bits, **options):
    raster = pixels(channels, bits).astype(numpy.uint8 if bits <= 8 else numpy.uint16)
    if len(channels) == 1:
        raster = raster[..., 0]
    if options.get("planarconfig") == "separate":
        raster = numpy.moveaxis(raster, -1, 0)
    options.setdefault("photometric", "minisblack" if len(channels) < 3 else "rgb")
    if len(channels) in (2, 4):
        options.setdefault("extrasamples", ["unassalpha"])
    options.setdefault("metadata", None)
    options.setdefault("software", False)
    tifffile.imwrite(name, raster, **options)


def make_tiff():
    for bits in (8, 16):
        for order, mark in (("<", "le"), (">", "be")):
            tiff(f"grey{bits}-{mark}.tif", [0], bits, byteorder=order, rowsperstrip=5)
            tiff(f"rgb{bits}-{mark}.tif", [0, 1, 2], bits, byteorder=order, rowsperstrip=7)
        tiff(f"rgb{bits}-planar.tif", [0, 1, 2], bits, planarconfig="separate", rowsperstrip=4)
        tiff(f"rgb{bits}-tiles.tif", [0, 1, 2], bits, tile=(16, 16))
        tiff(f"rgb{bits}-tiles-planar.tif", [0, 1, 2], bits, tile=(16, 16), planarconfig="separate", byteorder=">")
        tiff(f"rgba{bits}.tif", [0, 1, 2, 3], bits)
        tiff(f"rgba{bits}-planar.tif", [0, 1, 2, 3], bits, planarconfig="separate")
        tiff(f"greyalpha{bits}.tif", [0, 3], bits, planarconfig="contig")
        tiff(f"rgbx{bits}.tif", [0, 1, 2, 3], bits, extrasamples=["unspecified"])
        tiff(f"rgb{bits}-associated.tif", [0, 1, 2, 3], bits, extrasamples=["assocalpha"])
        tiff(f"rgb{bits}-lzw.tif", [0, 1, 2], bits, compression="lzw", predictor=2, rowsperstrip=6)
        tiff(f"rgb{bits}-deflate.tif", [0, 1, 2], bits, compression="zlib", rowsperstrip=6)
        tiff(f"rgb{bits}-deflate-tiles.tif", [0, 1, 2], bits, compression="zlib", predictor=2, tile=(16, 32))
        tiff(f"grey{bits}-packbits.tif", [0], bits, compression="packbits")
        tiff(f"grey{bits}-zstd.tif", [0], bits, compression="zstd")
        tiff(f"grey{bits}-lzma.tif", [0], bits, compression="lzma")
        tiff(f"grey{bits}-miniswhite.tif", [0], bits, photometric="miniswhite")
    tiff("grey8-big.tif", [0], 8, bigtiff=True)
    small = {"metadata": None, "software": False}
    palette = numpy.array([[i * 7 % 256, (i * 11 + 3) % 256, 255 - i] for i in range(256)], dtype=numpy.uint16).T
    for scale in (256, 257):
        tifffile.imwrite(
            f"palette8-{scale}.tif", pixels([0], 8)[..., 0].astype(numpy.uint8), photometric="palette",
            colormap=palette * numpy.uint16(scale), **small)
    bilevel = Image.fromarray(pixels([0], 1)[..., 0].astype(bool))
    bilevel.save("grey1.tif")
    bilevel.save("grey1-group4.tif", compression="group4")
    with tifffile.TiffWriter("grey8-two-pages.tif") as writer:
        writer.write(pixels([0], 8)[..., 0].astype(numpy.uint8), photometric="minisblack", **small)
        writer.write(pixels([1], 8)[..., 0].astype(numpy.uint8), photometric="minisblack", **small)
    floats = (sample(0, 10) - 300).astype(numpy.float64) / 8  # exact in float16
    floats[0, 1], floats[0, 2], floats[0, 3] = numpy.nan, numpy.inf, 2.0**-24
    for kind, bits in ((numpy.float16, 16), (numpy.float32, 32), (numpy.float64, 64)):
        for order, mark in (("<", "le"), (">", "be")):
            tifffile.imwrite(
                f"float{bits}-{mark}.tif", floats.astype(kind), photometric="minisblack", byteorder=order, **small)
    colours = ((pixels([0, 1, 2], 10) - 300) / 8).astype(numpy.float32)
    tifffile.imwrite("rgb-float32-tiles.tif", colours, photometric="rgb", tile=(16, 16),
                     compression="zlib", predictor=3, **small)
    tifffile.imwrite("float32-predictor.tif", floats.astype(numpy.float32), photometric="minisblack",
                     compression="zlib", predictor=3, **small)
    for kind in ("int8", "int16", "uint32", "complex64"):
        tifffile.imwrite(f"unsupported-{kind}.tif", numpy.zeros((4, 5), kind), photometric="minisblack", **small)
    tifffile.imwrite("unsupported-five-samples.tif", numpy.zeros((4, 5, 5), "uint8"), photometric="minisblack",
                     planarconfig="contig", extrasamples=["unspecified"] * 4, **small)
    Image.new("CMYK", (5, 4)).save("unsupported-cmyk.tif")
    Image.new("LAB", (5, 4)).save("unsupported-lab.tif")


def smooth(width=40, height=24):
    """A smooth image, which JPEG decoders agree on."""
    y, x = numpy.mgrid[0:height, 0:width]
    return numpy.stack([x * 6, y * 9 + 20, 240 - x * 3 - y * 3], axis=-1).astype(numpy.uint8)


def make_jpeg():
    """Each JPEG comes with a PNG of the pixels that Pillow decodes."""
    colour = Image.fromarray(smooth())
    options = {
        "jpeg-grey.jpg": (colour.convert("L"), {"quality": 90}),
        "jpeg-grey-progressive.jpg": (colour.convert("L"), {"quality": 90, "progressive": True}),
        "jpeg-rgb.jpg": (colour, {"quality": 90}),
        "jpeg-rgb-444.jpg": (colour, {"quality": 90, "subsampling": 0}),
        "jpeg-rgb-progressive.jpg": (colour, {"quality": 75, "progressive": True}),
        "jpeg-rgb-restarts.jpg": (colour, {"quality": 75, "restart_marker_rows": 1}),
        "jpeg-tiff.tif": (colour, {"compression": "jpeg", "quality": 90}),
    }
    for name, (image, arguments) in options.items():
        image.save(name, **arguments)
        Image.open(name).save(name.rsplit(".")[0] + "-expected.png")
    tifffile.imwrite("jpeg-tiff-ycbcr-tiles.tif", smooth(), photometric="ycbcr", compression="jpeg", tile=(16, 16),
                     subsampling=(2, 2), compressionargs={"level": 90}, metadata=None, software=False)
    Image.fromarray(tifffile.imread("jpeg-tiff-ycbcr-tiles.tif")).save("jpeg-tiff-ycbcr-tiles-expected.png")
    Image.new("CMYK", (16, 16), (10, 20, 30, 40)).save("unsupported-cmyk.jpg")


def make_orientations():
    """24 x 16 pixels of flat 8 x 8 blocks, whose colours JPEG preserves, in all eight orientations."""
    blocks = numpy.array([[[250, 10, 20], [20, 240, 30], [30, 40, 230]], [[200, 200, 10], [128, 128, 128], [0, 0, 0]]])
    upright = Image.fromarray(blocks.astype(numpy.uint8).repeat(8, axis=0).repeat(8, axis=1))
    upright.save("orientation-upright.png")
    transposes = Image.Transpose
    stored_by = {
        1: None, 2: transposes.FLIP_LEFT_RIGHT, 3: transposes.ROTATE_180, 4: transposes.FLIP_TOP_BOTTOM,
        5: transposes.TRANSPOSE, 6: transposes.ROTATE_90, 7: transposes.TRANSVERSE, 8: transposes.ROTATE_270,
    }
    for code, transpose in stored_by.items():
        stored = upright if transpose is None else upright.transpose(transpose)
        data = exif(code, "<" if code % 2 else ">")
        stored.save(f"orientation-{code}.jpg", quality=95, subsampling=0, exif=b"Exif\0\0" + data)
        raster = numpy.asarray(stored)
        late = code % 2 == 0
        block = chunk(b"eXIf", data)
        png(f"orientation-{code}.png", raster, 2, 8, b"" if late else block, block if late else b"")
        tifffile.imwrite(f"orientation-{code}.tif", raster, photometric="rgb", compression="zlib", metadata=None,
                         software=False, extratags=[(274, 3, 1, code, True)])
        for extension in ("jpg", "png", "tif"):
            image = ImageOps.exif_transpose(Image.open(f"orientation-{code}.{extension}"))
            difference = numpy.abs(numpy.asarray(image).astype(int) - numpy.asarray(upright)).max()
            assert difference <= 3, (code, extension, difference)


make_png()
make_tiff()
make_jpeg()
make_orientations()
