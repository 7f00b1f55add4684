import Foundation

/// The system's Python, which some tests ask for a second opinion.
enum Python {
    static let hasPillow = (try? run("import PIL", [])) == 0

    /// Runs a script; its messages go to standard error.
    static func run(_ script: String, _ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script] + arguments
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
