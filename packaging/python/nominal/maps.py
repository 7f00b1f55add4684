"""Anomaly maps: float32 TIFFs of one channel, uncompressed, as nominal writes them."""
import array
import struct
import sys


class FormatError(ValueError):
    """A file that is not what nominal writes."""


class AnomalyMap:
    """The anomaly of each pixel of an image; indexed by row and column."""

    WIDTH, HEIGHT, BITS, COMPRESSION, OFFSETS, COUNTS, SAMPLES = 256, 257, 258, 259, 273, 279, 277

    def __init__(self, width, height, values):
        self.width, self.height, self.values = width, height, values

    def __getitem__(self, place):
        row, column = place
        if not (0 <= row < self.height and 0 <= column < self.width):
            raise IndexError(f"row {row}, column {column} of a map of {self.height} x {self.width} pixels")
        return self.values[row * self.width + column]

    @property
    def peak(self):
        """Row, column and value of the highest pixel; the first one in reading order."""
        index = max(range(len(self.values)), key=self.values.__getitem__)
        return index // self.width, index % self.width, self.values[index]

    def array(self):
        """The map as a NumPy array of float32, (height, width)."""
        import numpy

        return numpy.array(self.values, dtype=numpy.float32).reshape(self.height, self.width)

    @classmethod
    def read(cls, path):
        """Reads a map. Raises FormatError."""
        with open(path, "rb") as file:
            content = file.read()
        try:
            return cls._parse(content)
        except (struct.error, KeyError, IndexError, OverflowError, FormatError) as error:
            raise FormatError(f"{path} is not an anomaly map of nominal: {error!r}") from error

    @classmethod
    def _parse(cls, content):
        if content[:4] != b"II*\0":
            raise FormatError("it is not a little-endian TIFF")
        (start,) = struct.unpack_from("<I", content, 4)
        (count,) = struct.unpack_from("<H", content, start)
        tags = {}
        for index in range(count):
            tag, kind, number, value = struct.unpack_from("<HHII", content, start + 2 + 12 * index)
            tags[tag] = cls._values(content, kind, number, value, start + 10 + 12 * index)
        width, height = tags[cls.WIDTH][0], tags[cls.HEIGHT][0]
        if (tags[cls.BITS], tags[cls.COMPRESSION], tags.get(cls.SAMPLES, [1])) != ([32], [1], [1]):
            raise FormatError("expected one uncompressed channel of 32 bits")
        pieces = []
        for offset, size in zip(tags[cls.OFFSETS], tags[cls.COUNTS]):
            if offset + size > len(content):
                raise FormatError("it ends early")
            pieces.append(content[offset:offset + size])
        data = b"".join(pieces)
        if len(data) != 4 * width * height or not data:
            raise FormatError(f"{len(data)} bytes of pixels, expected {4 * width * height}")
        values = array.array("f", data)
        if sys.byteorder == "big":
            values.byteswap()
        return cls(width, height, values)

    @staticmethod
    def _values(content, kind, number, value, place):
        """The values of a tag: 16 bits (kind 3) or 32 bits (kind 4), in the tag itself or where it points to."""
        if kind not in (3, 4):
            return []
        size = 2 if kind == 3 else 4
        if number * size > 4:
            place = value
        if number > (len(content) - place) // size:
            raise FormatError("a tag points beyond the end")
        return list(struct.unpack_from(f"<{number}{'H' if kind == 3 else 'I'}", content, place))
