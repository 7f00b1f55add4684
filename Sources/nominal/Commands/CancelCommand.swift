import ArgumentParser
import ContentStore
import Glibc
import Host

struct CancelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Asks a run that is under way to stop; what it has done is kept.",
        discussion: """
            The run gets the signal SIGTERM, as if by kill, and ends with 143. That it is the
            very process which started the run, and not another one that has got its number
            since, is checked before. RUN may be left out where only one is under way.

            Exit codes: 0 it has ended, or was asked to with --no-wait; 65 no such run is
            under way, or several are; 74 it may not be stopped by this user, or runs on
            another machine.

            Examples:
              nominal cancel
              nominal cancel 12
            """)

    @Argument(help: "The number of the run, as in nominal status.")
    var number: Int64?

    @OptionGroup var storeOptions: StoreOptions

    @Flag(help: "Do not wait until it has ended.")
    var noWait = false

    func run() throws {
        try failing {
            let store = try storeOptions.open(.readOnly)
            let record = try choice(store)
            guard record.host == HostDescription.current.name else { throw CancelFault.elsewhere(record) }
            guard record.process.isRunning else { throw CancelFault.notUnderWay(record.number, "interrupted") }
            guard kill(record.process.number, SIGTERM) == 0 else {
                throw CancelFault.refused(record, unsafe String(cString: strerror(errno)))
            }
            StandardError.write("asked \(RunWords.owner(record)) to stop")
            if noWait { return }
            while try store.execution(record.number)?.isRunning == true { usleep(100_000) }
            if let ended = try store.execution(record.number) {
                print("run \(ended.number) \(RunWords.outcome(ended))")
            }
        }
    }

    private func choice(_ store: ContentStore) throws -> ExecutionRecord {
        let underWay = try store.executionsUnderWay()
        guard let number else {
            guard let only = underWay.first else { throw CancelFault.none }
            guard underWay.count == 1 else { throw CancelFault.several(underWay.map(\.number)) }
            return only
        }
        if let record = underWay.first(where: { $0.number == number }) { return record }
        guard let record = try store.execution(number) else { throw CancelFault.unknown(number) }
        throw CancelFault.notUnderWay(number, record.outcome)
    }
}

/// Why a run cannot be stopped.
enum CancelFault: Error, CustomStringConvertible {
    case none
    case several([Int64])
    case unknown(Int64)
    case notUnderWay(Int64, String)
    case elsewhere(ExecutionRecord)
    case refused(ExecutionRecord, String)

    var isAboutAccess: Bool {
        switch self {
        case .elsewhere, .refused: true
        default: false
        }
    }

    var description: String {
        switch self {
        case .none: "no run is under way; nominal runs lists those that were"
        case .several(let numbers):
            "\(numbers.count) runs are under way: \(numbers.map(String.init).joined(separator: ", ")); say which"
        case .unknown(let number): "there was no run \(number); nominal runs lists those that were"
        case .notUnderWay(let number, let outcome): "run \(number) is not under way: it was \(outcome)"
        case .elsewhere(let record):
            "\(RunWords.owner(record)) is on another machine; run nominal cancel \(record.number) there"
        case .refused(let record, let reason):
            "\(RunWords.owner(record)) cannot be stopped: \(reason); ask the user who started it"
        }
    }
}
