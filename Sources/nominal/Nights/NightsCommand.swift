import ArgumentParser
import Console
import ContentStore
import Retraining

struct NightsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nights",
        abstract: "List the nights of retraining, or show one.",
        discussion: """
            Examples:
              nominal nights bottle
              nominal nights bottle 2026-11-26
              nominal nights bottle 2026-11-26 --page night.html
            """)

    @Argument(help: "The name of the models.", completion: .modelNames)
    var name: String

    @Argument(help: "The night to show, as listed.")
    var night: String?

    @Option(help: ArgumentHelp("Also write the report of the night to this file.", valueName: "file"))
    var page: String?

    @OptionGroup var storeOptions: StoreOptions

    func validate() throws {
        if page != nil, night == nil { throw ValidationError("--page needs a night") }
    }

    func run() throws {
        let store = try storeOptions.openExisting(.readOnly)
        guard let label = night else {
            for night in try store.knownNights(of: name) {
                print("\(night.label)\t\(night.state.rawValue)\t\(NightSummary.outcome(night))")
            }
            return
        }
        let night = try store.night(label, of: name)
        let summary = try NightSummary(night, store)
        if let page { _ = try AtomicFile.write(Array(try summary.page().utf8), to: page, onlyIfChanged: true) }
        print(summary.text(report: page))
    }
}
