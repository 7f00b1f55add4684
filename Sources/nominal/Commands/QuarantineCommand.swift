import ArgumentParser
import ContentStore
import Foundation
import ModelRegistry
import Stages

struct QuarantineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "New images that look like defects: lists them, and takes decisions about them.",
        discussion: """
            A night holds back what the model in production takes for a defect. An
            image that is accepted is normal after all, and the next night takes it
            in; one that is rejected is not, and neither is one that nobody decides
            about. A decision can be changed by another one; all are kept, with who
            took them and when.

            Examples:
              nominal quarantine list bottle --pictures quarantine
              nominal quarantine accept bottle 12 15 --reason "new supplier, lighter glass"
              nominal quarantine reject bottle --night 2026-11-26
            """,
        subcommands: [ListQuarantineCommand.self, AcceptCommand.self, RejectCommand.self])
}

struct ListQuarantineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists images in quarantine: number, night, score, file.",
        discussion: """
            Examples:
              nominal quarantine list bottle
              nominal quarantine list bottle --all --json
            """)

    @Argument(help: "The name of the models.")
    var name: String

    @Flag(help: "Also those that were decided about.")
    var all = false

    @Flag(help: "A line of JSON for each.")
    var json = false

    @Option(help: ArgumentHelp("Write the maps over the images to this folder.", valueName: "folder"))
    var pictures: String?

    @OptionGroup var storeOptions: StoreOptions

    private struct Line: JSONLine {
        var number: Int64
        var night, file, source: String
        var score: Double?
        var isAccepted: Bool?
        var decidedBy, reason: String?
        var decidedAt: String?
    }

    func run() throws {
        try failing {
            try storeOptions.requireStore()
            let store = try storeOptions.open(.readOnly)
            _ = try store.knownNights(of: name)
            let listed = try store.arrivals(of: name).filter {
                $0.arrival.state == .quarantined && (all || $0.decision == nil)
            }
            for known in listed { try print(json ? line(known).json : text(known)) }
            if listed.isEmpty, !json {
                print("nothing in the quarantine of \(name)\(all ? "" : " waits for a decision")")
            }
            guard let pictures else { return }
            // Marked, so that no picture of a map comes in as an image.
            let folder = try OutputFolder(try ExportFolder(path: pictures).path)
            for known in listed {
                guard let overlay = known.arrival.overlay, try store.contains(overlay) else { continue }
                try folder.write(try store.read(overlay), to: "\(known.number).png", onlyIfChanged: true)
            }
        }
    }

    private func line(_ known: KnownArrival) -> Line {
        Line(
            number: known.number, night: known.night, file: known.arrival.file, source: known.arrival.source.hex,
            score: known.arrival.score, isAccepted: known.decision?.isAccepted, decidedBy: known.decision?.decidedBy,
            reason: known.decision?.reason, decidedAt: known.decision.map { Moment.iso8601($0.decidedAt) })
    }

    private func text(_ known: KnownArrival) -> String {
        let score = known.arrival.score.map { "\(($0 * 100).rounded() / 100)" } ?? "-"
        var text = "\(known.number)\t\(known.night)\tscore \(score)\t\(known.arrival.file)"
        if !known.arrival.detail.isEmpty { text += "\tthe same picture as \(known.arrival.detail), which is held back" }
        if let decision = known.decision {
            text +=
                "\t\(decision.isAccepted ? "accepted" : "rejected") by \(decision.decidedBy) "
                + Moment.text(decision.decidedAt) + (decision.reason.isEmpty ? "" : ": \(decision.reason)")
        }
        return text
    }
}

/// Which images are decided about.
struct QuarantineChoice: ParsableArguments {
    @Argument(help: "The name of the models.")
    var name: String

    @Argument(help: "Numbers as nominal quarantine list prints them.")
    var numbers: [Int64] = []

    @Option(help: "All of this night that wait for a decision.")
    var night: String?

    @Flag(name: .customLong("all"), help: "All that wait for a decision.")
    var isAll = false

    @OptionGroup var decision: DecisionOptions
    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        guard [!numbers.isEmpty, night != nil, isAll].count(where: { $0 }) == 1 else {
            throw ValidationError("Say which images by one of these: their numbers, --night, or --all")
        }
    }

    func decide(isAccepted: Bool) throws {
        try failing {
            try storeOptions.requireStore()
            let store = try storeOptions.open()
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
            print("\(chosen.count) \(chosen.count == 1 ? "image" : "images") \(verb)")
        }
    }
}

struct AcceptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Images in quarantine are normal: the next night takes them in.",
        discussion: """
            Example:
              nominal quarantine accept bottle 12 15 --reason "new supplier, lighter glass"
            """)

    @OptionGroup var choice: QuarantineChoice

    func run() throws { try choice.decide(isAccepted: true) }
}

struct RejectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Images in quarantine are defects: they are never trained on.",
        discussion: """
            Example:
              nominal quarantine reject bottle --night 2026-11-26
            """)

    @OptionGroup var choice: QuarantineChoice

    func run() throws { try choice.decide(isAccepted: false) }
}
