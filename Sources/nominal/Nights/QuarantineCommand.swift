import ArgumentParser
import Console
import ContentStore
import Jobs
import ModelRegistry
import Wording

struct QuarantineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "Review new images that look like defects.",
        discussion: """
            A night quarantines new images that the model in production judges anomalous. Of these, the next night \
            trains on accepted images only. A later decision overrides an earlier one, and the history keeps all.

            Examples:
              nominal quarantine list bottle --pictures quarantine
              nominal quarantine accept bottle 12 15 --reason "new supplier, lighter glass"
              nominal quarantine reject bottle --night 2026-11-26
              nominal quarantine label bottle corrected.json
            """,
        subcommands: [ListQuarantineCommand.self, AcceptCommand.self, RejectCommand.self, LabelCommand.self])
}

struct ListQuarantineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List images in quarantine.",
        discussion: """
            Examples:
              nominal quarantine list bottle
              nominal quarantine list bottle --all --json
            """)

    @Argument(help: "The name of the models.", completion: .modelNames)
    var name: String

    @Flag(help: "Include images with a decision.")
    var all = false

    @Flag(help: "Print one JSON object per line.")
    var json = false

    @Option(help: ArgumentHelp("Write overlays of the anomaly maps to this folder.", valueName: "folder"))
    var pictures: String?

    @OptionGroup var storeOptions: StoreOptions

    private struct Line: Encodable {
        var number: Int64
        var night, file, source: String
        var score: Double?
        var isAccepted: Bool?
        var decidedBy, reason: String?
        var decidedAt: String?
    }

    func run() throws {
        let store = try storeOptions.openExisting(.readOnly)
        _ = try store.knownNights(of: name)
        let listed = try store.arrivals(of: name).filter {
            $0.arrival.state == .quarantined && (all || $0.decision == nil)
        }
        for known in listed { try print(json ? line(known).jsonText() : text(known)) }
        if listed.isEmpty, !json {
            print("no image in the quarantine of \(name)\(all ? "" : " waits for a decision")")
        }
        guard let pictures else { return }
        // An export folder is marked, so that its pictures are never taken as new images.
        let folder = try OutputFolder(try ExportFolder(path: pictures).path)
        for known in listed {
            guard let overlay = known.arrival.overlay, try store.contains(overlay) else { continue }
            try folder.write(try store.read(overlay), to: "\(known.number).png", onlyIfChanged: true)
        }
    }

    private func line(_ known: KnownArrival) -> Line {
        Line(
            number: known.number, night: known.night, file: known.arrival.file, source: known.arrival.source.hex,
            score: known.arrival.score, isAccepted: known.decision?.isAccepted, decidedBy: known.decision?.decidedBy,
            reason: known.decision?.reason, decidedAt: known.decision.map { Timestamp.iso8601($0.decidedAt) })
    }

    private func text(_ known: KnownArrival) -> String {
        let score = known.arrival.score.map { "\(($0 * 100).rounded() / 100)" } ?? "-"
        var text = "\(known.number)\t\(known.night)\tscore \(score)\t\(known.arrival.file)"
        if !known.arrival.detail.isEmpty { text += "\tsame picture as the quarantined \(known.arrival.detail)" }
        if let decision = known.decision {
            text +=
                "\t\(decision.isAccepted ? "accepted" : "rejected") by \(decision.decidedBy) "
                + Timestamp.text(decision.decidedAt) + (decision.reason.isEmpty ? "" : ": \(decision.reason)")
        }
        return text
    }
}

/// The arguments of a decision: images, user and reason.
struct QuarantineChoice: ParsableArguments {
    @Argument(help: "The name of the models.", completion: .modelNames)
    var name: String

    @Argument(help: "Numbers as nominal quarantine list prints them.")
    var numbers: [Int64] = []

    @Option(help: "Decide on all undecided images of this night.")
    var night: String?

    @Flag(name: .customLong("all"), help: "Decide on all undecided images.")
    var isAll = false

    @OptionGroup var decision: DecisionOptions
    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        guard [!numbers.isEmpty, night != nil, isAll].count(where: { $0 }) == 1 else {
            throw ValidationError("choose images by exactly one of: their numbers, --night, or --all")
        }
    }

    func decide(isAccepted: Bool) throws {
        let store = try storeOptions.openExisting()
        _ = try store.knownNights(of: name)
        if let night { _ = try store.night(night, of: name) }
        var chosen = Array(Set(numbers))
        if chosen.isEmpty {
            chosen = try store.arrivals(of: name).filter {
                $0.arrival.state == .quarantined && $0.decision == nil && (isAll || $0.night == night)
            }.map(\.number)
        }
        try store.decide(
            chosen, of: name, isAccepted: isAccepted, by: decision.decider, reason: decision.reason)
        let verb = isAccepted ? "accepted, for the next night" : "rejected"
        print("\(counted(chosen.count, "image")) \(verb)")
    }
}

struct AcceptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Accept images in quarantine as normal.",
        discussion: """
            Example:
              nominal quarantine accept bottle 12 15 --reason "new supplier, lighter glass"
            """)

    @OptionGroup var choice: QuarantineChoice

    func run() throws { try choice.decide(isAccepted: true) }
}

struct RejectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Reject images in quarantine as defects.",
        discussion: """
            Example:
              nominal quarantine reject bottle --night 2026-11-26
            """)

    @OptionGroup var choice: QuarantineChoice

    func run() throws { try choice.decide(isAccepted: false) }
}
