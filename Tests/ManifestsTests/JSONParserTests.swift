import SeededRandom
import Testing

@testable import Manifests

@Suite("JSON parser")
struct JSONParserTests {
    static func parse(_ text: String) throws -> JSONValue { try JSONParser.parse(Array(text.utf8), file: "t.json") }

    @Test(
        "text outside RFC 8259 is rejected with its position",
        arguments: [
            ("", 1, 1, .empty), (" \n ", 2, 2, .empty),
            ("\u{FEFF}{}", 1, 1, .byteOrderMark),
            ("[1,]", 1, 3, .trailingComma(closing: "]")), ("{\"a\":1,}", 1, 7, .trailingComma(closing: "}")),
            ("[,1]", 1, 2, .unexpected(found: "','", expected: "a value")),
            ("[1 2]", 1, 4, .unexpected(found: "'2'", expected: "',' or ']'")),
            ("[1", 1, 3, .unexpected(found: "the end of the file", expected: "',' or ']'")),
            ("{", 1, 2, .unexpected(found: "the end of the file", expected: "a key between double quotes")),
            ("{a:1}", 1, 2, .unexpected(found: "'a'", expected: "a key between double quotes")),
            ("{\"a\" 1}", 1, 6, .unexpected(found: "'1'", expected: "':' after the key")),
            ("{\"a\":}", 1, 6, .unexpected(found: "'}'", expected: "a value")),
            ("[1]]", 1, 4, .trailingContent("']'")), ("1 1", 1, 3, .trailingContent("'1'")),
            ("/* c */ 1", 1, 1, .comment), ("1 // c", 1, 3, .comment), ("# c", 1, 1, .comment),
            ("['a']", 1, 2, .singleQuote), ("{'a':1}", 1, 2, .singleQuote),
            ("{\"a\":1,\n \"b\":2, \"a\":3}", 2, 9, .duplicateKey("a", first: SourcePosition(line: 1, column: 2))),
            ("True", 1, 1, .unsupportedLiteral("True")), ("nul", 1, 1, .unsupportedLiteral("nul")),
            ("[NaN]", 1, 2, .unsupportedLiteral("NaN")), ("[Infinity]", 1, 2, .unsupportedLiteral("Infinity")),
            ("01", 1, 1, .leadingZero), ("-01", 1, 1, .leadingZero), ("+1", 1, 1, .leadingPlus),
            ("-", 1, 1, .incompleteNumber("-")), ("1.", 1, 1, .incompleteNumber("1.")),
            ("1e+", 1, 1, .incompleteNumber("1e+")),
            ("-x", 1, 1, .incompleteNumber("-")),
            (".5", 1, 1, .unexpected(found: "'.'", expected: "a value")),
            ("0x10", 1, 2, .unexpected(found: "'x'", expected: "',' or the end of the value")),
            ("1.5.2", 1, 4, .unexpected(found: "'.'", expected: "',' or the end of the value")),
            ("[1e999]", 1, 2, .numberOutOfRange("1e999")), ("-1e999", 1, 1, .numberOutOfRange("-1e999")),
            ("\"a", 1, 3, .unterminatedString(start: SourcePosition(line: 1, column: 1))),
            ("[\"a\n\"]", 1, 4, .unterminatedString(start: SourcePosition(line: 1, column: 2))),
            ("\"\u{1}\"", 1, 2, .controlCharacter(1)), ("\"\u{0}\"", 1, 2, .controlCharacter(0)),
            (#""\x""#, 1, 2, .invalidEscape(#"\x"#)), (#""\u12G4""#, 1, 2, .invalidEscape(#"\u12G4"#)),
            (#""\u+123""#, 1, 2, .invalidEscape(#"\u"#)), (#""\u12"#, 1, 2, .invalidEscape(#"\u12"#)),
            (#""\"#, 1, 2, .unexpected(found: "the end of the file", expected: "an escape")),
            (#""\ud800""#, 1, 2, .loneSurrogate(#"\ud800"#)), (#""\udc00""#, 1, 2, .loneSurrogate(#"\udc00"#)),
            (#""\ud800\u0041""#, 1, 2, .loneSurrogate(#"\ud800"#)),
            (#""\uD83D\uD83D""#, 1, 2, .loneSurrogate(#"\uD83D"#)),
            ("ä", 1, 1, .unexpected(found: "'ä'", expected: "a value")),
            ("[\"ä\u{1F600}e\u{301}\", x]", 1, 10, .unsupportedLiteral("x")),
            ("\u{A0}1", 1, 1, .unexpected(found: "'\u{A0}'", expected: "a value")),
        ] as [(String, Int, Int, JSONError.Fault)])
    func refused(text: String, line: Int, column: Int, fault: JSONError.Fault) {
        let error = #expect(throws: JSONError.self) { try JSONParser.parse(Array(text.utf8), file: "t.json") }
        #expect(error?.fault == fault)
        #expect(error?.position == SourcePosition(line: line, column: column))
        #expect(error?.description == "t.json:\(line):\(column): \(fault)")
    }

    @Test(
        "invalid UTF-8 is rejected with its position",
        arguments: [
            ([0x80], 2), ([0xC0, 0x80], 2), ([0xC1, 0xBF], 2), ([0xE0, 0x80, 0x80], 2), ([0xED, 0xA0, 0x80], 2),
            ([0xF0, 0x80, 0x80, 0x80], 2), ([0xF4, 0x90, 0x80, 0x80], 2), ([0xF5, 0x80, 0x80, 0x80], 2), ([0xFF], 2),
            ([0xC3], 2), ([0xE2, 0x82], 2), ([0xC3, 0xA4, 0xC3], 3), ([0x61, 0xE2, 0x28, 0xA1], 3),
        ] as [([UInt8], Int)])
    func invalidUTF8(bytes: [UInt8], column: Int) {
        let quote = UInt8(ascii: "\"")
        let error = #expect(throws: JSONError.self) { try JSONParser.parse([quote] + bytes + [quote], file: "t.json") }
        guard case .invalidUTF8 = error?.fault else {
            Issue.record("found \(String(describing: error))")
            return
        }
        #expect(error?.position == SourcePosition(line: 1, column: column))
    }

    @Test(
        "UTF-16 and UTF-8 byte order marks are reported",
        arguments: [[0xFF, 0xFE, 0x7B, 0], [0xFE, 0xFF, 0, 0x7B], [0xEF, 0xBB, 0xBF, 0x7B]])
    func byteOrderMark(bytes: [UInt8]) {
        #expect(throws: JSONError.malformed(file: "t", at: SourcePosition(line: 1, column: 1), fault: .byteOrderMark)) {
            try JSONParser.parse(bytes, file: "t")
        }
    }

    @Test("64 levels are accepted and more are rejected without deep recursion")
    func depth() throws {
        let nested = { (levels: Int) in String(repeating: "[", count: levels) + String(repeating: "]", count: levels) }
        _ = try Self.parse(nested(64))
        for levels in [65, 500_000] {
            let error = #expect(throws: JSONError.self) { try JSONParser.parse(Array(nested(levels).utf8), file: "t") }
            #expect(error?.fault == .tooDeep(limit: 64))
            #expect(error?.position == SourcePosition(line: 1, column: 65))
        }
    }

    @Test("a document above the size limit is rejected before parsing")
    func size() {
        let bytes = [UInt8](repeating: 0x20, count: JSONParser.sizeLimitBytes + 1)
        let error = #expect(throws: JSONError.self) { try JSONParser.parse(bytes, file: "t") }
        #expect(error?.fault == .tooLarge(sizeBytes: 1_048_577, limitBytes: 1_048_576))
    }

    @Test("values have their type, text and position")
    func values() throws {
        let text =
            "{\r\n  \"a\": [1, -0.0, 1e3, 2.50],\r\n  \"\": {\"ü\": \"\\u00fc\\n\\ud83d\\ude00\\/\"},\n\t\"c\" : true\n}\n"
        let value = try Self.parse(text)
        let numbers = try #require(value["a"]?.elements)
        #expect(value.members?.map(\.name) == ["a", "", "c"])
        #expect(numbers.map(\.number?.text) == ["1", "-0.0", "1e3", "2.50"])
        #expect(numbers.map(\.integer) == [1, 0, 1000, nil])
        #expect(numbers.map(\.double) == [1, 0, 1000, 2.5])
        #expect(value[""]?["ü"]?.string == "ü\n😀/")
        #expect(value["c"]?.bool == true)
        #expect(numbers[3].position == SourcePosition(line: 2, column: 23))
        #expect(value["c"]?.position == SourcePosition(line: 4, column: 8))
        #expect(value.members?[2].namePosition == SourcePosition(line: 4, column: 2))
    }

    @Test("names that differ only in Unicode normalisation are distinct")
    func normalisation() throws {
        let value = try Self.parse("{\"\u{E9}\": 1, \"e\u{301}\": 2}")
        #expect(value["\u{E9}"]?.integer == 1)
        #expect(value["e\u{301}"]?.integer == 2)
    }

    @Test("a long line is parsed in linear time")
    func longLine() throws {
        let text = "[" + (0..<20_000).map { "{\"ä\(($0))\":\($0)}" }.joined(separator: ",") + "]"
        let elements = try #require(try Self.parse(text).elements)
        #expect(elements.count == 20_000)
        #expect(
            elements.last?.position?.column == text.unicodeScalars.count - "{\"ä19999\":19999}]".unicodeScalars.count
                + 1)
    }

    @Test("mutated manifests never crash the parser or the checks")
    func mutations() throws {
        var generator = SeededGenerator(seed: 20_240_817)
        let seeds = ManifestTableRow.all.map { Array($0.text.utf8) }
        var accepted = 0
        for round in 0..<2000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0..<1 + Int(generator.next() % 3) where !bytes.isEmpty {
                let index = Int(generator.next() % UInt64(bytes.count))
                switch generator.next() % 5 {
                case 0: bytes.remove(at: index)
                case 1: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: index)
                case 2: bytes[index] = Array("{}[]\",:\\0-e.u9".utf8)[Int(generator.next() % 14)]
                case 3: bytes.removeSubrange(index...)
                default: bytes.insert(contentsOf: bytes[index...].prefix(Int(generator.next() % 24)), at: index)
                }
            }
            do {
                _ = try JobManifest.parse(bytes: bytes, file: "t")
                accepted += 1
            } catch {
                #expect(!error.description.isEmpty && !error.violations.isEmpty)
            }
        }
        #expect((1..<2000).contains(accepted))
    }
}
