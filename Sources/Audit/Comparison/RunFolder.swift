import ContentStore
import Folders
import Foundation
import Host
import Jobs
import Metrics
import Stages

/// The parts of a finished run's folder that a comparison needs.
package struct RunFolder: Sendable {
    /// An element of `scores.json`; earlier versions wrote fewer keys.
    struct Score: Decodable, Sendable {
        var category, image: String
        /// Nil for an unlabelled image.
        var label: String?
        var score: Float
    }

    package let path: String
    let metrics: MetricsSummary
    /// In the order of the job.
    let scores: [Score]
    /// The origin of the run; nil if an earlier version exported it.
    let record: RunRecord?

    /// True if the origin of the run is recorded.
    package var tellsOrigin: Bool { record != nil }

    /// - Throws: `ComparisonError` if the folder is missing, holds no finished run, or holds invalid files.
    package init(path: String) throws(ComparisonError) {
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        self.path = path
        guard try Self.asking(path, AtomicFile.isFolder) else { throw .missingFolder(path: path) }
        metrics = try Self.read(MetricsSummary.self, path + "/metrics.json")
        scores = try Self.read([Score].self, path + "/scores.json").map { score in
            var score = score
            (score.category, score.image) = (PathText.read(score.category), PathText.read(score.image))
            return score
        }
        let file = path + "/run.json"
        guard try Self.asking(file, AtomicFile.exists) else {
            record = nil
            return
        }
        let format = try Self.read(Format.self, file).format
        guard format <= RunRecord.version else {
            throw .newerFormat(file: file, found: format, known: RunRecord.version)
        }
        record = try Self.read(RunRecord.self, file)
    }

    /// Calls `question`, and converts its error.
    private static func asking(
        _ path: String, _ question: (String) throws -> Bool
    ) throws(ComparisonError) -> Bool {
        do {
            return try question(path)
        } catch {
            throw .unreadable(file: path, reason: "\(error)")
        }
    }

    private struct Format: Decodable { var format: Int }

    private static func read<Value: Decodable>(
        _ type: Value.Type, _ file: String
    ) throws(ComparisonError) -> Value {
        guard try asking(file, AtomicFile.exists) else { throw .missingFile(path: file) }
        do {
            return try StageJSON.decode(type, try AtomicFile.read(file, limitBytes: ResultFiles.listLimitBytes))
        } catch StoreError.tooLarge(_, let size, let limit) {
            throw .damaged(file: file, fault: "found \(size) bytes, expected at most \(limit)")
        } catch let error as StoreError {
            throw .unreadable(file: file, reason: error.description)
        } catch DecodingError.keyNotFound(let key, _) {
            throw .damaged(file: file, fault: "found no key \"\(key.stringValue)\"")
        } catch {
            throw .damaged(file: file, fault: "found invalid content; expected JSON as a run writes it")
        }
    }
}

/// A reason why runs cannot be compared.
package enum ComparisonError: Error, Equatable, Sendable {
    case missingFolder(path: String)
    case missingFile(path: String)
    case unreadable(file: String, reason: String)
    case damaged(file: String, fault: String)
    case newerFormat(file: String, found: Int, known: Int)
    case noCommonCategory(first: String, firstNames: [String], second: String, secondNames: [String])

    /// True if something named by the user is missing; false if what is there is unusable.
    package var isMissing: Bool {
        switch self {
        case .missingFolder, .missingFile, .unreadable: true
        default: false
        }
    }
}

extension ComparisonError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missingFolder(let path):
            "\(path): no such folder; expected the folder of a run, such as runs/demo. Correct the path"
        case .missingFile(let path):
            "\(path): no such file; every finished run has one. Name the folder of a run, or run its job to the end"
        case .unreadable(let file, let reason):
            "\(file): cannot be read (\(reason)); "
                + SystemReason.remedy(for: reason, otherwise: "correct the permissions")
        case .damaged(let file, let fault): "\(file): \(fault); run the job again, which restores the file"
        case .newerFormat(let file, let found, let known):
            "\(file): has format \(found), expected at most \(known); compare with the version of nominal that wrote it"
        case .noCommonCategory(let first, let firstNames, let second, let secondNames):
            "\(first) and \(second) have no category in common: found \(firstNames.joined(separator: ", ")) and "
                + "\(secondNames.joined(separator: ", ")). Compare runs of the same categories, variants and seeds"
        }
    }
}
