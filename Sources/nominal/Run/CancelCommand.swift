import ArgumentParser
import Console
import ContentStore
import Glibc
import Host

struct CancelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Stop a run and keep its finished tasks.",
        discussion: """
            Sends SIGTERM to the process of the run, which exits with 143. A later process that reuses its ID gets no \
            signal. RUN may be omitted if only one run is active.

            Exit codes: 0 the run has ended, or was signalled with --no-wait; 65 the run is not active, or several \
            are; 66 there is no such run; 74 the run belongs to another user or machine.

            Examples:
              nominal cancel
              nominal cancel 12
            """)

    @Argument(help: "The number of the run; nominal status shows it.", completion: .runs)
    var number: Int64?

    @OptionGroup var storeOptions: StoreOptions

    @Flag(help: "Return without waiting for the run to end.")
    var noWait = false

    func run() throws {
        let store = try storeOptions.openExisting(.readOnly)
        let record = try choice(store)
        guard record.host == HostDescription.current.name else { throw CancelError.elsewhere(record) }
        guard record.process.isRunning else { throw CancelError.notActive(record.number, "interrupted") }
        guard kill(record.process.number, SIGTERM) == 0 else {
            throw CancelError.refused(record, unsafe String(cString: strerror(errno)))
        }
        StandardError.write("sent SIGTERM to \(RunText.owner(record))")
        if noWait { return }
        while try store.execution(record.number)?.isRunning == true { usleep(100_000) }
        if let ended = try store.execution(record.number) {
            print("run \(ended.number) \(RunText.outcome(ended))")
        }
    }

    private func choice(_ store: ContentStore) throws -> ExecutionRecord {
        let active = try store.executionsUnderWay()
        guard let number else {
            guard let only = active.first else { throw CancelError.none }
            guard active.count == 1 else { throw CancelError.several(active.map(\.number)) }
            return only
        }
        if let record = active.first(where: { $0.number == number }) { return record }
        guard let record = try store.execution(number) else { throw UnknownRun(number: number) }
        throw CancelError.notActive(number, record.outcome)
    }
}

/// An error in choosing or stopping a run.
enum CancelError: ErrorWithExitStatus, CustomStringConvertible {
    case none
    case several([Int64])
    case notActive(Int64, String)
    case elsewhere(ExecutionRecord)
    case refused(ExecutionRecord, String)

    var exitStatus: ExitStatus {
        switch self {
        case .elsewhere, .refused: .inputOutput
        default: .invalidData
        }
    }

    var description: String {
        switch self {
        case .none: "no run is active; nominal runs lists earlier runs"
        case .several(let numbers):
            "\(numbers.count) runs are active: \(numbers.map(String.init).joined(separator: ", ")); choose one"
        case .notActive(let number, let outcome):
            "run \(number) is not active; its outcome is \(outcome); choose an active run (nominal runs)"
        case .elsewhere(let record):
            "\(RunText.owner(record)) is on another machine; run nominal cancel \(record.number) there"
        case .refused(let record, let reason):
            "\(RunText.owner(record)) cannot be stopped: \(reason); ask the user who started it"
        }
    }
}
