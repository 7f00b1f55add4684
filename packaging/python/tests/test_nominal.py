"""Tests of the package: /usr/bin/python3 -m unittest discover packaging/python/tests.

With NOMINAL=PROGRAM, they also run that program on the demo's images.
"""
import hashlib
import json
import os
import stat
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import nominal  # noqa: E402

PROGRAM = os.environ.get("NOMINAL")


def tiff(width, height, values, compression=1):
    """A map as nominal writes it: one strip after the directory."""
    tags = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 32), (259, 3, 1, compression), (273, 4, 1, 0),
            (277, 3, 1, 1), (279, 4, 1, 4 * len(values))]
    start = 8 + 2 + 12 * len(tags) + 4
    tags[4] = (273, 4, 1, start)
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags) + bytes(4)
    return b"II*\0" + struct.pack("<I", 8) + directory + struct.pack(f"<{len(values)}f", *values)


class Folder(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)

    def place(self, name):
        return os.path.join(self.temporary.name, name)

    def write(self, name, content):
        os.makedirs(os.path.dirname(self.place(name)), exist_ok=True)
        with open(self.place(name), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return self.place(name)


class MapTests(Folder):
    def test_values_rows_and_columns_are_those_of_the_file(self):
        path = self.write("map.tiff", tiff(3, 2, [0, 1, 2, 3, 9, 5]))
        anomaly_map = nominal.AnomalyMap.read(path)
        self.assertEqual((anomaly_map.width, anomaly_map.height), (3, 2))
        self.assertEqual(anomaly_map[1, 0], 3)
        self.assertEqual(anomaly_map.peak, (1, 1, 9))
        for place in [(2, 0), (0, 3), (-1, 0)]:
            with self.assertRaises(IndexError):
                anomaly_map[place]

    def test_every_truncation_and_every_changed_byte_of_the_header_is_a_format_error_or_a_map(self):
        whole = tiff(3, 2, [0, 1, 2, 3, 9, 5])
        for count in range(len(whole)):
            with self.assertRaises(nominal.FormatError):
                nominal.AnomalyMap.read(self.write("map.tiff", whole[:count]))
        for place in range(len(whole) - 24):
            for byte in (0, 1, 0x7F, 0xFF):
                damaged = whole[:place] + bytes([byte]) + whole[place + 1:]
                try:
                    self.assertEqual(len(nominal.AnomalyMap.read(self.write("map.tiff", damaged)).values), 6)
                except nominal.FormatError:
                    pass

    def test_a_compressed_map_is_refused(self):
        with self.assertRaisesRegex(nominal.FormatError, "uncompressed"):
            nominal.AnomalyMap.read(self.write("map.tiff", tiff(1, 1, [0], compression=5)))


class ResultsTests(Folder):
    ROW = {"category": "wood", "kind": "dent", "image": "test/dent/000.png", "label": "anomalous", "score": 2.0,
           "normalizedScore": 1.5, "threshold": 1.0, "verdict": "anomalous", "confidence": 0.9, "uncertain": False}

    def results(self, rows):
        self.write("run/scores.json", json.dumps(rows))
        return nominal.Results(self.place("run"))

    def test_scores_maps_and_digests_are_read(self):
        results = self.results([self.ROW])
        path = "anomaly_maps/wood/test/dent/000.tiff"
        content = tiff(1, 1, [4])
        self.write("run/" + path, content)
        self.write("run/exports.json", json.dumps({path: hashlib.sha256(content).hexdigest(), "lost": "00"}))
        (score,) = results.scores
        self.assertTrue(score.is_anomalous)
        self.assertEqual((score.normalized_score, score.confidence, score.uncertain), (1.5, 0.9, False))
        self.assertEqual(results.map(score).peak, (0, 0, 4))
        self.assertEqual(results.verify(), ["lost"])
        with self.assertRaises(FileNotFoundError):
            results.overlay(score)

    def test_a_folder_without_results_and_damaged_results_are_named(self):
        with self.assertRaisesRegex(FileNotFoundError, "scores.json"):
            nominal.Results(self.temporary.name)
        for content in ["{", "[1]", "[{}]", "null"]:
            self.write("run/scores.json", content)
            with self.assertRaisesRegex(nominal.FormatError, "scores.json"):
                nominal.Results(self.place("run")).scores


class RunTests(Folder):
    def program(self, body):
        path = self.write("program", "#!/bin/sh\n" + body)
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)
        return path

    def test_events_reach_their_receiver_and_the_results_are_those_that_the_program_names(self):
        self.write("run/scores.json", "[]")
        program = self.program(
            f'echo "$@" > "{self.place("arguments")}"\n'
            'echo \'{"version": 1, "event": "runStarted", "total": 3}\' >&2\n'
            f'echo "report: {self.place("run")}/report.html"\n')
        events = []
        results = nominal.run("job.json", store="s", on_progress=events.append, program=program)
        self.assertEqual([event["total"] for event in events], [3])
        self.assertEqual(results.folder, self.place("run"))
        with open(self.place("arguments"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "run job.json --progress json --log-format json --store s\n")

    def test_a_failed_run_raises_its_exit_code_and_messages(self):
        program = self.program('echo \'{"level": "error", "message": "no images"}\' >&2; exit 66\n')
        with self.assertRaisesRegex(nominal.RunError, "no images") as caught:
            nominal.run("job.json", program=program)
        self.assertEqual(caught.exception.exit_code, 66)

    def test_an_error_of_the_receiver_stops_the_program(self):
        program = self.program(
            f'trap \'touch "{self.place("stopped")}"; exit 143\' TERM\n'
            'echo \'{"event": "runStarted"}\' >&2\nwhile :; do sleep 0.05; done\n')

        def receive(event):
            raise KeyboardInterrupt

        with self.assertRaises(KeyboardInterrupt):
            nominal.run("job.json", on_progress=receive, program=program)
        self.assertTrue(os.path.exists(self.place("stopped")))

    def test_a_missing_program_is_named(self):
        with self.assertRaisesRegex(FileNotFoundError, "no-such-program"):
            nominal.run("job.json", program="no-such-program")


@unittest.skipUnless(PROGRAM, "NOMINAL names no program")
class ProgramTests(Folder):
    def test_a_run_and_the_scores_of_its_model(self):
        folder = self.temporary.name
        program = os.path.abspath(PROGRAM)
        subprocess.run(
            [program, "demo-data", "demo", "--train", "6", "--test-good", "2", "--test-defect", "1", "--size", "64",
             "--manifest", "demo.json"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with open(self.place("demo.json"), encoding="utf-8") as file:
            manifest = json.load(file)
        manifest["dataset"]["categories"] = ["wood"]
        manifest["network"]["baseWidth"] = 4
        manifest["training"] = {"steps": 6, "warmupSteps": 1, "batchSize": 2}
        self.write("demo.json", json.dumps(manifest))
        events = []
        results = nominal.run(
            self.place("demo.json"), output=self.place("out"), store=self.place("store"), on_progress=events.append,
            program=program)
        self.assertEqual(events[-1]["event"], "runFinished")
        self.assertEqual(len(results.scores), 7)
        self.assertEqual(results.verify(), [])
        self.assertIn("imageAUROC", results.metrics["mean"])
        anomaly_map = results.map(results.scores[0])
        self.assertEqual((anomaly_map.width, anomaly_map.height), (64, 64))
        self.assertTrue(os.path.isfile(results.overlay(results.scores[0])))
        scored = nominal.score(
            self.place("out/models/wood.nominal"), self.place("demo/wood/test"), output=self.place("scored"),
            store=self.place("store"), program=program)
        self.assertEqual(sorted(score.score for score in scored.scores), sorted(score.score for score in results.scores))
        self.assertEqual(scored.map(scored.scores[0]).width, 64)
        with self.assertRaises(nominal.RunError) as caught:
            nominal.run(self.place("missing.json"), program=program)
        self.assertEqual(caught.exception.exit_code, 66)


if __name__ == "__main__":
    unittest.main()
