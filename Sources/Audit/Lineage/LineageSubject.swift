import ContentStore
import Folders
import Foundation
import Jobs
import ModelRegistry
import Stages

/// The subject of a lineage query: a run, a task, a model, an image, or a blob such as a map or a report.
package struct LineageSubject: Sendable {
    /// A description, such as "run 12".
    package let words: String
    /// The run that the query refers to; nil if none was named.
    package let run: Int64?
    /// The digests of the blobs and files to start from.
    package let digests: [Digest]
    /// The keys of the actions to start from.
    package let actions: [Digest]
    /// The verdicts on an image, newest first.
    package let verdicts: [ImageVerdict]
    package let image: Digest?
    package let model: RegisteredModel?

    private init(
        _ words: String, run: Int64? = nil, digests: [Digest] = [], actions: [Digest] = [],
        verdicts: [ImageVerdict] = [],
        image: Digest? = nil, model: RegisteredModel? = nil
    ) {
        (self.words, self.run, self.digests, self.actions) = (words, run, digests, actions)
        (self.verdicts, self.image, self.model) = (verdicts, image, model)
    }

    /// Resolves `text`, in this order: a row of a table of scores ("runs/demo/scores.csv:7"); a file with the content
    /// of a blob or an image; a registered model ("wood", "wood@3"); an image by its name within the category
    /// ("test/scratch/003.png", "wood/test/scratch/003.png"); a run ("12", "run 12"), a task, or a digest or its
    /// prefix.
    ///
    /// - Throws: `LineageError`, `StoreError`.
    package init(_ text: String, in store: ContentStore) throws {
        if let row = try Self.row(text, store) {
            self = row
        } else if try AtomicFile.exists(text), Int64(text) == nil {
            self = try Self.file(text, store)
        } else if let model = ModelReference(text),
            let registered = try Self.registered(model, isMeant: text.contains("@"), store)
        {
            self = LineageSubject("model \(registered.reference)", digests: [registered.digest], model: registered)
        } else if let named = try Self.named(text, store) {
            self = named
        } else {
            self = try Self.known(try Self.subject(text, store), store)
        }
    }

    /// The registered model; nil if the text may mean something else.
    private static func registered(
        _ model: ModelReference, isMeant: Bool, _ store: ContentStore
    ) throws -> RegisteredModel? {
        do {
            return try store.model(model)
        } catch RegistryError.unknownModel where !isMeant {
            return nil
        }
    }

    private static func subject(_ text: String, _ store: ContentStore) throws -> StoreSubject {
        do {
            return try store.subject(text)
        } catch StoreError.unknownSubject(let text, let reason) {
            throw LineageError.unknown(text: text, reason: reason)
        }
    }

    private static func known(_ subject: StoreSubject, _ store: ContentStore) throws -> LineageSubject {
        switch subject {
        case .run(let number):
            guard let keys = try store.taskKeys(number) else { throw LineageError.unfinished(run: number) }
            return LineageSubject("run \(number)", run: number, actions: keys.entries.map(\.key))
        case .task(let name, let key): return LineageSubject("task \(name)", actions: [key])
        case .blob(let digest): return try content(digest, "\(digest)", store)
        }
    }

    private static func file(_ path: String, _ store: ContentStore) throws -> LineageSubject {
        guard try !AtomicFile.isFolder(path) else { throw LineageError.folder(path: path) }
        let digest = try Digest.of(filePath: path)
        do {
            return try content(digest, path, store)
        } catch LineageError.unknown {
            if ResultFiles.isByproduct((path as NSString).lastPathComponent) {
                throw LineageError.byproduct(path: path)
            }
            throw LineageError.unknown(
                text: path,
                reason:
                    "its content (\(digest.short)) is neither a result nor an image that the store \(store.path) knows; it was "
                    + "changed since, or belongs to another store")
        }
    }

    private static func content(_ digest: Digest, _ name: String, _ store: ContentStore) throws -> LineageSubject {
        if try store.isSource(digest) {
            let verdicts = try ImageVerdict.all(on: digest, store)
            return LineageSubject("image \(name)", digests: [digest], verdicts: verdicts, image: digest)
        }
        guard try store.knows(digest) else {
            throw LineageError.unknown(text: name, reason: "nothing in the store has this content")
        }
        if try store.maker(of: digest) == nil,
            let run = try store.runs(withManifest: digest).first(where: { try store.taskKeys($0) != nil })
        {
            let keys = try store.taskKeys(run)?.entries.map(\.key) ?? []
            return LineageSubject("manifest \(name), as run \(run) had it last", run: run, actions: keys)
        }
        return LineageSubject("blob \(name)", digests: [digest])
    }

    /// The image with a name as in tables of scores; nil if absent.
    private static func named(_ text: String, _ store: ContentStore) throws -> LineageSubject? {
        var names = [(name: text, category: nil as String?)]
        if let slash = text.firstIndex(of: "/") {
            names.append((String(text[text.index(after: slash)...]), String(text[..<slash])))
        }
        for (name, category) in names {
            let found = try store.sources(named: name).filter { $0.role == "digest" }
            let fitting = found.filter { category == nil || $0.task.hasPrefix(category! + "/") }
            guard let first = fitting.first else { continue }
            let others = Set(fitting.map { "\($0.task.split(separator: "/").first ?? "")" })
            guard others.count == 1 else { throw LineageError.ambiguous(name: text, categories: others.sorted()) }
            return try content(first.digest, text, store)
        }
        return nil
    }

    /// The image of a row in a table of scores; nil if the text does not have this form.
    private static func row(_ text: String, _ store: ContentStore) throws -> LineageSubject? {
        guard let colon = text.lastIndex(of: ":"), let line = Int(text[text.index(after: colon)...]) else { return nil }
        let path = String(text[..<colon])
        guard try AtomicFile.exists(path) else { return nil }
        let bytes = try AtomicFile.read(path, limitBytes: ResultFiles.listLimitBytes)
        guard let table = try store.maker(of: Digest.of(bytes)), table.key.stage == AggregateStage.name else {
            throw LineageError.unknown(
                text: path,
                reason:
                    "it is not a table of scores as the store \(store.path) knows it; it was changed since, or belongs to "
                    + "another store")
        }
        guard let place = ScoreTableRow(line: line, ofTable: bytes) else {
            throw LineageError.line(path: path, line: line, lines: bytes.count { $0 == UInt8(ascii: "\n") })
        }
        for (digest, role, _) in try store.sources(named: place.image) where role == "digest" {
            let verdicts = try ImageVerdict.all(on: digest, store).filter {
                $0.image == place.image && "\($0.score)" == place.score && "\($0.threshold)" == place.threshold
            }
            guard let verdict = verdicts.first(where: { $0.task.hasPrefix(place.category + "/") }) ?? verdicts.first
            else { continue }
            return LineageSubject(
                "line \(line) of \(path)", run: try store.lastRun(with: verdict.action),
                digests: [verdict.map ?? verdict.scores],
                verdicts: [verdict], image: digest)
        }
        throw LineageError.unknown(text: text, reason: "the store no longer has the verdict on \(place.image)")
    }
}

