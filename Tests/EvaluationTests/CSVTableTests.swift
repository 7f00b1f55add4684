import Testing

@testable import Evaluation

@Suite("Comma-separated values")
struct CSVTableTests {
    private func table(_ text: String) throws -> CSVTable { try CSVTable(Array(text.utf8), file: "f") }

    @Test(
        "tables are read as RFC 4180 says",
        arguments: [
            ("a,b\n1,2\n", [["1", "2"]]), ("a,b\r\n1,2\r\n3,4", [["1", "2"], ["3", "4"]]),
            ("\u{FEFF}a,b\n1,2", [["1", "2"]]), ("a,b\n,\n", [["", ""]]), ("a,b\n\n1,2\n\n", [["1", "2"]]),
            ("a,b\n\"1,\"\"2\"\"\",\"x\ny\"\n", [["1,\"2\"", "x\ny"]]), ("a,b\n\"\",\"\"\n", [["", ""]]),
            ("a\n\"\"\n", [[""]]),
            ("a,b\n1\r,2", [["1\r", "2"]]), ("a,b", []), ("\"a\",\"b\"\n ü, 2\n", [[" ü", " 2"]]),
        ])
    func reads(text: String, rows: [[String]]) throws {
        let table = try table(text)
        #expect(table.header.first == "a")
        #expect(table.rows.map(\.fields) == rows)
    }

    @Test("a row knows the line on which it begins")
    func lines() throws {
        #expect(try table("a\n\"1\n2\"\n\n3\n").rows.map(\.line) == [2, 5])
    }

    @Test(
        "what is no table is refused with its line",
        arguments: [
            ("", 1, "empty"), ("\n\n", 1, "empty"), ("a,b\n1,2\n3\n", 3, "1 fields where the header has 2"),
            ("a,b\n1,2,3\n", 2, "3 fields"), ("a\n\"1\n", 2, "never closed"), ("a\n1\"2\n", 2, "quotation mark"),
            ("a\n\"1\"2\n", 2, "quotation mark"),
        ])
    func refuses(text: String, line: Int, words: String) {
        #expect { try table(text) } throws: { error in
            "\(error)".hasPrefix("f:\(line): ") && "\(error)".contains(words)
        }
    }

    @Test("bytes that are no text are refused")
    func notText() {
        #expect(throws: EvaluationError.self) { try CSVTable([0x61, 0xFF, 0x0A], file: "f") }
    }
}
