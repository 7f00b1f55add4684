import AnomalyDetection
import ContentStore
import Foundation
import Imaging
import Jobs
import ModelRegistry
import Reports
import Stages
import Wording

/// The summary of a night from the store: text for an email, and a page with pictures.
package struct NightSummary: Sendable {
    private let night: Night
    /// The images that arrived on this night.
    private let arrivals: [KnownArrival]
    private let roll: Roll
    private let verdict: Verdict?
    private let drift: [DriftMeasure]
    /// The number of images from all nights that await a decision.
    private let waiting: Int
    /// A sentence about how the memory was filled or extended; nil for other detectors.
    private let memory: String?
    private let store: ContentStore

    package init(_ night: Night, _ store: ContentStore) throws {
        self.night = night
        self.store = store
        arrivals = try store.arrivals(with: night)
        waiting = try store.waitingCount(of: night.model)
        roll = try Roll(bytes: try store.read(night.roll))
        verdict = try night.verdict.map { try Verdict(bytes: try store.read($0)) }
        memory = NightSummary.memory(night, roll, store)
        drift =
            try night.drift.map {
                DriftTest.measures([DriftTest(try StageJSON.decode(DriftRecord.self, try store.read($0)))])[0]
            } ?? []
    }

    private static func memory(_ night: Night, _ roll: Roll, _ store: ContentStore) -> String? {
        // Its file may have been collected, or have another version.
        guard let version = night.challenger,
            let digest = try? store.model(ModelReference(name: night.model, .version(version))).digest,
            let bytes = try? store.read(digest), let model = try? Model(bytes: bytes, name: ""),
            model.kind == MemoryKind.name, let memory = try? MemoryPayload(bytes: model.payload, name: "")
        else { return nil }
        if let extended = memory.extended { return extended.words }
        let missing = roll.missing ?? 0
        return "filled from " + counted(memory.images.count, "image")
            + (missing > 0 ? ", without \(missing) that the model in production holds parts of" : "")
    }

    /// The outcome of a night, in a sentence.
    package static func outcome(_ night: Night) -> String {
        let champion = night.champion.map { "version \($0)" }
        switch night.state {
        case .open: return "not finished"
        case .promoted:
            return "promoted version \(night.challenger ?? 0)"
                + (champion.map { ", in place of \($0)" } ?? ", the first")
        case .kept:
            guard let challenger = night.challenger else { return "no new model: \(night.reason)" }
            return "kept \(champion ?? "no model"); version \(challenger) is \(night.reason)"
        case .failed:
            return "failed: \(night.reason)" + (champion.map { "; \($0) stays in production" } ?? "")
        }
    }

    private func count(_ state: Arrival.State) -> Int { arrivals.count { $0.arrival.state == state } }

    /// Facts about the night's images.
    private var facts: [Fact] {
        let counts: [(Arrival.State, String)] = [
            (.base, "of the base set"), (.admitted, "admitted"), (.quarantined, "quarantined"),
            (.nearDuplicate, "near-duplicates"), (.unusable, "unusable"),
        ]
        let words = counts.compactMap { state, word in count(state) > 0 ? "\(count(state)) \(word)" : nil }
        let changed = drift.filter(\.isChange).map { $0.name.lowercased() }
        var facts = [
            Fact(
                label: "new images",
                value: words.isEmpty ? "none" : "\(arrivals.count): " + words.joined(separator: ", ")),
            Fact(
                label: "training set",
                value: "\(counted(roll.members.count, "image")), \(roll.newCount) new to the model, "
                    + "\(roll.members.count { $0.isHeldOut }) held out (\(roll.newCount - roll.newForTraining.count) new)"
            ),
        ]
        if let memory { facts.append(Fact(label: "memory", value: memory)) }
        if let anchor = night.anchor, verdict != nil {
            facts.append(
                Fact(
                    label: "anchor",
                    value: "version \(anchor)" + (anchor == night.champion ? ", which is in production too" : "")))
        }
        if roll.copies > 0 {
            facts.append(
                Fact(
                    label: "exact copies",
                    value: counted(roll.copies, "file, which counts once", "files, which count once")))
        }
        if !drift.isEmpty {
            facts.append(
                Fact(label: "drift", value: changed.isEmpty ? "no sign of a change" : changed.joined(separator: ", ")))
        }
        return facts
    }

    /// The maximum numbers of listed images on the page, and of unusable ones in the email.
    private static let pageLimit = 200, mailLimit = 10

    /// Plain text for an email.
    package func text(report: String?) -> String {
        var lines = ["\(night.model), night of \(night.label): \(Self.outcome(night))"]
        func add(_ label: String, _ value: String) {
            lines.append("  " + label.padded(to: 14) + value)
        }
        for fact in facts { add(fact.label, fact.value) }
        if let verdict {
            add("gate", verdict.reason)
            for criterion in verdict.criteria {
                add(
                    "",
                    criterion.title.padded(to: 48)
                        + "\(number(criterion.anchor ?? criterion.champion)) -> \(number(criterion.challenger))")
            }
        }
        if waiting > 0 {
            add("quarantine", "\(waiting) waiting for a decision: nominal quarantine list \(night.model)")
        }
        let unusable = arrivals.map(\.arrival).filter { $0.state == .unusable }
        for arrival in unusable.prefix(Self.mailLimit) { add("unusable", arrival.detail) }
        if unusable.count > Self.mailLimit { add("unusable", "and \(unusable.count - Self.mailLimit) more") }
        if let report { add("report", report) }
        return lines.joined(separator: "\n")
    }

    private func number(_ value: Double?) -> String {
        guard let value else { return "-" }
        // Scores explode if held-out images hardly differ.
        guard abs(value) < 1e9 else { return "\(value)" }
        // The sum turns -0 into 0.
        return String(format: "%.3f", (value * 1000).rounded() / 1000 + 0)
    }

    /// The page, as HTML.
    package func page() throws -> String {
        let suspects = arrivals.filter { $0.arrival.state == .quarantined }
            .sorted { ($0.arrival.score ?? 0, $1.number) > ($1.arrival.score ?? 0, $0.number) }
        return NightPage.render(
            NightReport(
                title: "\(night.model), night of \(night.label)", outcome: Self.outcome(night),
                facts: facts.map {
                    Fact(label: $0.label.prefix(1).uppercased() + $0.label.dropFirst(), value: $0.value)
                },
                criteria: verdict.map(\.criteria).map { criteria in
                    criteria.map {
                        NightReport.Criterion(
                            name: $0.title, former: $0.anchor ?? $0.champion, challenger: $0.challenger, rule: $0.rule,
                            probability: $0.probability, isWorse: $0.isWorse)
                    }
                } ?? [],
                suspectCount: suspects.count,
                suspects: try suspects.prefix(Self.pageLimit).map { known in
                    NightReport.Suspect(
                        number: known.number, file: known.arrival.file, score: known.arrival.score,
                        picture: try picture(known.arrival.overlay),
                        decision: known.decision.map { $0.isAccepted ? "accepted" : "rejected" })
                },
                leftOut: arrivals.compactMap { known in
                    switch known.arrival.state {
                    case .nearDuplicate: [known.arrival.file, "the same picture as \(known.arrival.detail)"]
                    case .unusable:
                        [known.arrival.file, known.arrival.detail.replacing("\(known.arrival.file): ", with: "")]
                    default: nil
                    }
                }, drift: drift))
    }

    private static let pictureSide = 320

    /// A thumbnail of an overlay; nil if it was garbage-collected.
    private func picture(_ overlay: Digest?) throws -> Picture? {
        guard let overlay, let bytes = try? store.read(overlay) else { return nil }
        let image = try ImageDecoder.decode(bytes: bytes, name: "overlay").image
        let scale = min(1, Float(Self.pictureSide) / Float(max(image.width, image.height)))
        let small = image.resized(
            width: max(1, Int((Float(image.width) * scale).rounded())),
            height: max(1, Int((Float(image.height) * scale).rounded())))
        return Picture(
            mimeType: .jpeg, bytes: try JPEGEncoder.encode(small, quality: 80), width: small.width, height: small.height
        )
    }

    /// The exported files: the page, the verdict, the new model's card, and the overlays and maps of quarantined
    /// images.
    package func exports() throws -> ExportPlan {
        var files = [
            ExportPlan.File(path: "report.html", digest: try store.put(bytes: Array(try page().utf8)))
        ]
        if let verdict = night.verdict { files.append(ExportPlan.File(path: "verdict.json", digest: verdict)) }
        if let version = night.challenger {
            let model = try store.model(ModelReference(name: night.model, .version(version)))
            for (name, digest) in try store.cards(of: model.digest).first ?? [:] where try store.contains(digest) {
                files.append(ExportPlan.File(path: name, digest: digest))
            }
        }
        for known in arrivals where known.arrival.state == .quarantined {
            if let overlay = known.arrival.overlay, (try? store.verifiedPath(overlay)) != nil {
                files.append(ExportPlan.File(path: "quarantine/\(known.number).png", digest: overlay))
            }
            if let map = known.arrival.map, (try? store.verifiedPath(map)) != nil {
                files.append(ExportPlan.File(path: "quarantine/\(known.number).tiff", digest: map))
            }
        }
        return ExportPlan(files: files)
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}
