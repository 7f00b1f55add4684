import Foundation
import Imaging
import Testing

@testable import Evaluation

/// Reads the maps that are written here with another program's TIFF reader, and counts anew in numpy.
@Suite("Python reads the maps and finds the same figures")
struct PythonAgreementTests {
    private static let reader = PythonReader.available

    @Test(
        "AUROC, average precision and F1-max of pixels and images are those of numpy",
        .enabled(if: reader != nil, "python3 with numpy, Pillow or tifffile, is not installed"))
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
        let found = try PythonReader.figures(of: folder.path, reader: try #require(Self.reader))
        let expected = [
            metrics.imageAUROC, metrics.imageAP, metrics.imageF1Max, metrics.pixelAUROC, metrics.pixelAP,
            metrics.pixelF1Max,
        ]
        #expect(found.count == expected.count)
        for (number, value) in zip(found, expected) { #expect(abs(number - (try #require(value))) < 1e-12) }
    }
}
