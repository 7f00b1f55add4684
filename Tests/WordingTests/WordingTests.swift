import Testing

@testable import Wording

/// Numbers and lists in messages.
@Suite struct WordingTests {
    @Test(
        "A number has the noun that belongs to it",
        arguments: [(0, "0 images", "0 masks have"), (1, "1 image", "1 mask has"), (2, "2 images", "2 masks have")])
    func numbers(count: Int, regular: String, given: String) {
        #expect(counted(count, "image") == regular)
        #expect(counted(count, "mask has", "masks have") == given)
    }

    @Test(
        "A list names the first elements and counts the others",
        arguments: [
            ([], ""), (["a"], "a"), (["a", "b"], "a, b"), (["a", "b", "c"], "a, b and 1 more"),
            (["a", "b", "c", "d"], "a, b and 2 more"),
        ])
    func lists(names: [String], text: String) { #expect(names.listed(atMost: 2) == text) }

    @Test(
        "A word for a shell is quoted unless it is plain",
        arguments: [
            ("runs/a-1.json", "runs/a-1.json"), ("", "''"), ("two words", "'two words'"), ("it's", "'it'\\''s'"),
            ("$HOME", "'$HOME'"), ("é", "'é'"),
        ])
    func words(word: String, quoted: String) { #expect(ShellWord.quoted(word) == quoted) }
}
