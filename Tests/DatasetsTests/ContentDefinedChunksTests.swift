import Testing

@testable import Datasets

@Suite struct ContentDefinedChunksTests {
    private let names = (0..<600).map { "train/good/\(1000 + $0).png" }

    private func split(_ names: [String], size: Int = 16) -> [ContentDefinedChunks.Chunk<String>] {
        ContentDefinedChunks.split(names, size: size) { $0 }
    }

    @Test("Chunks hold all elements in their order")
    func order() {
        #expect(split(names).flatMap(\.elements) == names)
        #expect(split([]).isEmpty)
        #expect(split(["one"]).map(\.label) == ["first"])
    }

    @Test("No chunk has more than four times the mean size", arguments: [1, 2, 16, 64])
    func bounds(size: Int) {
        let chunks = split(names, size: size)
        #expect(chunks.allSatisfy { (1...4 * size).contains($0.elements.count) })
        let mean = Double(names.count) / Double(chunks.count)
        #expect(mean > Double(size) / 2 && mean < Double(size) * 2)
    }

    @Test("Labels are unique")
    func labels() { #expect(Set(split(names).map(\.label)).count == split(names).count) }

    @Test("Inserting a name anywhere changes at most two chunks")
    func insertion() {
        let before = Set(split(names).map(\.elements))
        for index in stride(from: 0, to: names.count, by: 7) {
            var more = names
            more.insert(names[index].replacing(".png", with: "b.png"), at: index + 1)
            let changed = split(more).filter { !before.contains($0.elements) }
            #expect((1...2).contains(changed.count), "\(changed.count) chunks changed by a name after \(names[index])")
        }
    }
}
