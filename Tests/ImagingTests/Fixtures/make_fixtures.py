"""Writes the image files that the tests decode. Run python3 make_fixtures.py in this folder.

Requires Pillow, tifffile, imagecodecs, OpenCV and numpy. The files were written with Pillow 13.0.0, tifffile 2026.3.3,
imagecodecs 2026.3.6, OpenCV 5.0.0 and numpy 2.4.6.
Every sample is a function of its position (see `sample`), which the tests recompute. PNG, BMP and PNM files are written
byte by byte, because no library writes all of their kinds; other readers check them here.
"""

import io
import struct
import zlib

import cv2
import imagecodecs
import numpy
import tifffile
from PIL import Image, ImageCms, ImageOps

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


def bmp(name, rows, bits, size=(WIDTH, HEIGHT), header=40, compression=0, palette=(), masks=(), used=0, after=b""):
    """A bitmap of the given rows from bottom to top, or of run lengths."""
    width, height = size
    data = rows if isinstance(rows, bytes) else b"".join(row + bytes(-len(row) % 4) for row in rows)
    colours = b"".join(bytes(reversed(colour)) + (b"" if header == 12 else b"\0") for colour in palette)
    fields = struct.pack("<IHHHH", 12, width, height, 1, bits) if header == 12 else struct.pack(
        "<IiiHHIIiiII", header, width, height, 1, bits, compression, len(data), 2835, 2835, used, 0)
    fields += b"".join(struct.pack("<I", mask) for mask in masks)
    fields = fields.ljust(header, b"\0")
    start = 14 + len(fields) + len(colours)
    with open(name, "wb") as file:
        file.write(b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + fields + colours + data + after)


def run_lengths(indices, bits):
    """RLE8 or RLE4: runs, single pixels, and a jump over zeros."""
    out = b""
    for number, row in enumerate(indices[::-1]):
        row = [int(value) for value in row]
        x = 0
        while x < len(row):
            run = 1
            while x + run < len(row) and row[x + run] == row[x] and run < 255:
                run += 1
            literal = row[x : x + 7]
            if number == 3 and run > 9:  # to the end of a row, OpenCV jumps too far
                out += bytes([0, 2, run, 0])
            elif run > 1 or len(literal) < 3:
                out += bytes([run, row[x] if bits == 8 else row[x] << 4 | row[x]])
            else:
                run = len(literal)
                data = bytes(literal) if bits == 8 else bytes(
                    a << 4 | b for a, b in zip(literal[::2], literal[1::2] + [0] * (len(literal) % 2)))
                out += bytes([0, run]) + data + bytes(len(data) % 2)
            x += run
        out += b"\0\0"
    return out + b"\0\1"


