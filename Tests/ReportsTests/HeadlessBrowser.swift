import Foundation

/// Headless Chromium, which runs the scripts of a page.
struct HeadlessBrowser {
    struct Visit {
        /// The markup of the document after all scripts ran.
        let document: String
        /// The console output of the pages, including errors.
        let console: [String]
    }

    struct Failure: Error, CustomStringConvertible {
        let status: Int32
        var description: String { "Chromium exited with status \(status) (124: timed out after 60 s)." }
    }

    let executable: URL

    /// The first Chromium on the search path.
    static let installed: HeadlessBrowser? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let candidates = folders.flatMap { folder in
            ["chromium", "chromium-browser", "google-chrome"].map { URL(filePath: "\(folder)/\($0)") }
        }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) }.map(HeadlessBrowser.init)
    }()

    /// Writes `files` to a temporary folder and opens the file `name`. Pages can access each other's frames.
    func visit(_ name: String, files: [String: String]) throws -> Visit {
        let folder = FileManager.default.temporaryDirectory.appending(path: "reports-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }

        let outputs = ["document", "log"].map { folder.appending(path: $0) }
        for output in outputs { try Data().write(to: output) }
        let handles = try outputs.map { try FileHandle(forWritingTo: $0) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/timeout")
        process.arguments = [
            "60", executable.path, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--allow-file-access-from-files",
            "--enable-logging=stderr", "--user-data-dir=\(folder.appending(path: "profile").path)",
            "--virtual-time-budget=20000", "--dump-dom", folder.appending(path: name).absoluteString,
        ]
        process.standardOutput = handles[0]
        process.standardError = handles[1]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
        let texts = try outputs.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
        return Visit(
            document: texts[0],
            console: texts[1].split(separator: "\n").filter { $0.contains(":CONSOLE") }.map(String.init))
    }
}
