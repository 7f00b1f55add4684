import ArgumentParser
import Foundation
import Glibc

/// Reads inputs one after the other until it is done or an input ends it. Started by `fuzz run`.
struct ChildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "child", shouldDisplay: false)

    /// How this process ends when an input took more memory than allowed.
    static let memoryStatus: Int32 = 77

    @Argument var parser: String
    @Option var from: Int
    @Option var runs: Int
    @Option var seed: UInt64
    @Option var page: String
    @Option var folder: String
    @Option var memoryMiB: Int

    func run() throws {
        let parser = try FuzzedParser.named(parser)
        let page = try ProgressPage(page)
        let mutator = try InputMutator(parser, seed: seed)
        let read = try parser.reader(folder)
        let limit = Self.peakKiB + memoryMiB << 10
        for number in from..<from + runs {
            page.number = number
            do {
                try read(mutator.input(number))
                page.accepted += 1
            } catch {
                // Its words are what people see, so they have to come about too.
                guard !"\(error)".isEmpty else { fatalError("an error without words: \(type(of: error))") }
            }
            page.executions += 1
            if Self.peakKiB > limit { Glibc.exit(Self.memoryStatus) }
        }
    }

    private static var peakKiB: Int {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss
    }
}
