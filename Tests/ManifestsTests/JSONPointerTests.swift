import Testing

@testable import Manifests

@Suite("JSON Pointers")
struct JSONPointerTests {
    @Test(
        "the text of a pointer and its names lead to each other",
        arguments: [
            ("/a", ["a"]), ("/a/b c/0", ["a", "b c", "0"]), ("/", [""]), ("//x", ["", "x"]),
            ("/a~1b/m~0n", ["a/b", "m~n"]), ("/~01", ["~1"]), ("/é\u{301}", ["é\u{301}"]),
            // A combining mark makes one character of the slash and itself; the scalar is a slash all the same.
            ("/a/\u{301}", ["a", "\u{301}"]),
        ])
    func tokens(text: String, tokens: [String]) throws {
        let pointer = try #require(JSONPointer(parsing: text))
        #expect(pointer.tokens == tokens)
        #expect(pointer.description == text)
        #expect(tokens.reduce(JSONPointer.root) { $0.appending($1) } == pointer)
    }

    @Test(
        "what is no pointer is refused",
        arguments: ["", "a", "a/b", " /a", "/~", "/a~", "/~2", "/a/~x/b", "#/a", "/~~0"])
    func refused(text: String) { #expect(JSONPointer(parsing: text) == nil) }

    @Test("a pointer contains what lies below it, by whole names")
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