/// A reason why a lineage query, reproduction or attestation fails.
package enum LineageError: Error, Equatable, CustomStringConvertible {
    case unknown(text: String, reason: String)
    case unfinished(run: Int64)
    case unrepeatable(run: Int64, reason: String)
    case folder(path: String)
    case noFolder(path: String)
    case occupied(folder: String)
    case storeThere(folder: String)
    case ambiguous(name: String, categories: [String])
    case line(path: String, line: Int, lines: Int)
    /// A file beside results that is not a result.
    case byproduct(path: String)
    case unknownRun(Int64, known: [Int64])
    /// A later run recomputed results of this run, with different content.
    case remade(run: Int64, task: String, count: Int, by: Int64)
    /// The history of the store was edited.
    case edited(run: Int64, fault: String, count: Int)

    package var description: String {
        switch self {
        case .unknown(let text, let reason):
            "\(text): \(reason); expected the number of a run, a file of a run's results or one of its images, a row such as "
                + "runs/NAME/scores.csv:7, a model, a task, the name of an image, or the first digits of a digest"
        case .unfinished(let run):
            "run \(run): it ended before its tasks were known; name one of its tasks or results (nominal runs lists other runs)"
        case .unrepeatable(let run, let reason): "run \(run) cannot be reproduced: \(reason)"
        case .folder(let path): "\(path): this is a folder; expected a file in it, such as report.html, or an image"
        case .noFolder(let path): "\(path): no such folder; expected the folder of a run, such as runs/demo"
        case .storeThere(let folder):
            "\(folder): already holds a store; expected a new folder, because everything is recomputed"
        case .occupied(let folder):
            "\(folder): holds files that are not a crate; nothing was written; choose another folder"
        case .ambiguous(let name, let categories):
            "\(name): images with this name exist in \(categories.joined(separator: ", ")); write \(categories[0])/\(name)"
        case .byproduct(let path):
            "\(path): this file is not a result and has no lineage, because it records times or describes other files; name a "
                + "file beside it, such as report.html, metrics.json or scores.csv, or the number of the run"
        case .unknownRun(let run, let known):
            known.isEmpty
                ? "run \(run): the store has no runs; name the right store with --store or NOMINAL_STORE"
                : "run \(run): not in this store, which has \(known.count == 1 ? "run" : "runs") "
                    + "\(LineageTree.ranges(known)); nominal runs lists them, --store names another store"
        case .remade(let run, let task, let count, let latter):
            "run \(run): its result of \(task)\(count > 1 ? " and of \(count - 1) more tasks" : "") was replaced: "
                + "run \(latter) recomputed it with different content; attest a run that made or reused the stored result, such "
                + "as \(latter), and see nominal verify --history"
        case .edited(let run, let fault, let count):
            "run \(run): not attested, because the history of the store was edited: \(fault)"
                + (count > 1 ? "; \(count - 1) more faults" : "")
                + "; nominal verify --history lists all of them"
        case .line(let path, let line, let lines):
            "\(path): no row begins at line \(line); expected 2 to \(lines)"
        }
    }
}

