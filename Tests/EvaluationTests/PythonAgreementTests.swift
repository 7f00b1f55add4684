import Foundation
import Imaging
import PythonTestSupport
import Testing

@testable import Evaluation

/// Reads the maps that are written here with another program's TIFF reader, and counts anew in numpy.
@Suite("Python reads the maps and finds the same figures")
struct PythonAgreementTests {
    @Test(
        "AUROC, average precision and F1-max of pixels and images are those of numpy",
        .enabled(if: ProjectPython.isInstalled, "\(ProjectPython.remedy)"))
    func agreement() throws {
        let folder = try MapFolder()
        try folder.writeSet()
        // More than one strip, and values that are equal in many pixels.
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

    /// The slow reference of all metrics, beside this repository where somebody has put it.
    private static let referencePath: String? = {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../shared/bench/metrics_reference.py"
        ).standardizedFileURL.path
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()

    @Test(
        "the reference in numpy and scipy, which reads the maps with Pillow, finds the same figures",
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
