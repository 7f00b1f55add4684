import AnomalyDetection
import ContentStore
import DatasetTestSupport
import Jobs
import Manifests
import NeuralNetworks
import Testing

@testable import Retraining

@Suite("The network of a night")
struct SameNetworkTests {
    /// A night with these sections of its manifest.
    private static func night(_ sections: String) throws -> NightImages {
        let data = try TinyDataSet()
        for number in 0..<3 { try data.writeImage(number, to: "base/\(number).png") }
        try data.write([], to: "incoming/.keep")
        let text = """
            {
              "name": "tiny", "dataset": { "layout": "folder", "normal": "base" },
              "training": { "steps": 40, "warmupSteps": 5 },
              "retrain": { "incoming": "incoming", "settleSeconds": 0 }, \(sections)
            }
            """
        let manifest = try JobManifest.parse(bytes: Array(text.utf8), file: data.path + "/tiny.json")
        return try NightImages(manifest, now: 0) { try $0.map { try Digest.of(filePath: $0) } }
    }

    private static let sections = #""image": { "width": 64, "height": 64 }, "network": { "baseWidth": 2 }"#

    /// A model of `sections`.
    private static func champion() throws -> Model {
        let network = NetworkArchitecture.sdc.description(baseWidth: 2)
        let payload = AutoencoderPayload(
            architecture: .sdc, baseWidth: 2, parameters: network.initialParameters(seed: 1),
            normalization: PixelNormalization(mean: [0.5, 0.5, 0.5], deviation: 0.2))
        return Model(
            name: "tiny", grid: TileGrid(width: 64, height: 64),
            scoring: ScoringParameters(boxSize: 3, boxPasses: 1, imageScore: .max, topFraction: 0),
            calibration: Calibration(scores: [1, 2, 3], quantile: 0.9), mapCeiling: 1, pixelThreshold: 1, kind: "ssae",
            payload: payload.bytes)
    }

    @Test("A model of the manifest's network is trained further")
    func same() throws {
        try RetrainingJob.requireSameNetwork(try Self.champion(), "tiny", try Self.night(Self.sections))
    }

    @Test(
        "Another network is refused, with both in words",
        arguments: [
            (#""image": { "width": 64, "height": 64 }, "network": { "baseWidth": 3 }"#, "of width 3"),
            (
                #""image": { "width": 64, "height": 64 }, "network": { "baseWidth": 2, "input": "localContrast" }"#,
                "of width 2 on local contrast"
            ),
            (
                #""image": { "width": 64, "height": 64 }, "network": { "baseWidth": 2, "reduction": 2 }"#,
                "at half the resolution"
            ),
            (
                #""image": { "width": 64, "height": 64 }, "network": { "baseWidth": 2, "architecture": "sdc-ccm" }"#,
                "sdc-ccm of width 2"
            ),
            (#""image": { "width": 72, "height": 64 }, "network": { "baseWidth": 2 }"#, "72 x 64 pixels"),
        ])
    func other(sections: String, words: String) throws {
        let night = try Self.night(sections), champion = try Self.champion()
        #expect {
            try RetrainingJob.requireSameNetwork(champion, "tiny", night)
        } throws: { error in
            "\(error)".contains(words) && "\(error)".contains("sdc of width 2 for images of 64 x 64 pixels")
        }
    }
}
