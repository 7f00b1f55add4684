import ContentStore
import Deployment

extension FuzzedParser {
    static let deployment = [selfTest, runnerAnswer]

    private static let selfTest = FuzzedParser(
        name: "self-test", words: ["images", "normalizedScore", "onnxSHA256", "..", "isLinear"],
        seeds: {
            let image = SelfTest.Image(
                file: "normal.png", map: "normal.tiff", score: 0.25, normalizedScore: -1.5, isAnomalous: false)
            return [
                try SelfTest(
                    model: "wood", modelSHA256: .of([1]), onnxSHA256: .of([2]), unit: 0.5, isLinear: true,
                    precision: "float32",
                    images: [image]
                ).bytes
            ]
        }
    ) { _ in
        { bytes in
            let test = try SelfTest(bytes: bytes, name: "selftest.json")
            guard try SelfTest(bytes: test.bytes, name: "selftest.json") == test else {
                fatalError("a self-test is not read as it is written")
            }
            guard test.images.allSatisfy({ !($0.file + $0.map).utf8.contains(0x2F) }) else {
                fatalError("a self-test names a file in another folder")
            }
        }
    }

    /// The output of a program that scores an image.
    private static let runnerAnswer = FuzzedParser(
        name: "runner-answer", words: ["score", "normalized_score", "is_anomalous", "anomaly_map", "[[", "1e99"],
        seeds: {
            ["{\"score\":1.5,\"normalized_score\":2,\"is_anomalous\":true,\"anomaly_map\":[[1,2],[3,4e-9]]}"]
                .map { Array($0.utf8) }
        }
    ) { _ in
        { bytes in _ = try RunnerAnswer(bytes: bytes) }
    }
}
