import Testing

@testable import Manifests

@Suite("JSON merge patch")
struct JSONMergePatchTests {
    @Test(
        "the examples of RFC 7396, appendix A, hold",
        arguments: [
            (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
            (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
            (#"{"a":"b"}"#, #"{"a":null}"#, "{}"),
            (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
            (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
            (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
            (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
            (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
            (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
            (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#),
            (#"{"a":"foo"}"#, "null", "null"),
            (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
            (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
            ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
            ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
        ])
    func rfc(target: String, patch: String, result: String) throws {
        let patched = JSONMergePatch.apply(try JSONParserTests.parse(patch), to: try JSONParserTests.parse(target))
        #expect(patched == (try JSONParserTests.parse(result)))
    }

    @Test("members keep their order and positions")
    func order() throws {
        let target = try JSONParserTests.parse(#"{"b":1,"a":{"x":1},"c":2}"#)
        let patched = JSONMergePatch.apply(try JSONParserTests.parse("\n" + #"{"z":0,"a":{"x":5}}"#), to: target)
        #expect(patched.members?.map(\.name) == ["b", "a", "c", "z"])
        #expect(patched["a"]?["x"]?.position == SourcePosition(line: 2, column: 17))
        #expect(patched["c"]?.position == SourcePosition(line: 1, column: 24))
    }

    @Test(
        "The difference of two values makes one of the other",
        arguments: [
            (#"{"a": 1}"#, #"{"a": 1}"#, "{}"), (#"{"a": 1}"#, #"{"b": 2}"#, #"{"a":null,"b":2}"#),
            (#"{"a": {"b": 1, "c": 2}}"#, #"{"a": {"b": 1, "d": 3}}"#, #"{"a":{"c":null,"d":3}}"#),
            (#"{"a": [1]}"#, #"{"a": {"b": 1}}"#, #"{"a":{"b":1}}"#),
        ])
    func difference(_ source: String, _ target: String, _ patch: String) throws {
        let old = try JSONParser.parse(Array(source.utf8), file: "old")
        let new = try JSONParser.parse(Array(target.utf8), file: "new")
        let found = JSONMergePatch.difference(from: old, to: new)
        #expect(JSONSerializer.canonical(found) == patch)
        #expect(JSONMergePatch.apply(found, to: old) == new)
    }
}
