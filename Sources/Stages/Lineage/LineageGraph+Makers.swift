import ContentStore

extension LineageGraph {
    /// The runs elsewhere that made what was imported, each once, in the order of the actions.
    var makers: [Maker] {
        var seen = Set<Maker>()
        return actions.compactMap { $0.imported?.maker }.filter { seen.insert($0).inserted }
    }

    /// Who performed an action: a run of this store, one of another store, or, of an import that does not say it, nobody known.
    enum Performer: Hashable {
        case run(Int64)
        case maker(Maker)
        case unknown
    }

    func performer(of action: Action) -> Performer {
        guard let imported = action.imported else { return .run(action.execution) }
        return imported.maker.map { .maker($0) } ?? .unknown
    }

    /// Actions whose stored results were made by runs that began after the one that is asked about, in words; nil where there are
    /// none.
    public func noteOnLaterAttempts(than run: Int64?) -> String? {
        guard let run else { return nil }
        let later = actions.filter { $0.execution > run }
        guard !later.isEmpty else { return nil }
        let runs = Set(later.map(\.execution)).sorted()
        return
            "of \(later.count) of these tasks, what is stored was made or imported after run \(run) had begun, in run"
            + "\(runs.count == 1 ? "" : "s") \(LineageTree.ranges(runs)); times and versions are of that"
    }
}

extension LineageGraph.Maker {
    /// For identifiers of documents.
    var identifier: String { String(Digest.of(text: "\(run)\n\(versions)\n\(processor)").hex.prefix(16)) }
}

extension LineageGraph.Parameter {
    /// The value without the quotation marks that a text has in `readable`.
    public var text: String {
        guard readable.count >= 2, readable.hasPrefix("\""), readable.hasSuffix("\"") else { return readable }
        return String(readable.dropFirst().dropLast())
    }
}
