import ContentStore
import Stages

/// `selftest.json`: images and what the program makes of them, to compare another program's results with.
package struct SelfTest: Codable, Equatable, Sendable {
    /// Version 2: the allowed differences. Version 1: initial.
    package static let version = 2
    package static let fileName = "selftest.json"
    private static let maximumImages = 1000

    package struct Image: Codable, Equatable, Sendable {
        /// The names of the image and of its map, a float32 TIFF of the image's size, in the folder.
        package var file, map: String
        package var score, normalizedScore: Float
        package var isAnomalous: Bool

        package init(file: String, map: String, score: Float, normalizedScore: Float, isAnomalous: Bool) {
            (self.file, self.map, self.isAnomalous) = (file, map, isAnomalous)
            (self.score, self.normalizedScore) = (score, normalizedScore)
        }
    }

    package var format = SelfTest.version
    /// The model's name.
    package var model: String
    /// The digests of the model file and of the ONNX file.
    package var modelSHA256, onnxSHA256: Digest
    /// The distance of two scores whose normalised scores differ by 1.
    package var unit: Float
    /// True if scores may be 0 or negative. Differences are then shares of `unit` at least.
    package var isLinear: Bool
    package var tolerance: SelfTestTolerance
    package var images: [Image]

    /// The folder of the self-test of an ONNX file.
    package static func folder(of file: String) -> String { file + ".selftest" }

    package init(
        model: String, modelSHA256: Digest, onnxSHA256: Digest, unit: Float, isLinear: Bool,
        tolerance: SelfTestTolerance,
        images: [Image]
    ) {
        (self.model, self.modelSHA256, self.onnxSHA256) = (model, modelSHA256, onnxSHA256)
        (self.unit, self.isLinear, self.tolerance, self.images) = (unit, isLinear, tolerance, images)
    }

    package var bytes: [UInt8] { get throws { try StageJSON.pretty(self) } }

    /// - Parameter name: the file, for errors.
    /// - Throws: `SelfTestError`.
    package init(bytes: [UInt8], name: String) throws {
        // Other versions have other members.
        struct Heading: Decodable { let format: Int }
        if let heading = try? StageJSON.decode(Heading.self, bytes), heading.format != SelfTest.version {
            throw SelfTestError.otherVersion(name, found: heading.format)
        }
        do {
            self = try StageJSON.decode(SelfTest.self, bytes)
        } catch {
            throw SelfTestError.damaged(name, what: "\(error)")
        }
        guard [tolerance.score, tolerance.map].allSatisfy({ (0...1).contains($0) }) else {
            throw SelfTestError.damaged(name, what: "allowed differences that are not shares of 0 to 1")
        }
        guard (1...Self.maximumImages).contains(images.count), unit.isFinite, unit > 0,
            images.allSatisfy({ $0.score.isFinite && $0.normalizedScore.isFinite })
        else { throw SelfTestError.damaged(name, what: "no images, or numbers that are not finite") }
        for file in images.flatMap({ [$0.file, $0.map] }) where !Self.isPlain(file) {
            throw SelfTestError.damaged(name, what: "\"\(file)\" is not the name of a file in the folder")
        }
    }

    private static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 255 && !name.hasPrefix(".") && !name.utf8.contains(UInt8(ascii: "/"))
            && !name.utf8.contains(0)
    }
}

/// The largest differences that pass, as shares of the score and of the range of a map's values.
package struct SelfTestTolerance: Codable, Sendable, Equatable {
    package let score, map: Double

    package static let float32 = SelfTestTolerance(score: 1e-5, map: 1e-4)

    package init(score: Double, map: Double) { (self.score, self.map) = (score, map) }
}

/// A reason why a self-test cannot be run.
package enum SelfTestError: Error, Equatable, CustomStringConvertible {
    case missing(String)
    case damaged(String, what: String)
    case otherVersion(String, found: Int)
    case otherFile(String, folder: String)
    case interrupted
    case failed(command: String, image: String, status: Int32)
    case answer(command: String, image: String, what: String)

    package var isMissing: Bool { if case .missing = self { true } else { false } }
    package var isFailedProgram: Bool {
        switch self {
        case .failed, .answer: true
        default: false
        }
    }

    package var description: String {
        switch self {
        case .missing(let path):
            "\(path): no such file; expected an ONNX file from nominal models export, with its folder .selftest beside it"
        case .damaged(let name, let what): "\(name) is damaged: \(what); export the model again"
        case .otherVersion(let name, let found):
            "\(name) has format version \(found), this program reads version \(SelfTest.version); export the model again"
        case .otherFile(let file, let folder):
            "\(file) is not the file that \(folder) was made for: its SHA-256 differs; export the model again"
        case .interrupted: "the self-test was interrupted; run the command again"
        case .failed(let command, let image, let status):
            "\(command): ended with status \(status) for \(image); expected 0. Its messages are above"
        case .answer(let command, let image, let what):
            "\(command): for \(image), its output \(what); expected one JSON object such as {\"score\": 0.5, "
                + "\"normalized_score\": 1.2, \"is_anomalous\": true, \"anomaly_map\": [[0.1, 0.2], [0.3, 0.4]]}"
        }
    }
}
