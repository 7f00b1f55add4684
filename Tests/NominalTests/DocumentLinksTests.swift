import Foundation
import Testing

/// The Markdown documents of the repository and the links between them.
@Suite("Links between documents")
struct DocumentLinksTests {
    private static let root = CommandLineFixture.sources.appending(path: "../..").standardizedFileURL

    /// The documents, by paths from the root; generated folders and data sets are left out.
    private static let documents: [String] = {
        let top = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        let nested = ["docs", "bench", "packaging", "jobs", "schemas", "Tests"].flatMap { folder in
            let files = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
            return (files?.compactMap { $0 as? String } ?? []).map { "\(folder)/\($0)" }
        }
        return (top + nested).filter { $0.hasSuffix(".md") }.sorted()
    }()

    @Test("Every link to a file or heading of the repository leads somewhere")
    func targets() throws {
        #expect(Self.documents.count > 20, "\(Self.documents)")
        var count = 0
        for document in Self.documents {
            let text = try String(contentsOf: Self.root.appending(path: document), encoding: .utf8)
            for match in text.matches(of: /\]\(([^)\s]+)\)/) where !match.1.contains(":") {
                let parts = match.1.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                let folder = Self.root.appending(path: document).deletingLastPathComponent()
                let target =
                    parts[0].isEmpty
                    ? Self.root.appending(path: document) : folder.appending(path: String(parts[0])).standardizedFileURL
                #expect(FileManager.default.fileExists(atPath: target.path), "\(document): \(match.1)")
                if parts.count == 2 {
                    let headings = try Self.anchors(of: String(contentsOf: target, encoding: .utf8))
                    #expect(headings.contains(String(parts[1])), "\(document): \(match.1)")
                }
                count += 1
            }
        }
        #expect(count > 200, "\(count)")
    }

    @Test("The guide's first page lists every page and every task")
    func guide() throws {
        let folder = Self.root.appending(path: "docs/guide")
        let index = try String(contentsOf: folder.appending(path: "README.md"), encoding: .utf8)
        for page in Self.documents where page.hasPrefix("docs/guide/") && !page.hasSuffix("README.md") {
            let name = String(page.dropFirst("docs/guide/".count))
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            #expect(index.contains("](\(name))"), "\(name)")
            for match in text.matches(of: /(?m)^## (.+)$/) {
                #expect(index.contains("](\(name)#\(Self.anchor(of: match.1)))"), "\(name): \(match.1)")
            }
        }
    }

    private static func anchors(of text: String) -> Set<String> {
        Set(text.matches(of: /(?m)^#+ (.+)$/).map { anchor(of: $0.1) })
    }

    /// The anchor that GitHub gives a heading: its letters and digits in lower case, with hyphens between words.
    private static func anchor(of heading: Substring) -> String {
        heading.replacing(/\[([^\]]*)\]\([^)]*\)/) { $0.1 }.lowercased().compactMap { character in
            if character == " " { return "-" }
            return character.isLetter || character.isNumber || character == "-" || character == "_"
                ? String(character) : nil
        }.joined()
    }
}
