"""Images of the kinds that cameras and tools write: every pixel as another library reads it, or a refusal that names the file."""
import io
from itertools import product

import cv2
import numpy as np
import tifffile
from PIL import Image, ImageOps

from images import SIDE, palette_tiff, png, chunk, save, scene
from stored import Store

RGB = scene(1)
GREY = RGB[..., 0]
GREY16 = (GREY.astype(np.uint16) << 8) + np.arange(SIDE * SIDE, dtype=np.uint16).reshape(SIDE, SIDE) % 251
RGB16 = np.stack([GREY16, GREY16[::-1], GREY16.T], -1)
STEP = 1.01 / 65535


def colour(array):
    array = np.asarray(array, float)
    return np.stack([array] * 3, -1) if array.ndim == 2 else array


def by_pillow(file):
    """RGB over black, upright."""
    image = ImageOps.exif_transpose(Image.open(file)).convert("RGBA")
    values = np.asarray(image) / 255
    return values[..., :3] * values[..., 3:]


def by_opencv(file):
    """Grey, RGB or RGBA at the file's own depth."""
    values = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
    values = values / np.iinfo(values.dtype).max
    if values.ndim == 2:
        return colour(values)
    if values.shape[2] == 4:
        return values[..., 2::-1] * values[..., 3:]
    return values[..., ::-1]


def compare(case, folder, truths):
    """Ingests a folder and compares each file with its truth; None where the file has to be refused."""
    case.job("formats", {"layout": "folder", "normal": folder, "onBadImage": "quarantine"})
    case.succeeds("run", "formats.json")
    store = Store(case.path(".nominal"))
    for file, truth in sorted(truths.items()):
        name = f"train/{file}"
        if truth is None:
            case.check(name in store.rejected, f"{name} has to be refused")
        elif name not in store.read:
            case.check(False, f"{name} is refused: {store.rejected.get(name, 'not there at all')}")
        else:
            found, right = store.pixels(name), colour(truth)
            case.check(found.shape == right.shape and np.abs(found - right).max() < STEP,
                       f"{name}: pixels differ by up to {np.abs(found - right).max() * 255:.2f}/255"
                       if found.shape == right.shape else f"{name}: {found.shape}, right is {right.shape}")


def fill(case):
    folder = case.path("images")
    folder.mkdir()
    for number in range(6):
        save(folder / f"plain{number}.png", scene(20 + number))
    return folder


def case_png(case):
    folder, truths = fill(case), {}

    def put(name, data, reader):
        (folder / name).write_bytes(data)
        truths[name] = reader(folder / name)

    for depth in (1, 2, 4, 8, 16):
        values = GREY16 >> (16 - depth)
        put(f"grey{depth}.png", png(values, depth, 0), lambda file: values / (2**depth - 1))
        put(f"grey{depth}_transparent.png", png(values, depth, 0, chunk(b"tRNS", int(values[5, 5]).to_bytes(2, "big"))),
            lambda file: np.where(values == values[5, 5], 0, values) / (2**depth - 1))
    for depth, values in ((8, RGB), (16, RGB16)):
        alpha = (np.arange(SIDE * SIDE).reshape(SIDE, SIDE, 1) % 2**depth).astype(values.dtype)
        put(f"rgb{depth}.png", png(values, depth, 2), by_opencv)
        put(f"rgba{depth}.png", png(np.concatenate([values, alpha], -1), depth, 6), by_opencv)
    random = np.random.default_rng(5)
    for depth in (1, 2, 4, 8):
        colours = random.integers(0, 256, (2**depth, 3)).astype(np.uint8)
        indices = GREY16 >> (16 - depth)
        put(f"palette{depth}.png", png(indices, depth, 3, chunk(b"PLTE", colours.tobytes())), by_pillow)
        transparency = random.integers(0, 256, 2**depth).astype(np.uint8)
        put(f"palette{depth}_transparent.png",
            png(indices, depth, 3, chunk(b"PLTE", colours.tobytes()) + chunk(b"tRNS", transparency.tobytes())), by_pillow)
    exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    put("exif.png", png(RGB, 8, 2, after=chunk(b"eXIf", exif)), by_pillow)
    put("trailing.png", png(RGB, 8, 2) + b"camera footer" * 10, by_pillow)
    put("UPPER.PNG", png(RGB, 8, 2), by_pillow)
    # Indices beyond the palette have no colour.
    put("palette_short.png", png(GREY, 8, 3, chunk(b"PLTE", bytes(30))), lambda file: None)
    put("truncated.png", png(RGB, 8, 2)[:3000], lambda file: None)
    compare(case, "images", truths)


