"""What an ingest has put into a store, read without the program."""
import io
import json
import sqlite3
import struct

import numpy as np
from PIL import Image


class Store:
    def __init__(self, folder):
        self.folder = folder
        self.read, self.rejected = {}, {}
        database = sqlite3.connect(f"file:{folder}/store.sqlite?mode=ro", uri=True)
        query = ("select a.digest from generatedBy g join artifact a on a.id = g.artifact join action c on c.id = g.action "
                 "where c.stage = 'ingest' and g.name = 'images.json'")
        for (digest,) in database.execute(query):
            for entry in json.loads(self.blob(digest.hex()))["entries"]:
                if entry.get("pixels"):
                    self.read[entry["file"]] = entry
                else:
                    self.rejected[entry["file"]] = entry.get("rejection")

    def blob(self, digest):
        return (self.folder / "objects" / digest[:2] / digest[2:]).read_bytes()

    def pixels(self, file):
        """The packed image of a file, H x W x 3 in 0 to 1."""
        bytes = self.blob(self.read[file]["pixels"])
        assert bytes[:8] == b"NOMIMAGE", bytes[:8]
        width, height = struct.unpack_from("<2q", bytes, 12)
        at = 12 + 5 * 8
        for _ in range(2):
            at += 8 + struct.unpack_from("<q", bytes, at)[0]
        count = struct.unpack_from("<q", bytes, at)[0]
        assert count == 3 * width * height, count
        planes = np.frombuffer(bytes, "<u2", count, at + 8).reshape(3, height, width)
        return np.moveaxis(planes, 0, -1) / 65535

    def labelled(self, file):
        """The number of labelled pixels of a file's mask, or None without one."""
        mask = self.read[file].get("mask")
        return None if mask is None else int((np.asarray(Image.open(io.BytesIO(self.blob(mask)))) > 0).sum())
