import Foundation
import Glibc
import Synchronization

/// Messages, apart from results, which go to standard output. Lines of text, or with `--log-format json` an object each.
enum StandardError {
    static let isJSON = Atomic(false)

    private struct Message: Encodable {
        let level: String
        let message: String
        let task: String?
    }

    static func write(_ line: String) {
        if isJSON.load(ordering: .relaxed) { return write(json: Message(level: "info", message: line, task: nil)) }
        put(TerminalText.harmless(line) + "\n")
    }

    static func note(_ text: String) { write("note", nil, text) }

    static func warning(_ text: String, task: String? = nil) { write("warning", task, text) }

    /// What was found before anything is run.
    static func tell(notes: [String], warnings: [String]) {
        for note in notes { self.note(note) }
        for warning in warnings { self.warning(warning) }
    }

    static func error(_ text: String, task: String? = nil) { write("error", task, text) }

    static func write(json value: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let bytes = try? encoder.encode(value) else { fatalError("a message cannot be written as JSON") }
        put(TerminalText.harmless(String(decoding: bytes, as: UTF8.self)) + "\n")
    }

    private static func write(_ level: String, _ task: String?, _ text: String) {
        if isJSON.load(ordering: .relaxed) { return write(json: Message(level: level, message: text, task: task)) }
        put(TerminalText.harmless(level + ": " + (task.map { $0 + ": " } ?? "") + text) + "\n")
    }

    /// Without ending the line. One call for each line, so that lines of threads and processes do not mix.
    static func put(_ text: String) {
        var text = text
        text.withUTF8 { bytes in unsafe _ = Glibc.write(2, bytes.baseAddress, bytes.count) }
    }
}
