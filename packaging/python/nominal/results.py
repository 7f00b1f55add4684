"""The folder of results of a run."""
import dataclasses
import functools
import hashlib
import json
import os
import typing

from .maps import AnomalyMap, FormatError


@dataclasses.dataclass(frozen=True)
class Score:
    """A row of scores.json: a test image and its verdict."""

    category: str
    kind: str
    #: The path below the category, such as test/scratch/003.png.
    image: str
    #: "normal", "anomalous", or None for an image without a label.
    label: typing.Optional[str]
    score: float
    #: 0 for the median held-out image, 1 at the threshold.
    normalized_score: float
    threshold: float
    verdict: str
    #: The probability of the same verdict with other held-out images.
    confidence: typing.Optional[float]
    #: True if a person should check the verdict.
    uncertain: typing.Optional[bool]

    @classmethod
    def _of(cls, row):
        return cls(
            row["category"], row["kind"], row["image"], row.get("label") or None, row["score"],
            row["normalizedScore"], row["threshold"], row["verdict"], row.get("confidence"), row.get("uncertain"))

    @property
    def is_anomalous(self):
        return self.verdict == "anomalous"


class Results:
    """The results in a folder, such as runs/demo. Files are read when they are asked for, once."""

    def __init__(self, folder):
        self.folder = os.fspath(folder)
        if not os.path.isfile(self._path("scores.json")):
            raise FileNotFoundError(
                f"{self.folder} holds no results: it has no scores.json; give the folder of a finished run")

    def _path(self, *names):
        return os.path.join(self.folder, *names)

    def _json(self, name):
        try:
            with open(self._path(name), encoding="utf-8") as file:
                return json.load(file)
        except ValueError as error:
            raise FormatError(f"{self._path(name)} is not JSON: {error}") from error

    @functools.cached_property
    def scores(self):
        try:
            return [Score._of(row) for row in self._json("scores.json")]
        except (KeyError, TypeError, AttributeError) as error:
            raise FormatError(f"{self._path('scores.json')} is not a list of scores: {error!r}") from error

    @functools.cached_property
    def metrics(self):
        return self._json("metrics.json")

    @functools.cached_property
    def record(self):
        return self._json("run.json")

    @property
    def report(self):
        return self._path("report.html")

    def _result(self, folder, score, ending):
        """The path of a file that is named after an image. `nominal score` writes no folder for the category."""
        stem = os.path.splitext(score.image)[0] + ending
        places = [self._path(folder, score.category, stem), self._path(folder, stem)]
        for place in places:
            if os.path.isfile(place):
                return place
        raise FileNotFoundError(f"there is neither {places[0]} nor {places[1]}")

    def map(self, score):
        """The anomaly map of an image."""
        return AnomalyMap.read(self._result("anomaly_maps", score, ".tiff"))

    def overlay(self, score):
        """The path of the picture of an image with its map."""
        return self._result("overlays", score, ".png")

    def verify(self):
        """The sorted names of files that are missing or differ from their digest in exports.json."""
        def differs(name, expected):
            digest = hashlib.sha256()
            try:
                with open(self._path(name), "rb") as file:
                    for piece in iter(lambda: file.read(1 << 20), b""):
                        digest.update(piece)
            except OSError:
                return True
            return digest.hexdigest() != expected

        return sorted(name for name, expected in self._json("exports.json").items() if differs(name, expected))
