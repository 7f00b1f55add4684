import Foundation
import PipelineTestSupport

/// Simulates a failing disk: preloads `Fixtures/file_faults.c`, which wraps functions of the C library.
enum FileFaults {
    enum Kind: String {
        /// The process is killed instead of the call, or after half of it.
        case kill, torn
        /// The disk is full from this call on, or this call fails with an input/output error.
        case full, broken
    }

    /// A system call that changes the store.
    struct Call {
        let number: Int
        let name: String
        /// The path relative to the store.
        let path: String
        /// The bytes written to the write-ahead log, in hexadecimal.
        let bytes: Substring
    }

    private static let folder = Result { try TemporaryFolder() }

    private static let library = Result {
        let source = CommandLineFixture.sources.appending(path: "Fixtures/file_faults.c").path
        let library = try folder.get().path + "/file_faults.so"
        let compiler = Process()
        compiler.executableURL = URL(filePath: "/usr/bin/env")
        compiler.arguments = ["cc", "-shared", "-fPIC", "-O1", "-o", library, source]
        try compiler.run()
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else { throw StageFailure(message: "file_faults.c does not compile") }
        return library
    }

    /// The environment in which call number `at` below `root` fails.
    static func environment(_ kind: Kind, at number: Int, below root: String) throws -> [String: String] {
        [
            "LD_PRELOAD": try library.get(), "FAULTS_ROOT": resolved(root), "FAULTS_KIND": kind.rawValue,
            "FAULTS_AT": "\(number)",
        ]
    }

    /// The environment in which every call below `root` is written to `log`.
    static func environment(log: String, below root: String) throws -> [String: String] {
        ["LD_PRELOAD": try library.get(), "FAULTS_ROOT": resolved(root), "FAULTS_LOG": log]
    }

    /// The environment with the wall clock set back.
    static func clockEnvironment(secondsBack: Int) throws -> [String: String] {
        ["LD_PRELOAD": try library.get(), "FAULTS_CLOCK": "\(secondsBack)"]
    }

    /// The environment in which folders with this path suffix cannot be listed.
    static func environment(unlisted folder: String) throws -> [String: String] {
        ["LD_PRELOAD": try library.get(), "FAULTS_LISTING": folder]
    }

    static func calls(log: String) throws -> [Call] {
        try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map { line in
            let fields = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
            let isJournal = fields[1] == "write" && fields[2].contains("-wal ")
            let rest = isJournal ? fields[2].split(separator: " ", maxSplits: 1) : [fields[2]]
            return Call(
                number: Int(fields[0]) ?? 0, name: String(fields[1]), path: String(rest[0]),
                bytes: rest.count > 1 ? rest[1] : "")
        }
    }

    private static func resolved(_ path: String) -> String {
        URL(filePath: path).resolvingSymlinksInPath().path
    }
}
