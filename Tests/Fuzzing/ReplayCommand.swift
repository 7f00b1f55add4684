import ArgumentParser
import Foundation

/// Reads single inputs, such as one that was found.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Reads files with a parser, and says what becomes of them.")

    @Argument(help: "The parser.") var parser: String
    @Argument(help: "Files to read.") var files: [String]

    func run() throws {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let read = try FuzzedParser.named(parser).reader(folder.path)
        for file in files {
            let start = Date()
            var words = "read"
            do { try read([UInt8](try Data(contentsOf: URL(filePath: file)))) } catch { words = "\(error)" }
            print("\(file): \(words) (\(String(format: "%.3f", Date().timeIntervalSince(start))) s)")
        }
    }
}
