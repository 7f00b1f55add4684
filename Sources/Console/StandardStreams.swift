import Folders
import Foundation
import Glibc
import Synchronization

/// Standard output, for results. A result that cannot be written ends the command with an error.
///
/// If the reader of a pipe has gone, as `head` does when it has enough, the program exits at once without a message: by
/// SIGPIPE, or with the equivalent status if the signal is ignored.
public enum StandardOutput {
    /// The error of the first failed write. Later writes are dropped, because a gap would go unnoticed.
    private static let fault = Mutex<Int32?>(nil)

    /// The exit status that a shell reports for a program that SIGPIPE ended.
    private static let brokenPipeStatus = 128 + SIGPIPE

    /// True once a write has failed.
    public static var hasFailed: Bool { fault.withLock { $0 != nil } }

    /// Writes text, with everything that a terminal would obey escaped.
    public static func write(_ text: String) { writeUnescaped(TerminalText.escaped(text)) }

    /// Moves the cursor of a terminal to the top and clears the screen.
    public static func clearScreen() { writeUnescaped("\u{1B}[H\u{1B}[2J") }

    private static func writeUnescaped(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            fault.withLock { fault in
                var written = 0
                while fault == nil, written < bytes.count {
                    let rest = unsafe UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[written...])
                    let count = unsafe Glibc.write(STDOUT_FILENO, rest.baseAddress, rest.count)
                    if count < 0, errno == EINTR { continue }
                    if count < 0, errno == EAGAIN {
                        waitUntilWritable()
                        continue
                    }
                    if count < 0, errno == EPIPE { exit(brokenPipeStatus) }
                    if count <= 0 { fault = count < 0 ? errno : EIO }
                    written += max(0, count)
                }
            }
        }
    }

    /// Closes standard output, and exits with an error if a result was lost. Some file systems report a full disk only
    /// when a file is closed.
    static func finish() {
        if close(STDOUT_FILENO) != 0, errno != EINTR {
            let code = errno
            fault.withLock { $0 = $0 ?? code }
        }
        guard let code = fault.withLock({ $0 }) else { return }
        StandardError.error(message(code))
        exit(ExitStatus.inputOutput.rawValue)
    }

    /// Reports lost output after a command that failed for another reason, and keeps that command's exit status.
    static func reportFault() {
        if let code = fault.withLock({ $0 }) { StandardError.error(message(code)) }
    }

    private static func message(_ code: Int32) -> String {
        "results could not be written to standard output (\(unsafe String(cString: strerror(code)))) and are incomplete; "
            + "make room or write them elsewhere, and run the command again"
    }

    /// Waits for a descriptor that another process has made non-blocking.
    private static func waitUntilWritable() {
        var descriptor = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        unsafe _ = poll(&descriptor, 1, -1)
    }
}

/// Standard error, for messages: lines of text, or one JSON object per line with `--log-format json`.
public enum StandardError {
    private static let isJSON = Atomic(false)

    private struct Message: Encodable {
        let level: String
        let message: String
        let task: String?
    }

    /// Selects JSON or text for all later messages.
    public static func setFormat(isJSON: Bool) { self.isJSON.store(isJSON, ordering: .relaxed) }

    /// Writes an informational line.
    public static func write(_ line: String) {
        if isJSON.load(ordering: .relaxed) { return write(json: Message(level: "info", message: line, task: nil)) }
        put(TerminalText.escaped(line) + "\n")
    }

    public static func note(_ text: String) { write("note", nil, text) }

    public static func warning(_ text: String, task: String? = nil) { write("warning", task, text) }

    /// Writes notes, then warnings.
    public static func tell(notes: [String], warnings: [String]) {
        for note in notes { self.note(note) }
        for warning in warnings { self.warning(warning) }
    }

    public static func error(_ text: String, task: String? = nil) { write("error", task, text) }

    /// Writes a value as one line of JSON.
    public static func write(json value: some Encodable) {
        guard let text = try? value.jsonText() else { fatalError("a message cannot be written as JSON") }
        put(TerminalText.escaped(text) + "\n")
    }

    private static func write(_ level: String, _ task: String?, _ text: String) {
        if isJSON.load(ordering: .relaxed) { return write(json: Message(level: level, message: text, task: task)) }
        put(TerminalText.escaped(level + ": " + (task.map { $0 + ": " } ?? "") + text) + "\n")
    }

    /// Writes raw text without a line feed, in one system call, so that lines of several threads do not mix.
    public static func put(_ text: String) {
        var text = text
        text.withUTF8 { bytes in unsafe _ = Glibc.write(2, bytes.baseAddress, bytes.count) }
    }
}

/// Text for a terminal or a log.
public enum TerminalText {
    /// Returns the text with control characters and characters that change the writing direction replaced by `\uXXXX`,
    /// which JSON reads as the same character. Line feeds and tabs stay.
    public static func escaped(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { (0x20..<0x7F).contains($0) || $0 == 0x0A || $0 == 0x09 }
        if isPlain { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar != "\n", scalar != "\t", PathText.isHazard(scalar) {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += ("\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits).unicodeScalars
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}

extension Encodable {
    /// Returns the value as JSON with sorted keys, on one line or indented.
    public func jsonText(isIndented: Bool = false) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isIndented { encoder.outputFormatting.insert(.prettyPrinted) }
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
