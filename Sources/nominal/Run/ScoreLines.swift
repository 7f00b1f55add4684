import AnomalyDetection
import Console
import ContentStore
import Folders
import Stages
import Synchronization
import VerdictStatistics

/// Writes the verdict of each image to standard output as a line, once per image, as soon as it is known.
final class ScoreLines: Sendable {
    /// The line of an image, with what identifies it.
    struct Line {
        let image: String
        let content: Digest
        /// One line of JSON.
        let json: String
        /// The same for people.
        let words: String
    }

    private let category: String
    private let isJSON: Bool
    private let rule: VerdictConfidence
    private let written = Mutex<Set<String>>([])

    /// - Parameters:
    ///   - threshold, tolerance: as in `ConfidenceStage`.
    ///   - isJSON: false writes lines for people.
    init(of model: Model, threshold: ChosenThreshold?, tolerance: Double, isJSON: Bool) throws {
        (category, self.isJSON) = (model.name, isJSON)
        rule = try model.calibration.choosing(threshold?.value).confidence(tolerance: tolerance)
    }

    private struct Score: Encodable {
        var row: ScoreRow
        var sha256: String

        private enum CodingKeys: String, CodingKey { case sha256 }

        func encode(to encoder: any Encoder) throws {
            try row.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(sha256, forKey: .sha256)
        }
    }

    private struct Rejection: Encodable {
        var image, rejected, sha256: String
    }

    func line(_ report: ScoreListener.Report) throws -> Line {
        switch report {
        case .scored(var entry):
            entry.judge(by: rule)
            let score = Score(row: ScoreRow(category: category, entry), sha256: entry.source.hex)
            return Line(
                image: entry.file, content: entry.source, json: try score.jsonText(),
                words: "\(entry.file): \(entry.verdict.rawValue), score \(entry.score), threshold \(entry.threshold)"
                    + (entry.isUncertain == true ? ", uncertain" : ""))
        case .rejected(let image):
            let reason = image.rejection ?? "it could not be read"
            let rejection = Rejection(image: PathText.exact(image.file), rejected: reason, sha256: image.source.hex)
            return Line(
                image: image.file, content: image.source, json: try rejection.jsonText(),
                words: "\(image.file): rejected, \(reason)")
        }
    }

    /// Writes a result unless it has been written.
    func write(_ report: ScoreListener.Report) {
        guard let line = try? line(report) else { fatalError("a result cannot be written as JSON") }
        guard written.withLock({ $0.insert(line.image).inserted }) else { return }
        StandardOutput.write((isJSON ? line.json : line.words) + "\n")
    }
}
