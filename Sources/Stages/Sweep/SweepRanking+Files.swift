import ContentStore
import Folders
import Manifests

extension SweepRanking {
    /// Writes `sweep.json`, `sweep.csv` and `sweep.html`, and `best.json` where there is a best trial.
    ///
    /// - Parameter folder: exists, and may hold other files, which are left alone.
    /// - Returns: how many of them differed from what was there.
    /// - Throws: `StoreError`.
    public func write(to folder: String) throws -> Int {
        let kept = try kept()
        var files = [
            ("sweep.json", JSONSerializer.pretty(kept.json)), ("sweep.csv", kept.table),
            ("sweep.html", kept.page(keptManifest)),
        ]
        if let best {
            let place = ManifestPath(folder, relativeTo: ".").absolute
            files.append(("best.json", try manifest.winner(best.trial, of: trials.count, in: place)))
        }
        var written = 0
        for (name, text) in files
        where try AtomicFile.write(Array(text.utf8), to: folder + "/" + name, onlyIfChanged: true) {
            written += 1
        }
        return written
    }

    /// `sweep.csv`: a line for each trial, quoted by RFC 4180.
    var table: String {
        let header =
            ["rank", "trial", "criterion", "seedSpread", "categorySpread"]
            + manifest.parameters.map(\.pointer.description)
            + ["failure", "forTheRecord.imageAUROC", "forTheRecord.pixelAUROC"]
        let lines = trials.map { trial in
            [trial.rank.map(String.init) ?? "", PathText.guarded(trial.trial.name)]
                + [trial.criterion, trial.seedSpread, trial.categorySpread].map(SweepRanking.field)
                + trial.trial.values.map { $0.string.map(PathText.guarded) ?? $0.readable }
                + [PathText.guarded(trial.failure ?? "")]
                + [trial.record.imageAUROC, trial.record.pixelAUROC].map(SweepRanking.field)
        }
        return ([header] + lines).map { $0.map(ScoreRow.quoted).joined(separator: ",") + "\n" }.joined()
    }

    private static func field(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
}

extension JSONValue {
    /// The value of a parameter in a table: text without quotes, everything else as JSON.
    public var readable: String { string ?? JSONSerializer.canonical(self) }
}
