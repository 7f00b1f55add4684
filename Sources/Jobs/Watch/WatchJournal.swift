import ContentStore
import Folders
import Stages

/// `scores.jsonl`: a line for each image that `nominal score --watch` has finished, which is the memory of what need
/// not be scored again.
///
/// The file is only appended to. A line that a crash cut off is ignored, so its image is scored again.
package final class WatchJournal {
    /// Version 1: the first.
    static let version = 1
    package static let fileName = "scores.jsonl"
    private static let limitBytes = 1 << 32

    /// The first line: what the other lines were made with.
    package struct Heading: Codable, Equatable {
        private var version = WatchJournal.version
        /// The digest of the model file.
        let model: String
        let threshold: Float?
        let tolerance: Double

        package init(model: Digest, threshold: Float?, tolerance: Double) {
            (self.model, self.threshold, self.tolerance) = (model.hex, threshold, tolerance)
        }
    }

    /// The part of a line that says which image it is about.
    private struct Subject: Decodable {
        let image, sha256: String
    }

    private let path: String
    /// The digest of the finished content of each image, by name.
    private var finished: [String: String] = [:]
    package var count: Int { finished.count }

    /// Opens the journal of a results folder, or starts one.
    ///
    /// - Throws: `WatchError.otherResults` if it was begun with another model, threshold or tolerance, `StoreError`.
    package init(in folder: String, _ heading: Heading) throws {
        path = folder + "/" + WatchJournal.fileName
        let first = String(decoding: try StageJSON.encode(heading), as: UTF8.self) + "\n"
        if try AtomicFile.exists(path) {
            let bytes = try AtomicFile.read(path, limitBytes: WatchJournal.limitBytes)
            var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let known = try? StageJSON.decode(Heading.self, Array(lines.removeFirst()))
            guard known == heading else { throw WatchError.otherResults(path: path) }
            for line in lines {
                guard let subject = try? StageJSON.decode(Subject.self, Array(line)) else { continue }
                finished[PathText.read(subject.image)] = subject.sha256
            }
            if bytes.last != UInt8(ascii: "\n") { try AtomicFile.append([UInt8(ascii: "\n")], to: path) }
        } else {
            try AtomicFile.write(Array(first.utf8), to: path, onlyIfChanged: true)
        }
    }

    /// True if an image has a line, whatever its content.
    package func hasResults(_ image: String) -> Bool { finished[image] != nil }

    /// True if an image with this content has a line.
    package func isFinished(_ image: String, _ content: Digest) -> Bool { finished[image] == content.hex }

    /// Appends lines, which are on disk when this returns.
    ///
    /// - Throws: `StoreError`.
    package func append(_ lines: [(image: String, content: Digest, text: String)]) throws {
        guard !lines.isEmpty else { return }
        try AtomicFile.append(Array(lines.map { $0.text + "\n" }.joined().utf8), to: path)
        for line in lines { finished[line.image] = line.content.hex }
    }
}

package enum WatchError: Error, Equatable, CustomStringConvertible {
    case otherResults(path: String)

    package var description: String {
        switch self {
        case .otherResults(let path):
            "\(path): it was begun with another model, threshold or tolerance, or is damaged; expected results of this "
                + "model. Choose another folder with --output"
        }
    }
}
