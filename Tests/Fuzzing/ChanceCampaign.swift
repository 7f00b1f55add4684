import Foundation
import Glibc

/// Inputs by chance, in a process of its own which is started again behind an input that ends it.
struct ChanceCampaign {
    /// Stop after so many: one fault is met again and again.
    private static let findingLimit = 5
    /// What the number of an input is followed by when the process has yet to make its reader.
    private static let pollMicroseconds: UInt32 = 10_000

    let runs: Int
    /// At most, for all inputs together; nil for no limit.
    let seconds: Double?
    let secondsPerInput: Double
    let memoryMiB: Int
    let seed: UInt64
    /// Where findings are kept.
    let findings: String

    func run(_ parser: FuzzedParser) throws -> Tally {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let pagePath = folder.path + "/page"
        let page = try ProgressPage(pagePath)
        var tally = Tally(parser: parser.name)
        let start = HostTime.seconds
        var next = 0
        while next < runs, tally.findings.count < Self.findingLimit, !isOver(since: start) {
            let work = folder.path + "/\(next)"
            try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
            page.number = next - 1
            let child = Process()
            child.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            child.arguments = [
                "child", parser.name, "--from", "\(next)", "--runs", "\(runs - next)", "--seed", "\(seed)", "--page",
                pagePath, "--folder", work, "--memory-mi-b", "\(memoryMiB)",
            ]
            child.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
            child.standardError = FileHandle(forWritingAtPath: "/dev/null")
            try child.run()
            let fault = watch(child, page, since: start)
            try? FileManager.default.removeItem(atPath: work)
            guard let fault else { break }
            guard page.number >= next else {
                throw FuzzError.failedToPrepare(parser: parser.name, reason: "the process \(fault)")
            }
            tally.findings.append(try keep(page.number, fault, parser))
            next = page.number + 1
        }
        (tally.executions, tally.accepted) = (page.executions, page.accepted)
        tally.seconds = HostTime.seconds - start
        return tally
    }

    private func isOver(since start: Double) -> Bool { seconds.map { HostTime.seconds - start > $0 } ?? false }

    /// Waits for the end of a process; nil for one that ended well, or whose time was up.
    private func watch(_ child: Process, _ page: ProgressPage, since start: Double) -> Finding.Fault? {
        var last = (number: page.number, at: HostTime.seconds)
        while child.isRunning {
            usleep(Self.pollMicroseconds)
            if page.number != last.number { last = (page.number, HostTime.seconds) }
            let isBusy = HostTime.seconds - last.at > secondsPerInput
            if isBusy || isOver(since: start) {
                kill(child.processIdentifier, SIGKILL)
                child.waitUntilExit()
                return isBusy ? .busy(seconds: secondsPerInput) : nil
            }
        }
        switch (child.terminationReason, child.terminationStatus) {
        case (.uncaughtSignal, let signal): return .ended(signal: signal)
        case (_, 0): return nil
        case (_, ChildCommand.memoryStatus): return .memory(mebibytes: memoryMiB)
        case (_, let status): return .exited(status: status)
        }
    }

    private func keep(_ number: Int, _ fault: Finding.Fault, _ parser: FuzzedParser) throws -> Finding {
        try FileManager.default.createDirectory(atPath: findings, withIntermediateDirectories: true)
        let file = "\(findings)/\(parser.name)-seed\(seed)-\(number)"
        try Data(try InputMutator(parser, seed: seed).input(number)).write(to: URL(filePath: file))
        return Finding(parser: parser.name, fault: fault, file: file)
    }
}

/// Seconds of a clock that nobody sets.
enum HostTime {
    static var seconds: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
}
