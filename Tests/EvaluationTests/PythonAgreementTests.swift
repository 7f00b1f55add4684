import Foundation
import Imaging
import PythonTestSupport
import Testing

@testable import Evaluation

/// Reads the maps with another TIFF reader and computes the metrics in numpy.
@Suite("Agreement with Python on map files")
struct PythonAgreementTests {
    @Test(
        "Pixel and image AUROC, average precision and F1-max agree with numpy",
        .enabled(if: ProjectPython.isInstalled, "\(ProjectPython.remedy)"))
    func agreement() throws {
        let folder = try MapFolder()
        try folder.writeSet()
        // Several strips, and many equal pixels.
        var large = MapFolder.map(5, width: 300, height: 200)
        for pixel in large.values.indices where pixel % 3 == 0 { large.values[pixel] = 0.5 }
        try folder.write(large, to: "maps/scratch/large.tiff")
        try folder.write(MapFolder.mask(width: 300, height: 200), to: "truth/scratch/large_mask.png")
        let scan = try MapScan(maps: folder.path + "/maps", groundTruth: folder.path + "/truth")
        let metrics = try MapEvaluation().evaluate(scan.sets[0]).metrics
        let found = try PythonReader.figures(of: folder.path)
        let expected = [
            metrics.imageAUROC, metrics.imageAP, metrics.imageF1Max, metrics.pixelAUROC, metrics.pixelAP,
            metrics.pixelF1Max,
        ]
        #expect(found.count == expected.count)
        for (number, value) in zip(found, expected) { #expect(abs(number - (try #require(value))) < 1e-12) }
    }

    /// The reference of all metrics, if it is beside this repository.
    private static let referencePath: String? = {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../shared/bench/metrics_reference.py"
        ).standardizedFileURL.path
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()

    @Test(
        "All metrics agree with the reference in numpy and scipy",
        .enabled(if: ProjectPython.isInstalled, "\(ProjectPython.remedy)"),
        .enabled(if: referencePath != nil, "optional: the reference of the metrics is not beside this repository"))
    func reference() throws {
        let folder = try MapFolder()
        try folder.writeSet()
        let scan = try MapScan(maps: folder.path + "/maps", groundTruth: folder.path + "/truth")
        let metrics = try MapEvaluation().evaluate(scan.sets[0]).metrics
        let text = try PythonReader.output(
            of: try #require(Self.referencePath), ["dir", folder.path + "/maps", folder.path + "/truth"])
        let found = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let f1 = try #require(found["pixelF1Max"] as? [Double])
        for (value, expected) in [
            (metrics.imageAUROC, (found["imageAUROC"] as? [String: Double])?["max"]),
            (metrics.pixelAUROC, found["pixelAUROC"] as? Double), (metrics.pixelAP, found["pixelAP"] as? Double),
            (metrics.pixelF1Max, f1[0]), (metrics.pixelF1MaxThreshold.map(Double.init), f1[1]),
            (metrics.aupro.at03, found["aupro@0.3"] as? Double), (metrics.aupro.at005, found["aupro@0.05"] as? Double),
        ] { #expect(abs(try #require(value) - (try #require(expected))) < 1e-9) }
    }
}

/// Metrics in numpy of maps read by tifffile and masks read by Pillow.
enum PythonReader {
    /// AUROC, average precision and F1-max of images by their maxima, then of pixels, for `maps` and `truth` in a
    /// folder.
    static func figures(of folder: String) throws -> [Double] {
        let output = try ProjectPython.output(of: ["-c", script, folder])
        return String(decoding: output, as: UTF8.self).split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    }

    private static let script = """
        import glob, numpy, os, sys
        from PIL import Image
        from tifffile import imread as read

        def figures(scores, labels):
            above, below = numpy.sort(scores[labels]), numpy.sort(scores[~labels])
            pairs = (numpy.searchsorted(below, above, "left") + numpy.searchsorted(below, above, "right")).sum()
            thresholds = numpy.unique(scores)[::-1]
            tp = len(above) - numpy.searchsorted(above, thresholds, "left")
            fp = len(below) - numpy.searchsorted(below, thresholds, "left")
            ap = (numpy.diff(numpy.r_[0, tp]) / len(above) * tp / (tp + fp)).sum()
            return [pairs / (2 * len(above) * len(below)), ap, (2 * tp / (len(above) + tp + fp)).max()]

        maps, masks = [], []
        for path in sorted(glob.glob(sys.argv[1] + "/maps/*/*.tiff")):
            map = numpy.asarray(read(path))
            assert map.dtype == numpy.float32, map.dtype
            kind, stem = path.split("/")[-2], os.path.basename(path)[:-5]
            mask = f"{sys.argv[1]}/truth/{kind}/{stem}_mask.png"
            masks.append(numpy.asarray(Image.open(mask)) > 0 if os.path.exists(mask) else numpy.zeros(map.shape, bool))
            assert map.shape == masks[-1].shape, (map.shape, masks[-1].shape)
            maps.append(map.astype(float))
        image = figures(numpy.array([m.max() for m in maps]), numpy.array([m.any() for m in masks]))
        pixel = figures(numpy.concatenate([m.ravel() for m in maps]), numpy.concatenate([m.ravel() for m in masks]))
        print(*[repr(float(x)) for x in image + pixel])
        """

    /// The standard output of a Python file.
    static func output(of file: String, _ arguments: [String]) throws -> String {
        String(decoding: try ProjectPython.output(of: [file] + arguments), as: UTF8.self)
    }
}
