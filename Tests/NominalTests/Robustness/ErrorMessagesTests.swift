import Foundation
import Testing

/// The wording of errors, as it is in the sources. Each message says what to do, or the table "By the words of the
/// message" in docs/guide/troubleshooting.md does.
@Suite("Messages of errors")
struct ErrorMessagesTests {
    private static let root = CommandLineFixture.sources.appending(path: "../..").standardizedFileURL

    /// Read once for both tests.
    private static let all = Result {
        let files = FileManager.default.enumerator(atPath: root.appending(path: "Sources").path)
        let names = (files?.compactMap { $0 as? String } ?? []).filter {
            $0.hasSuffix(".swift") && !$0.contains("TestSupport/")
        }
        let sources = try names.sorted().map {
            (name: $0, text: try String(contentsOf: root.appending(path: "Sources/\($0)"), encoding: .utf8))
        }
        let types = Set(sources.flatMap { ErrorMessage.errorTypes(in: $0.text) })
        return sources.flatMap { ErrorMessage.all(in: $0.text, of: types, file: $0.name) }
    }

    private let messages: [ErrorMessage]
    /// The words of the rows of the table; an ellipsis stands for what differs between messages.
    private let rows: [String]

    init() throws {
        messages = try Self.all.get()
        let guide = try String(contentsOf: Self.root.appending(path: "docs/guide/troubleshooting.md"), encoding: .utf8)
        let table = try #require(guide.components(separatedBy: "### By the words of the message\n").last)
        rows = table.split(separator: "\n").flatMap { line in
            line.hasPrefix("| `") ? line.split(separator: "|")[0].matches(of: /`([^`]+)`/).map { String($0.1) } : []
        }
    }

    @Test("Every message names a remedy, or the guide has its words")
    func remedies() {
        #expect(messages.count > 280, "\(messages.count)")
        for message in messages where !message.hasRemedy {
            #expect(rows.contains { message.contains($0) }, "\(message.file): \(message.text)")
        }
    }

    @Test("Every row of the guide has the words of a message that leaves the remedy to the guide")
    func table() {
        #expect(rows.count > 10)
        for row in rows { #expect(messages.contains { !$0.hasRemedy && $0.contains(row) }, "\(row)") }
    }
}

/// The text of an error in a source file, with "…" in place of each interpolated value.
private struct ErrorMessage {
    let file, text: String

    /// The words by which a clause says what to do.
    private static let imperatives = Set(
        """
        add allow ask break check choose clear compare convert copy correct cut declare delete do download evaluate export free \
        give install leave let list look lower make move name omit open pass put raise remove rename repair replace resize \
        restore run say scale score set start train use wait wire write
        """.split(separator: " "))

    /// A message of placeholders alone passes on another message, which is checked itself.
    var hasRemedy: Bool {
        if !text.contains(where: \.isLetter) { return true }
        if text.contains(/\bexpected\b|\bnominal \w|\bmake \w|--\w|\bmust\b/) { return true }
        return text.matches(of: /(?:[;:.,(] ?|\bor |\band )(?:then )?(\w+)/).contains {
            Self.imperatives.contains($0.1.lowercased()[...])
        }
    }

    func contains(_ words: String) -> Bool {
        var rest = text[...]
        for part in words.split(separator: "…") {
            guard let found = rest.range(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return true
    }

    static func errorTypes(in source: String) -> [String] {
        source.matches(of: /(?:enum|struct) (\w+): [^{\n]*\b(?:Error|ErrorWithExitStatus)\b/).map { String($0.1) }
    }

    /// The cases of the descriptions of error types, and the errors that commands write themselves.
    static func all(in source: String, of types: Set<String>, file: String) -> [ErrorMessage] {
        var texts: [String] = []
        for description in source.matches(of: /var description: String \{/) {
            let owner = source[..<description.range.lowerBound].matches(of: /\b(?:enum|struct|extension|class) (\w+)/)
                .last
            guard let owner, types.contains(String(owner.1)) else { continue }
            let body = source[description.range.upperBound...]
            // Of one line, or up to the closing brace at the indentation of the declaration.
            let line = source[..<description.range.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
                .last
            let indentation = (line ?? "").prefix { $0 == " " }
            let isOneLine = body.prefix { $0 != "\n" }.hasSuffix("}")
            let end = body.range(of: isOneLine ? "\n" : "\n\(indentation)}")?.lowerBound ?? body.endIndex
            texts += body[..<end].components(separatedBy: "case .").map { literals(in: $0) }
        }
        for call in source.matches(of: /\b(?:ValidationError|StandardError\.error)\(/) {
            texts.append(literals(in: source[call.range.upperBound...], untilClosed: true))
        }
        return texts.filter { !$0.isEmpty }.map { ErrorMessage(file: file, text: $0) }
    }

    /// The string literals of some code in their order, joined by spaces.
    ///
    /// - Parameter untilClosed: true to stop at the parenthesis that closes the code's first one before it.
    private static func literals(in code: some StringProtocol, untilClosed: Bool = false) -> String {
        // The nesting of parentheses around each open literal or interpolation; an even count of entries is code.
        var depths = [1]
        var text = "", isEscaped = false
        for character in code {
            if depths.count.isMultiple(of: 2) {
                if isEscaped {
                    isEscaped = false
                    if character == "(" {
                        if depths.count == 2 { text += "…" }
                        depths.append(1)
                    } else if depths.count == 2 {
                        text.append(character == "n" ? " " : character)
                    }
                } else if character == "\\" {
                    isEscaped = true
                } else if character == "\"" {
                    depths.removeLast()
                    if depths.count == 1 { text += " " }
                } else if depths.count == 2 {
                    text.append(character)
                }
            } else if character == "\"" {
                depths.append(0)
            } else if character == "(" {
                depths[depths.count - 1] += 1
            } else if character == ")" {
                depths[depths.count - 1] -= 1
                if depths[depths.count - 1] == 0 {
                    if depths.count > 1 { depths.removeLast() } else if untilClosed { break }
                }
            }
        }
        return text.split(separator: " ").joined(separator: " ")
    }
}
