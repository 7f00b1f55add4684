import ContentStore
import Folders
import PipelineTestSupport
import Testing

@testable import Jobs

@Suite("Watched folders")
struct WatchTests {
    private func state(_ size: Int) -> FileState { FileState(sizeBytes: size, modifiedNanoseconds: size, inode: 1) }

    @Test("A file is taken once it has not changed for the settle time, and again after a change")
    func settling() {
        var files = SettledFiles(settleSeconds: 1)
        #expect(files.take([("a", state(1))], now: 0) == [])
        #expect(files.secondsToNext(now: 0.25) == 0.75)
        // Still being written.
        #expect(files.take([("a", state(2)), ("b", state(5))], now: 1) == [])
        #expect(files.take([("a", state(2)), ("b", state(5))], now: 1.5) == [])
        #expect(files.take([("a", state(2)), ("b", state(5))], now: 2) == ["a", "b"])
        #expect(files.secondsToNext(now: 3) == nil)
        #expect(files.take([("a", state(2)), ("b", state(5))], now: 10) == [])
        #expect(files.take([("a", state(3)), ("b", state(5))], now: 11) == [])
        #expect(files.take([("a", state(3)), ("b", state(5))], now: 12) == ["a"])
    }

    @Test("A file that went and came back is new, and one that is given back is taken again")
    func returning() {
        var files = SettledFiles(settleSeconds: 0)
        #expect(files.take([("a", state(1))], now: 0) == ["a"])
        #expect(files.take([], now: 1) == [])
        #expect(files.take([("a", state(1))], now: 2) == ["a"])
        files.giveBack("a", now: 3)
        files.giveBack("gone", now: 3)
        #expect(files.take([("a", state(1))], now: 4) == ["a"])
        #expect(files.take([("a", state(1))], now: 5) == [])
    }

    private func line(_ image: String, _ content: Digest) -> String {
        "{\"image\":\"\(image)\",\"sha256\":\"\(content.hex)\"}"
    }

    @Test("A journal remembers contents by name, also after a crash cut off its last line")
    func journal() throws {
        let folder = try TemporaryFolder()
        let heading = WatchJournal.Heading(model: Digest.of(text: "model"), threshold: nil, tolerance: 3)
        let (one, two) = (Digest.of(text: "one"), Digest.of(text: "two"))
        do {
            let journal = try WatchJournal(in: folder.path, heading)
            #expect(!journal.isFinished("a.png", one))
            try journal.append([("a.png", one, line("a.png", one)), ("b.png", two, line("b.png", two))])
            #expect(journal.isFinished("a.png", one) && !journal.isFinished("a.png", two) && journal.count == 2)
        }
        let path = folder.path + "/" + WatchJournal.fileName
        let bytes = try AtomicFile.read(path)
        // A change of content is finished when its own line is there.
        for cut in 1...40 {
            try AtomicFile.write(Array(bytes.dropLast(cut)), to: path, onlyIfChanged: false)
            let journal = try WatchJournal(in: folder.path, heading)
            #expect(journal.isFinished("a.png", one) && journal.isFinished("b.png", two) == (cut == 1))
            try journal.append([("c.png", one, line("c.png", one))])
            let again = try WatchJournal(in: folder.path, heading)
            #expect(again.isFinished("c.png", one) && again.isFinished("a.png", one))
        }
    }

    @Test("A journal of another model, threshold or tolerance, or without a heading, is refused and left as it is")
    func otherJournal() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/" + WatchJournal.fileName
        let model = Digest.of(text: "model")
        _ = try WatchJournal(in: folder.path, .init(model: model, threshold: 1, tolerance: 3))
        let bytes = try AtomicFile.read(path)
        for other in [
            WatchJournal.Heading(model: Digest.of(text: "other"), threshold: 1, tolerance: 3),
            .init(model: model, threshold: 2, tolerance: 3), .init(model: model, threshold: nil, tolerance: 3),
            .init(model: model, threshold: 1, tolerance: 2),
        ] {
            #expect(throws: WatchError.otherResults(path: path)) { try WatchJournal(in: folder.path, other) }
        }
        #expect(try AtomicFile.read(path) == bytes)
        for damaged in ["", "x", "\n", "[]\n", "{\"version\":2}\n"] {
            try AtomicFile.write(Array(damaged.utf8), to: path, onlyIfChanged: false)
            #expect(throws: WatchError.otherResults(path: path)) {
                try WatchJournal(in: folder.path, .init(model: model, threshold: 1, tolerance: 3))
            }
        }
    }
}
