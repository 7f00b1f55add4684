import Foundation

/// Inputs that libFuzzer makes. It stops at the first one that ends the program.
struct GuidedCampaign {
    let runs: Int
    /// At most, for all inputs together; nil for no limit.
    let seconds: Double?
    let secondsPerInput: Double
    let memoryMiB: Int
    let seed: UInt64
    /// Where inputs that reach something new are kept, and the logs.
    let folder: String
    /// Where findings are kept.
    let findings: String

    func run(_ parser: FuzzedParser) throws -> Tally {
        let scratch = try ScratchFolder()
        defer { scratch.remove() }
        let corpus = "\(folder)/\(parser.name)", log = corpus + ".log", words = corpus + ".dict"
        for path in [corpus, findings] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        for (number, seed) in try parser.seeds().enumerated() {
            try Data(seed).write(to: URL(filePath: "\(corpus)/seed-\(number)"))
        }
        try Data(parser.words.map { "\"\(Self.escaped($0))\"\n" }.joined().utf8).write(to: URL(filePath: words))
        guard FileManager.default.createFile(atPath: log, contents: nil) else {
            throw FuzzError.failedToPrepare(parser: parser.name, reason: "\(log) cannot be written")
        }
        let prefix = "\(findings)/\(parser.name)-"
        let earlier = Self.files(prefix, in: findings)
        let child = Process()
        child.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        child.arguments =
            [
                "guide", parser.name, scratch.path, "-runs=\(runs)", "-seed=\(seed)",
                "-timeout=\(Int(secondsPerInput))", "-rss_limit_mb=\(memoryMiB)", "-malloc_limit_mb=\(memoryMiB)",
                "-max_len=\(parser.maximumBytes)", "-artifact_prefix=\(prefix)",
                "-print_final_stats=1", "-reload=0",
            ] + (seconds.map { ["-max_total_time=\(Int($0))"] } ?? [])
            // A dictionary without words is an error to libFuzzer.
            + (parser.words.isEmpty ? [] : ["-dict=\(words)"]) + [corpus]
        child.environment = ProcessInfo.processInfo.environment.merging([
            "SWIFT_BACKTRACE": "enable=no", "ASAN_OPTIONS": "detect_leaks=\(parser.checksLeaks ? 1 : 0)",
        ]) { $1 }
        child.standardError = FileHandle(forWritingAtPath: log)
        let start = HostTime.seconds
        try child.run()
        child.waitUntilExit()
        var tally = Tally(parser: parser.name, seconds: HostTime.seconds - start)
        let text = String(decoding: (try? Data(contentsOf: URL(filePath: log))) ?? Data(), as: UTF8.self)
        tally.executions = Self.number("stat::number_of_executed_units:", in: text)
        guard child.terminationStatus != 0 || child.terminationReason == .uncaughtSignal else { return tally }
        let new = Self.files(prefix, in: findings).subtracting(earlier).sorted()
        guard !new.isEmpty else {
            throw FuzzError.failedToPrepare(
                parser: parser.name, reason: "libFuzzer ended with \(child.terminationStatus); see \(log)")
        }
        tally.findings = new.map {
            Finding(parser: parser.name, fault: .exited(status: child.terminationStatus), file: $0)
        }
        return tally
    }

    private static func files(_ prefix: String, in folder: String) -> Set<String> {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return Set(names.map { folder + "/" + $0 }.filter { $0.hasPrefix(prefix) })
    }

    private static func number(_ name: String, in text: String) -> Int {
        guard let line = text.split(separator: "\n").last(where: { $0.hasPrefix(name) }) else { return 0 }
        return Int(line.dropFirst(name.count).drop { $0 == " " }) ?? 0
    }

    /// As a dictionary of libFuzzer takes bytes.
    private static func escaped(_ word: String) -> String {
        word.utf8.map { byte in
            (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
                ? String(UnicodeScalar(byte)) : "\\x" + String(format: "%02X", byte)
        }.joined()
    }
}