def make_bmp():
    rgb = pixels([0, 1, 2], 8).astype(numpy.uint8)
    bgr = rgb[::-1, :, ::-1]
    grey = [(i, i, i) for i in range(256)]
    rainbow = [(i * 7 % 256, (i * 11 + 3) % 256, 255 - i) for i in range(256)]
    bmp("rgb24.bmp", [row.tobytes() for row in bgr], 24)
    bmp("rgb24-top-down.bmp", [row.tobytes() for row in bgr[::-1]], 24, size=(WIDTH, -HEIGHT))
    bmp("rgb24-core.bmp", [row.tobytes() for row in bgr], 24, header=12)
    bmp("rgb24-v5.bmp", [row.tobytes() for row in bgr], 24, header=124)
    unused = sample(3, 8)[::-1, :, None].astype(numpy.uint8)
    four = numpy.concatenate([bgr, unused], axis=-1)
    bmp("rgbx32.bmp", [row.tobytes() for row in four], 32)
    fields = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    bmp("rgba32-v4.bmp", [row.tobytes() for row in four], 32, header=108, compression=3, masks=fields)
    five = pixels([0, 1, 2], 5)[::-1]
    words = (five[..., 0] << 10 | five[..., 1] << 5 | five[..., 2]).astype("<u2")
    bmp("rgb16-555.bmp", [row.tobytes() for row in words], 16)
    six = sample(1, 6)[::-1]
    words = (five[..., 0] << 11 | six << 5 | five[..., 2]).astype("<u2")
    bmp("rgb16-565.bmp", [row.tobytes() for row in words], 16, compression=3, masks=(0xF800, 0x7E0, 0x1F))
    ten = pixels([0, 1, 2], 10)[::-1].astype(numpy.uint32)
    words = (ten[..., 0] << 20 | ten[..., 1] << 10 | ten[..., 2]).astype("<u4")
    bmp("rgb32-101010.bmp", [row.tobytes() for row in words], 32, compression=3, masks=(0x3FF00000, 0xFFC00, 0x3FF))
    for bits in (1, 4, 8):
        indices = sample(0, bits)
        rows = [row[1:] for row in (packed(line[None], bits) for line in indices[::-1])]
        ramp = [(i * 255 // (2**bits - 1),) * 3 for i in range(2**bits)]
        bmp(f"grey{bits}.bmp", rows, bits, palette=ramp)
        bmp(f"palette{bits}.bmp", rows, bits, palette=rainbow[: 2**bits])
    bmp("palette8-core.bmp", rows, 8, header=12, palette=rainbow)
    for bits in (4, 8):
        indices = sample(0, bits)
        indices[5, 3:9] = 7  # a run
        indices[14, 6:-2] = 0  # jumped over: the fourth row from below
        bmp(f"palette{bits}-runs.bmp", run_lengths(indices, bits), bits, compression=1 if bits == 8 else 2,
            palette=rainbow[: 2**bits])
        expected = numpy.array(rainbow, numpy.uint8)[indices]
        Image.fromarray(expected).save(f"palette{bits}-runs-expected.png")
    bmp("unsupported-jpeg.bmp", b"\xff\xd8", 24, compression=4)
    check_bmp(rgb, numpy.array(rainbow, numpy.uint8), grey)


def check_bmp(rgb, rainbow, grey):
    """Pillow and OpenCV read the same pixels."""
    colours = {"rgb24", "rgb24-top-down", "rgb24-core", "rgb24-v5", "rgbx32"}
    for name in colours:
        assert (numpy.asarray(Image.open(name + ".bmp").convert("RGB")) == rgb).all(), name
        assert (cv2.imread(name + ".bmp", cv2.IMREAD_COLOR)[..., ::-1] == rgb).all(), name
    alpha = sample(3, 8)[..., None]
    assert (numpy.asarray(Image.open("rgba32-v4.bmp")) == numpy.concatenate([rgb, alpha], -1)).all()
    for bits in (1, 4, 8):
        indices = sample(0, bits)
        assert (numpy.asarray(Image.open(f"palette{bits}.bmp").convert("RGB")) == rainbow[indices]).all(), bits
        assert (numpy.asarray(Image.open(f"grey{bits}.bmp").convert("L")) == indices * 255 // (2**bits - 1)).all(), bits
        assert (cv2.imread(f"palette{bits}.bmp")[..., ::-1] == rainbow[indices]).all(), bits
    for bits in (4, 8):
        expected = numpy.asarray(Image.open(f"palette{bits}-runs-expected.png"))
        assert (numpy.asarray(Image.open(f"palette{bits}-runs.bmp").convert("RGB")) == expected).all(), bits
        assert (cv2.imread(f"palette{bits}-runs.bmp")[..., ::-1] == expected).all(), bits
    five, six = pixels([0, 1, 2], 5), sample(1, 6)
    read = numpy.asarray(Image.open("rgb16-555.bmp").convert("RGB")).astype(int)
    assert (read == five * 255 // 31).all()  # Pillow rounds down
    read = numpy.asarray(Image.open("rgb16-565.bmp").convert("RGB")).astype(int)
    assert (read[..., 1] == six * 255 // 63).all() and (read[..., 0] == five[..., 0] * 255 // 31).all()


def make_pnm():
    def text(values):
        return "\n".join(" ".join(str(int(value)) for value in row) for row in values.reshape(len(values), -1)).encode()

    def write(name, kind, data, largest=None, comment=b""):
        head = f"P{kind}\n".encode() + comment + f"{WIDTH} {HEIGHT}\n".encode()
        with open(name, "wb") as file:
            file.write(head + (b"" if largest is None else f"{largest}\n".encode()) + data)

    bilevel = 1 - sample(0, 1)  # 1 is black
    write("grey1-text.pbm", 1, text(bilevel).replace(b" ", b"") + b"\n", comment=b"# camera 3\n")
    write("grey1.pbm", 4, b"".join(packed(line[None], 1)[1:] for line in bilevel))
    write("grey8-text.pgm", 2, text(sample(0, 8)) + b"\n", 255)
    write("grey8.pgm", 5, sample(0, 8).astype(numpy.uint8).tobytes(), 255, comment=b"# 1\n# 2\n")
    write("grey16.pgm", 5, sample(0, 16).astype(">u2").tobytes(), 65535)
    write("grey12.pgm", 5, sample(0, 12).astype(">u2").tobytes(), 4095)
    write("rgb8-text.ppm", 3, text(pixels([0, 1, 2], 8)) + b"\n", 255)
    write("rgb8.ppm", 6, pixels([0, 1, 2], 8).astype(numpy.uint8).tobytes(), 255)
    write("rgb16.ppm", 6, pixels([0, 1, 2], 16).astype(">u2").tobytes(), 65535)
    for name in ("rgb8.ppm", "rgb8-text.ppm"):
        assert (numpy.asarray(Image.open(name)) == pixels([0, 1, 2], 8)).all(), name
    for name in ("grey1.pbm", "grey1-text.pbm"):
        assert (numpy.asarray(Image.open(name)) == sample(0, 1)).all(), name
    for name in ("grey8.pgm", "grey8-text.pgm"):
        assert (cv2.imread(name, cv2.IMREAD_UNCHANGED) == sample(0, 8)).all(), name
    assert (cv2.imread("grey16.pgm", cv2.IMREAD_UNCHANGED) == sample(0, 16)).all()
    assert (cv2.imread("rgb16.ppm", cv2.IMREAD_UNCHANGED)[..., ::-1] == pixels([0, 1, 2], 16)).all()


def make_webp():
    rgb = Image.fromarray(pixels([0, 1, 2], 8).astype(numpy.uint8))
    rgba = Image.fromarray(pixels([0, 1, 2, 3], 8).astype(numpy.uint8))
    rgb.save("rgb8.webp", lossless=True, exact=True)
    rgba.save("rgba8.webp", lossless=True, exact=True)
    Image.fromarray(smooth()).save("webp-lossy.webp", quality=90)
    # libwebp upsamples chroma the same way everywhere, so the pixels are those of any program that uses it.
    Image.open("webp-lossy.webp").convert("RGB").save("webp-lossy-expected.png")
    rgb.save("unsupported-animation.webp", save_all=True, append_images=[rgb.rotate(180)], lossless=True)


def make_jpeg2000():
    def write(name, raster, **options):
        with open(name, "wb") as file:
            file.write(imagecodecs.jpeg2k_encode(numpy.ascontiguousarray(raster), **options))
        read = imagecodecs.jpeg2k_decode(open(name, "rb").read())
        assert options.get("level") or (read == raster).all(), name

    lossless = {"reversible": True}
    for bits, kind in ((8, numpy.uint8), (12, numpy.uint16), (16, numpy.uint16)):
        write(f"grey{bits}.jp2", sample(0, bits).astype(kind), bitspersample=bits, **lossless)
        write(f"rgb{bits}.jp2", pixels([0, 1, 2], bits).astype(kind), bitspersample=bits, **lossless)
    write("rgb8.j2k", pixels([0, 1, 2], 8).astype(numpy.uint8), codecformat="j2k", **lossless)
    rgba = Image.fromarray(pixels([0, 1, 2, 3], 8).astype(numpy.uint8))
    rgba.save("rgba8.jp2", irreversible=False)
    assert (numpy.asarray(Image.open("rgba8.jp2")) == numpy.asarray(rgba)).all()
    Image.fromarray(pixels([0, 1, 2], 8).astype(numpy.uint8)).save("rgb8-tiles.jp2", tile_size=(16, 16), irreversible=False)
    Image.fromarray(smooth()).save("jpeg2000-lossy.jp2", quality_mode="rates", quality_layers=[8], irreversible=True)
    Image.open("jpeg2000-lossy.jp2").save("jpeg2000-lossy-expected.png")
    Image.new("CMYK", (16, 16), (10, 20, 30, 40)).save("unsupported-cmyk.jp2")


def make_profiles():
    """The same colour profile, of Little CMS, in each format that Pillow embeds one in."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes(12)  # the time
    profile[84:100] = bytes(16)  # the checksum
    image = Image.fromarray(smooth(8, 8))
    for extension, options in (("png", {}), ("jpg", {"quality": 90}), ("tif", {}), ("webp", {"lossless": True})):
        image.save(f"profile.{extension}", icc_profile=bytes(profile), **options)


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
        stored.save(f"orientation-{code}.webp", lossless=True, exif=b"Exif\0\0" + data if code % 2 else data)
        for extension in ("jpg", "png", "tif", "webp"):
            image = ImageOps.exif_transpose(Image.open(f"orientation-{code}.{extension}"))
            difference = numpy.abs(numpy.asarray(image).astype(int) - numpy.asarray(upright)).max()
            assert difference <= 3, (code, extension, difference)


make_png()
make_tiff()
make_jpeg()
make_bmp()
make_pnm()
make_webp()
make_jpeg2000()
make_profiles()
make_orientations()
