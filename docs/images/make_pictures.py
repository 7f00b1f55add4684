"""Makes example.png and report.png from the demo: make_pictures.py RUN

RUN is the folder of results of `nominal run` for the manifest of `nominal demo-data`. Needs Pillow and Chromium.
"""
import base64
import io
import os
import re
import subprocess
import sys
import tempfile

from PIL import Image

FOLDER = os.path.dirname(os.path.abspath(__file__))
# An image of each category, in the order of the report.
ROWS = ["scratch/003.png", "stain/001.png", "hole/003.png"]
GAP = 6


def pictures(gallery, name):
    """Input, reconstruction, anomaly map and ground truth of an image, from the gallery of its category."""
    for item in gallery.split("<li ")[1:]:
        if f"<bdi>{name}</bdi>" in item:
            found = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', item)
            return [Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB") for data in found]
    raise SystemExit(f"{name} is not in the report")


def save(image, name, colours):
    image.convert("P", palette=Image.Palette.ADAPTIVE, colors=colours).save(os.path.join(FOLDER, name), optimize=True)
    print(name, image.size, os.path.getsize(os.path.join(FOLDER, name)), "bytes")


def main():
    report = os.path.join(os.path.abspath(sys.argv[1]), "report.html")
    with open(report, encoding="utf-8") as file:
        page = file.read()
    rows = [pictures(*row) for row in zip(page.split('<ol class="gallery">')[1:], ROWS)]
    size = rows[0][0].width
    example = Image.new("RGB", (4 * size + 3 * GAP, len(rows) * size + (len(rows) - 1) * GAP), "white")
    for row, images in enumerate(rows):
        for column, image in enumerate(images):
            example.paste(image, (column * (size + GAP), row * (size + GAP)))
    save(example, "example.png", 256)
    with tempfile.TemporaryDirectory() as folder:
        shot = os.path.join(folder, "report.png")
        subprocess.run(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--window-size=1200,1064", f"--user-data-dir={folder}/profile", f"--screenshot={shot}", f"file://{report}"],
            check=True, stderr=subprocess.DEVNULL, timeout=120)
        save(Image.open(shot).convert("RGB"), "report.png", 32)


main()