def case_jpeg(case):
    folder, truths = fill(case), {}

    def encoded(array=RGB, **options):
        data = io.BytesIO()
        Image.fromarray(array).save(data, "JPEG", **options)
        return data.getvalue()

    def put(name, data, reader=by_pillow):
        (folder / name).write_bytes(data)
        truths[name] = reader(folder / name) if reader else None

    base = encoded(quality=90)
    put("base.jpg", base)
    put("fine.jpeg", encoded(quality=95, subsampling=0))
    put("progressive.JPG", encoded(quality=85, progressive=True))
    put("grey.jpg", encoded(GREY, quality=90))
    put("restarts.jpg", encoded(quality=90, restart_marker_rows=1))
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x112] = orientation
        put(f"upright{orientation}.jpg", encoded(exif=exif, quality=95))
    put("after_end.jpg", base + bytes(100))
    put("two_images.jpg", base + base)
    put("fill_bytes.jpg", base[:-2] + b"\xff\xff" + base[-2:])
    # As webcams write them: libjpeg decodes the pixels exactly and warns.
    put("stray_before_end.jpg", base[:-2] + b"\x12\x34\x56" + base[-2:], lambda file: truths["base.jpg"])
    put("truncated.jpg", base[: len(base) * 2 // 3], None)
    progressive = encoded(quality=90, progressive=True)
    put("progressive_truncated.jpg", progressive[: len(progressive) * 2 // 3], None)
    put("page.jpg", b"<!DOCTYPE html><html><body>404 Not Found</body></html>", None)
    put("png_as.jpg", png(RGB, 8, 2), None)
    compare(case, "images", truths)


def case_tiff(case):
    folder, truths = fill(case), {}

    def put(name, values, right=None, **options):
        tifffile.imwrite(folder / name, values, **options)
        truths[name] = values if right is None else right

    for compression, predictor, planar, depth in product(
            ("none", "lzw", "deflate", "zstd", "packbits"), (False, True), ("contig", "separate"), (8, 16)):
        if predictor and compression in ("none", "packbits"):
            continue
        values = RGB if depth == 8 else RGB16
        put(f"rgb{depth}_{compression}{'_predictor' if predictor else ''}_{planar}.tif",
            values if planar == "contig" else np.moveaxis(values, -1, 0), values / (2**depth - 1), photometric="rgb",
            planarconfig=planar, compression=None if compression == "none" else compression, predictor=predictor or None,
            rowsperstrip=16)
    for kind, compression in product(("float16", "float32", "float64"), (None, "deflate", "lzw")):
        put(f"{kind}_{compression}.tif", (GREY16 / 65535).astype(kind), photometric="minisblack", compression=compression)
    for order in "<>":
        put(f"grey16_{'little' if order == '<' else 'big'}.tif", GREY16, GREY16 / 65535, byteorder=order, photometric="minisblack")
    put("big.tif", RGB, RGB / 255, bigtiff=True, photometric="rgb")
    put("tiles.tif", RGB16, RGB16 / 65535, tile=(16, 32), photometric="rgb", compression="zstd", predictor=True)
    put("white_is_zero.tif", 255 - GREY, GREY / 255, photometric="miniswhite")
    alpha = (np.arange(SIDE * SIDE).reshape(SIDE, SIDE, 1) % 256).astype(np.uint8)
    put("rgba.tif", np.concatenate([RGB, alpha], -1), RGB / 255 * (alpha / 255), photometric="rgb", extrasamples=["unassalpha"])
    Image.fromarray(RGB).save(folder / "jpeg.tif", compression="jpeg", quality=95)
    truths["jpeg.tif"] = by_pillow(folder / "jpeg.tif")
    for compression in ("group4", "group3", "packbits", "tiff_lzw", "raw"):
        name = f"two_valued_{compression}.tif"
        Image.fromarray(np.where(GREY > 120, 255, 0).astype(np.uint8)).convert("1").save(folder / name, compression=compression)
        truths[name] = (GREY > 120) * 1.0
    random = np.random.default_rng(7)
    for bits in (1, 2, 4, 8):
        entries = random.integers(0, 256, (2**bits, 3))
        indices = GREY16 >> (16 - bits)
        # TIFF's entries have 16 bits; some writers put 8 bits there.
        for way, factor in (("x257", 257), ("x256", 256), ("8bit", 1)):
            name = f"palette{bits}_{way}.tif"
            (folder / name).write_bytes(palette_tiff(indices, entries * factor, bits))
            truths[name] = entries[indices] / 255
    entries = random.integers(0, 65536, (256, 3))
    (folder / "palette_16bit.tif").write_bytes(palette_tiff(GREY, entries))
    truths["palette_16bit.tif"] = entries[GREY] / 65535
    for name, values in (("int16.tif", GREY.astype("i2")), ("uint32.tif", GREY.astype("u4")), ("float255.tif", GREY.astype("f4"))):
        tifffile.imwrite(folder / name, values, photometric="minisblack")
        truths[name] = None
    compare(case, "images", truths)


def case_further_formats(case):
    """BMP, PNM, WebP and JPEG 2000 as Pillow and OpenCV write and read them."""
    folder, truths = fill(case), {}

    def distinct(name):
        """Two images must not differ in the extension alone."""
        return name.replace(".", f"_{name.split('.')[1]}.")

    picture, grey = Image.fromarray(RGB), Image.fromarray(GREY)
    alpha = (np.arange(SIDE * SIDE).reshape(SIDE, SIDE, 1) % 256).astype(np.uint8)
    transparent = Image.fromarray(np.concatenate([RGB, alpha], -1))
    for name, image, options in (
            ("rgb.bmp", picture, {}), ("grey.BMP", grey, {}), ("palette.bmp", picture.convert("P"), {}),
            ("two_valued.bmp", grey.convert("1"), {}), ("alpha.bmp", transparent, {"bitmap_format": "bmp"}),
            ("rgb.ppm", picture, {}), ("grey.pgm", grey, {}), ("two_valued.pbm", grey.convert("1"), {}),
            ("lossless.webp", picture, {"lossless": True}), ("lossy.webp", picture, {"quality": 80}),
            ("alpha.webp", transparent, {"lossless": True, "exact": True}),
            ("reversible.jp2", picture, {"irreversible": False}), ("grey.jp2", grey, {"irreversible": False}),
            ("lossy.jp2", picture, {"irreversible": True, "quality_mode": "rates", "quality_layers": [10]}),
            ("tiles.j2k", picture, {"irreversible": False, "tile_size": (32, 32)})):
        name = distinct(name)
        image.save(folder / name, **options)
        truths[name] = by_pillow(folder / name)
    for name, values in (("grey16.pgm", GREY16), ("rgb16.ppm", RGB16[..., ::-1]), ("grey16.jp2", GREY16)):
        name = distinct(name)
        cv2.imwrite(str(folder / name), values)
        truths[name] = by_opencv(folder / name)
    for name, part in (("cut.bmp", "rgb.bmp"), ("cut.webp", "lossy.webp"), ("cut.jp2", "reversible.jp2"), ("cut.ppm", "rgb.ppm")):
        data, name = (folder / distinct(part)).read_bytes(), distinct(name)
        (folder / name).write_bytes(data[: len(data) * 2 // 3])
        truths[name] = None
    picture.convert("CMYK").save(folder / "cmyk.jpg")
    picture.save(folder / "photo.avif")
    (folder / "avif.png").write_bytes((folder / "photo.avif").read_bytes())
    truths.update({"cmyk.jpg": None, "avif.png": None})
    compare(case, "images", truths)


def case_twelve_bits_in_sixteen(case):
    """A camera's 12 bits in 16-bit files are noticed, and scaled when the manifest says so."""
    for number in range(6):
        save(case.path(f"images/{number}.png"), (scene(number)[..., 0].astype(np.uint16) << 4))
    told = case.succeeds("init", "images", "--manifest", "told.json")
    case.check("4095" in (told.output + told.errors).decode(), f"init has to tell of the 12 bits: {told}")
    case.job("formats", {"layout": "folder", "normal": "images"})
    warned = case.succeeds("run", "formats.json")
    case.says(warned, "4095")
