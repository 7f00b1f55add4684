import ArgumentParser
import ContentStore
import Foundation
import Glibc

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows the runs that are under way on a store: tasks, rate, time left, what waits for what.",
        discussion: """
            It only reads, and may be started and stopped at any time without a run noticing.
            With --follow it goes on until no run is under way, and ends with 1 if one of
            those that it has seen did not succeed.

            Examples:
              nominal status
              nominal status --follow
            """)

    @OptionGroup var storeOptions: StoreOptions

    @Flag(name: .shortAndLong, help: "Go on until no run is under way.")
    var follow = false

    @Option(help: ArgumentHelp("Seconds between two looks, with --follow.", valueName: "seconds"))
    var interval = 1.0

    func validate() throws {
        guard interval >= 0.1, interval <= 3600 else {
            throw ValidationError("--interval is \(interval); expected 0.1 to 3600 seconds")
        }
    }

    func run() throws {
        try failing {
            let store = try storeOptions.open(.readOnly)
            let view = StatusView(store)
            let isTerminal = isatty(1) == 1
            var followed: Set<Int64> = []
            var last = ""
            while true {
                let records = try store.executionsUnderWay()
                followed.formUnion(records.map(\.number))
                if records.isEmpty { break }
                let text = try records.map(view.text).joined(separator: "\n")
                // A terminal shows the present; a file gets what has changed.
                if isTerminal && follow { Swift.print("\u{1B}[H\u{1B}[2J", terminator: "") }
                if isTerminal || text != last { print(text) }
                last = text
                guard follow, !StandardOutput.hasFailed else { return }
                usleep(UInt32(interval * 1e6))
            }
            guard follow, !followed.isEmpty else { return print(try view.idle(storeOptions.path)) }
            let ended = try followed.sorted().compactMap { try store.execution($0) }
            for record in ended { print(view.ending(record)) }
            if ended.contains(where: { $0.outcome != "succeeded" }) {
                throw ExitCode(ExitStatus.taskFailed.rawValue)
            }
        }
    }
}
