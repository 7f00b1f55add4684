import ContentStore
import Evaluation
import Folders
import Stages

/// A verdict on an image, with its origin.
package struct ImageVerdict: Sendable, Equatable, Codable {
    /// The image's name within the category, and its digest.
    package let image: String
    package let source: Digest
    package let kind: String
    package let score, threshold: Float
    package let verdict: String
    /// Nil if only scores were kept.
    package let map: Digest?
    /// The list that holds the verdict, and the model.
    package let scores, model: Digest
    /// The task that scored the image, and the first run that performed it.
    package let task: String
    package let run: Int64
    /// Nanoseconds since 1970.
    package let scoredAt: Int64
    package let action: Digest

    /// All verdicts on an image, newest first, except those whose list of scores is no longer stored.
    ///
    /// - Throws: `StoreError`.
    package static func all(on source: Digest, _ store: ContentStore) throws -> [ImageVerdict] {
        try store.actions(ofStage: ScoreStage.name, on: source).flatMap { use -> [ImageVerdict] in
            guard let scores = use.outputs["scores.json"], let model = use.inputs["model"] else { return [] }
            return try entries(scores, store).filter { $0.source == source }.map {
                ImageVerdict($0, in: scores, model, use.task, use.execution, use.startedAt, use.key)
            }
        }
    }

    /// The verdicts of all score tasks in a lineage, in its order.
    ///
    /// - Throws: `StoreError`.
    package static func all(in graph: LineageGraph, _ store: ContentStore) throws -> [ImageVerdict] {
        func digests(_ relation: LineageGraph.Relation, _ name: String) -> [Int: Digest] {
            let edges = graph.edges.filter { $0.relation == relation && $0.name == name }
            return Dictionary(edges.map { ($0.action, graph.artifacts[$0.artifact].digest) }) { _, last in last }
        }
        let (scores, models) = (digests(.generated, "scores.json"), digests(.used, "model"))
        var verdicts: [ImageVerdict] = []
        for (number, action) in graph.actions.enumerated() where action.stage == ScoreStage.name {
            // The downward lineage of an image does not include the model.
            guard let list = scores[number] else { continue }
            let model = try models[number] ?? store.recordedKey(action.key)?.inputs.first { $0.name == "model" }?.digest
            guard let model else { continue }
            verdicts += try entries(list, store).map {
                ImageVerdict($0, in: list, model, action.task, action.execution, action.startedAt, action.key)
            }
        }
        return verdicts
    }

    private init(
        _ entry: ScoreIndex.Entry, in scores: Digest, _ model: Digest, _ task: String, _ run: Int64, _ scoredAt: Int64,
        _ action: Digest
    ) {
        (image, source, kind, map) = (entry.file, entry.source, entry.kind, entry.map)
        (score, threshold, verdict) = (entry.score, entry.threshold, entry.verdict.rawValue)
        (self.scores, self.model, self.task, self.run, self.scoredAt, self.action) = (
            scores, model, task, run, scoredAt, action
        )
    }

    private static func entries(_ scores: Digest, _ store: ContentStore) throws -> [ScoreIndex.Entry] {
        guard try store.contains(scores) else { return [] }
        return try StageJSON.decode(ScoreIndex.self, try store.read(scores)).entries
    }
}

/// The row at one line of `scores.csv`. The table may have a million lines, so only this row is parsed.
struct ScoreTableRow: Equatable {
    let category, image, score, threshold: String

    /// - Parameters:
    ///   - line: the line where the row begins; the heading is line 1. A name with a line feed makes a row span lines.
    ///   - table: the content of the file.
    init?(line: Int, ofTable table: [UInt8]) {
        guard line >= 2, let row = ScoreTableRow.row(atLine: line, table),
            let read = try? CSVTable(Array((ScoreRow.header + "\n").utf8) + row, file: "scores.csv"),
            let fields = read.rows.first?.fields
        else { return nil }
        func field(_ name: String) -> String { read.header.firstIndex(of: name).map { fields[$0] } ?? "" }
        (category, image) = (PathText.name(ofCell: field("category")), PathText.name(ofCell: field("image")))
        score = field("score")
        threshold = field("threshold")
    }

    /// The row that begins at a line; nil if no row begins there.
    private static func row(atLine line: Int, _ table: [UInt8]) -> ArraySlice<UInt8>? {
        var number = 1, firstLine = 1, start = 0, isQuoted = false
        for (place, byte) in table.enumerated() {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            guard byte == UInt8(ascii: "\n") else { continue }
            number += 1
            if isQuoted { continue }
            if firstLine == line { return table[start..<place] }
            guard number <= line else { return nil }
            (firstLine, start) = (number, place + 1)
        }
        return nil
    }
}
