import Testing

@testable import Manifests

@Suite("JSON serializer")
struct JSONSerializerTests {
    static let texts = [
        "null", "true", "0", "-0", "1.50", "1e3", "123456789012345678901234567890", "5e-324", "1.7976931348623157e308",
        "[]", "{}", "[[],{}]", #"{"b":[1,2,{"c":null}],"a":{"z":false,"y":"x"}}"#,
        #""\u0000\u001f\"\\\/\b\f\n\r\t\u007f""#,
        #"{"\ud83d\ude00":1,"\ufffd":2,"é":3,"":4}"#,
    ]

    @Test("both forms parse to an equal value", arguments: texts)
    func roundTrip(text: String) throws {
        let value = try JSONParserTests.parse(text)
        #expect(try JSONParserTests.parse(JSONSerializer.canonical(value)) == value)
        #expect(try JSONParserTests.parse(JSONSerializer.pretty(value)) == value)
    }

    @Test("the canonical form is idempotent", arguments: texts)
    func stable(text: String) throws {
        let canonical = JSONSerializer.canonical(try JSONParserTests.parse(text))
        #expect(JSONSerializer.canonical(try JSONParserTests.parse(canonical)) == canonical)
    }

    @Test(
        "equal values have one canonical text",
        arguments: [
            (["1", "1.0", "10e-1", " 1 "], "1"), (["-0", "0.0", "-0.0"], "0"), (["0.00001", "1e-5"], "1e-05"),
            (["0.1", "0.10", "1e-1"], "0.1"), ([#"{"a":1,"B":2}"#, #"{"B":2.0, "a":1}"#], #"{"B":2,"a":1}"#),
            ([#""\u0041\/""#, #""A/""#], #""A/""#), ([#""\u000a\u001F""#], #""\n\u001f""#),
            ([#"{"😀":1,"\ufb33":2}"#], "{\"\u{FB33}\":2,\"😀\":1}"),
        ])
    func canonical(texts: [String], canonical: String) throws {
        for text in texts { #expect(JSONSerializer.canonical(try JSONParserTests.parse(text)) == canonical) }
    }

    @Test("the pretty form keeps the order and number texts, and writes lists of scalars on one line")
    func pretty() throws {
        let value = try JSONParserTests.parse(#"{"b":[1.0,"x"],"a":{"c":[{"d":1e3}],"e":{},"f":[]}}"#)
        let expected = """
            {
              "b": [1.0, "x"],
              "a": {
                "c": [
                  {
                    "d": 1e3
                  }
                ],
                "e": {},
                "f": []
              }
            }

            """
        #expect(JSONSerializer.pretty(value) == expected)
    }

    @Test("equality ignores positions and order, and distinguishes booleans from numbers")
    func equality() throws {
        #expect(
            try JSONParserTests.parse(#"[{"a":1,"b":[true]}]"#) == JSONParserTests.parse(#"[ {"b":[true],"a":1.0}]"#))
        for (left, right) in [
            ("1", "true"), ("0", "false"), ("null", "false"), ("[1]", "[1,1]"), (#"{"a":1}"#, #"{"b":1}"#),
        ] {
            #expect(try JSONParserTests.parse(left) != JSONParserTests.parse(right))
        }
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
        #expect(JSONValue.number(9_007_199_254_740_993) != .number(9_007_199_254_740_992))
    }

    @Test("numbers from code round-trip bit for bit", arguments: [0.1, 1e-300, 123456.789, -2.5, 1e22, 3, 0x1p-1074])
    func numbers(double: Double) throws {
        let text = JSONSerializer.canonical(.number(double))
        #expect(try JSONParserTests.parse(text).double == double)
    }
}
