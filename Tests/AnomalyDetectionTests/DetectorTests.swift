import Imaging
import Testing

@testable import AnomalyDetection

/// A detector with a given result for each image, in order.
private final class FakeDetector: Detector {
    private let found: [DetectorMap]

    init(_ found: [DetectorMap]) { self.found = found }

    func maps(_ images: [PlanarImage]) -> [DetectorMap] { Array(found.prefix(images.count)) }
}

/// A detector that fails.
private final class BrokenDetector: Detector {
    struct Fault: Error {}

    func maps(_ images: [PlanarImage]) throws -> [DetectorMap] { throw Fault() }
}

@Suite("Detectors")
struct DetectorTests {
    static let image = PlanarImage(width: 16, height: 8, channels: 3, repeating: 0.5)

    /// A map with one bright pixel.
    static let map: FloatMap = {
        var map = FloatMap(width: 16, height: 8, values: [Float](repeating: 0, count: 128))
        map.values[4 * 16 + 8] = 9
        return map
    }()

    @Test("A detector's map for the score replaces the map there alone")
    func score() throws {
        let scoring = ScoringParameters(boxSize: 3, boxPasses: 1, imageScore: .max, topFraction: 0)
        var other = Self.map
        other.values[4 * 16 + 8] = 18
        let detector = FakeDetector([DetectorMap(map: Self.map), DetectorMap(map: Self.map, scoreMap: other)])
        let detections = try detector.detect([Self.image, Self.image], scoring)
        try #require(detections.count == 2)
        #expect(abs(detections[0].score - 1) < 1e-5)
        #expect(abs(detections[1].score - 2) < 1e-5)
        // The score does not change the map.
        #expect(detections[0].map == detections[1].map)
    }

    @Test("The map is the mean over all scales of the smoothed map, and keeps its sum")
    func smoothing() throws {
        let scoring = ScoringParameters(boxSize: 1, boxPasses: 1, scales: 2, imageScore: .sum, topFraction: 0)
        let detection = try #require(
            try FakeDetector([DetectorMap(map: Self.map)]).detect([Self.image], scoring).first)
        // Boxes of 1 and 3 pixels.
        #expect(abs(detection.map.values[4 * 16 + 8] - (9 + 1) / 2) < 1e-5)
        #expect(detection.map.values.filter { abs($0 - 0.5) < 1e-5 }.count == 8)
        #expect(abs(detection.score - 9) < 1e-4)
    }

    @Test("The picture is passed on, and is optional")
    func picture() throws {
        let scoring = ScoringParameters(boxSize: 1, boxPasses: 0, imageScore: .max, topFraction: 0)
        let detector = FakeDetector([DetectorMap(map: Self.map, picture: Self.image), DetectorMap(map: Self.map)])
        let detections = try detector.detect([Self.image, Self.image], scoring)
        #expect(detections.map(\.picture) == [Self.image, nil])
        #expect(detections.map(\.score) == [9, 9])
    }

    @Test("An error of the detector is passed on")
    func fault() {
        #expect(throws: BrokenDetector.Fault.self) {
            try BrokenDetector().detect([Self.image], ModelTests.model.scoring)
        }
    }
}
