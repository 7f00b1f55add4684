public import Foundation

/// The project's own Python environment, which `make setup` creates in `.build-python` from `Tests/requirements.txt`.
///
/// Tests never use the `python3` that comes first on `PATH`: it is often pyenv's or conda's, without the packages that
/// a comparison needs.
public enum ProjectPython {
    /// True if the environment is there. A package that `Tests/requirements.txt` lists needs no check of its own.
    public static let isInstalled = FileManager.default.isExecutableFile(atPath: executable)

    /// The reason for skipping a test where `isInstalled` is false.
    public static let remedy = "the project's Python environment is not installed; run `make setup`"

    /// The path of the interpreter: `NOMINAL_PYTHON`, or the one in `.build-python` at the root of the package.
    public static let executable =
        ProcessInfo.processInfo.environment["NOMINAL_PYTHON"]
        ?? root.appending(path: ".build-python/bin/python").path

    /// The root folder of the package.
    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL

    /// The end of a Python process.
    public struct Outcome: Sendable {
        public var status: Int32
        public var output: Data
        public var errors: String

        /// Standard output as text.
        public var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// Thrown by `output(of:input:)` if the process ends with another status than 0.
    public struct Failure: Error, CustomStringConvertible {
        public var outcome: Outcome

        public var description: String { "Python ended with status \(outcome.status): \(outcome.errors)" }
    }

    /// True if Python can import a module that is not among the requirements, such as `torch`.
    public static func has(_ module: String) -> Bool {
        isInstalled && (try? run(["-c", "import \(module)"]).status) == 0
    }

    /// Runs the interpreter to its end.
    /// - Parameters:
    ///   - arguments: A file, or `-c` and a script, and what follows it.
    ///   - input: Standard input, empty by default.
    /// - Throws: If the process cannot be started.
    public static func run(_ arguments: [String], input: Data = Data()) throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appending(path: "python-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Files instead of pipes: neither side waits for the other to read.
        let (inputFile, outputFile, errorFile) = (
            folder.appending(path: "in"), folder.appending(path: "out"), folder.appending(path: "err")
        )
        try input.write(to: inputFile)
        try Data().write(to: outputFile)
        try Data().write(to: errorFile)
        let process = Process()
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: inputFile)
        process.standardOutput = try FileHandle(forWritingTo: outputFile)
        process.standardError = try FileHandle(forWritingTo: errorFile)
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: try Data(contentsOf: outputFile),
            errors: String(decoding: try Data(contentsOf: errorFile), as: UTF8.self))
    }

    /// Returns standard output.
    /// - Throws: `Failure` if the process ends with another status than 0.
    public static func output(of arguments: [String], input: Data = Data()) throws -> Data {
        let outcome = try run(arguments, input: input)
        guard outcome.status == 0 else { throw Failure(outcome: outcome) }
        return outcome.output
    }
}