extension LineageSubject {
    /// The lineage. For an image, the upward lineage starts from its newest verdict.
    ///
    /// - Parameter isOutline: omits parameters, and the names of source files except for the image itself.
    /// - Throws: `StoreError`.
    package func graph(
        _ direction: LineageGraph.Direction, _ store: ContentStore, isOutline: Bool = false
    ) throws -> LineageGraph {
        let detail: LineageGraph.Detail = isOutline ? .outline(focus: image) : .everything
        guard direction == .up, image != nil else {
            return try store.lineage(of: digests, actions: actions, direction, run: run, detail: detail)
        }
        guard let newest = verdicts.first else { return try store.lineage(of: digests, .up, detail: detail) }
        return try store.lineage(actions: [newest.action], .up, run: run, detail: detail)
    }

    /// The description, and for an image its verdicts.
    package func heading(_ direction: LineageGraph.Direction) -> String {
        var lines = [words]
        if let image, let name = verdicts.first?.image, !words.hasSuffix(name) {
            lines.append("image \(name)  \(image)")
        }
        for verdict in verdicts.prefix(Self.shownVerdicts) {
            lines.append(
                "\(verdict.verdict): score \(verdict.score), threshold \(verdict.threshold), by model \(verdict.model.short) "
                    + "(\(verdict.task), run \(verdict.run), \(LineageTree.time(verdict.scoredAt)))")
        }
        if verdicts.count > Self.shownVerdicts {
            lines.append("and \(verdicts.count - Self.shownVerdicts) verdicts before; --json has all")
        }
        if image != nil, verdicts.isEmpty {
            lines.append(
                "no verdict on it is stored: it was trained on, held out, a mask or a texture, or was not scored")
        }
        if image != nil, verdicts.count > 1, direction == .up { lines.append("below: the first of these verdicts") }
        return lines.joined(separator: "\n")
    }

    private static let shownVerdicts = 10
}
