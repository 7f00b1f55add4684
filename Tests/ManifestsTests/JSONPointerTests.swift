import Testing

@testable import Manifests

@Suite("JSON Pointers")
struct JSONPointerTests {
    @Test(
        "pointers parse into tokens and back",
        arguments: [
            ("/a", ["a"]), ("/a/b c/0", ["a", "b c", "0"]), ("/", [""]), ("//x", ["", "x"]),
            ("/a~1b/m~0n", ["a/b", "m~n"]), ("/~01", ["~1"]), ("/é\u{301}", ["é\u{301}"]),
            // The combining mark forms one character with the slash, which is still a slash scalar.
            ("/a/\u{301}", ["a", "\u{301}"]),
        ])
    func tokens(text: String, tokens: [String]) throws {
        let pointer = try #require(JSONPointer(parsing: text))
        #expect(pointer.tokens == tokens)
        #expect(pointer.description == text)
        #expect(tokens.reduce(JSONPointer.root) { $0.appending($1) } == pointer)
    }

    @Test(
        "invalid pointers are rejected",
        arguments: ["", "a", "a/b", " /a", "/~", "/a~", "/~2", "/a/~x/b", "#/a", "/~~0"])
    func refused(text: String) { #expect(JSONPointer(parsing: text) == nil) }

    @Test("a pointer contains its descendants, by whole tokens")
    func containment() throws {
        func pointer(_ text: String) throws -> JSONPointer { try #require(JSONPointer(parsing: text)) }
        #expect(try pointer("/a").contains(pointer("/a")))
        #expect(try pointer("/a").contains(pointer("/a/b")))
        #expect(try !pointer("/a/b").contains(pointer("/a")))
        #expect(try !pointer("/a").contains(pointer("/ab")))
        #expect(try !pointer("/a/b").contains(pointer("/a/c")))
        #expect(try JSONPointer.root.contains(pointer("/a")))
    }
}
