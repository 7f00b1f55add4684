import Foundation
import Host
import PipelineTestSupport
import Testing

@testable import ContentStore

@Suite("Bundles")
struct BundleTests {
    let fixture: StoreFixture
    let other: StoreFixture
    var store: ContentStore { fixture.store }
    var file: String { fixture.folder.path + "/bundle" }

    init() throws {
        fixture = try StoreFixture()
        other = try StoreFixture()
    }

    /// Two actions; the second one uses the output of the first.
    private func fill() throws -> (first: ActionKey, second: ActionKey) {
        let first = StoreFixture.key("a")
        try publish(first, "one", task: "first")
        let second = ActionKey(
            stage: "stage", version: 1, parts: [KeyPart("text", .text("b"))],
            inputs: [ActionInput(name: "in", digest: .of(text: "one"))])
        try publish(second, "two", task: "second", warnings: ["careful"])
        try publish(StoreFixture.key("c"), "unrelated", task: "third")
        return (first, second)
    }

    private func publish(_ key: ActionKey, _ output: String, task: String, warnings: [String] = []) throws {
        let attempt = try store.beginAttempt(key, execution: fixture.execution, task: nil)
        let bytes = Array(output.utf8)
        let reference = try store.put(bytes: Array((output + " reference").utf8))
        let result = ActionResult(
            outputs: [ActionOutput(name: "out", digest: try store.put(bytes: bytes), sizeBytes: bytes.count)],
            references: [reference], warnings: warnings)
        try store.commit(
            JobRecord(
                key: key, attempt: attempt, task: task, outcome: .succeeded(result), startedAt: 1, durationSeconds: 0.25
            ),
            execution: fixture.execution)
    }

    @Test("A bundle transfers a result with exactly what it depends on")
    func roundTrip() throws {
        let (first, second) = try fill()
        let written = try store.export(try store.subject("second"), to: file)
        #expect((written.actions, written.blobs, written.subject) == (2, 4, "task second"))
        let summary = try other.store.importBundle(file, execution: other.execution)
        #expect((summary.newResults, summary.newBlobs) == (2, 4))
        for key in [first, second] {
            #expect(try other.store.lookUp([key.digest]) == store.lookUp([key.digest]))
        }
        #expect(try other.store.read(.of(text: "two")) == Array("two".utf8))
        #expect(try other.store.lookUp([StoreFixture.key("c").digest]).isEmpty)
        #expect(try other.store.lastKey(ofTask: "second") == store.lastKey(ofTask: "second"))
        #expect(try FolderOperations.names(in: other.store.path + "/attempts") == [])
    }

    @Test("An export removes temporary files of killed exports, and no other files")
    func leftovers() throws {
        _ = try fill()
        // The first number exceeds the maximum of Linux.
        let left = ["bundle.2147483647-3.partial", "bundle.2147483647-4.partial"]
        let others = ["other.2147483647-3.partial", "bundle.\(getpid())-\(Int.max).partial", "bundle.1-x.partial"]
        for name in left + others { try fixture.folder.write("x", to: name) }
        _ = try store.export(try store.subject("second"), to: file)
        let names = try FolderOperations.names(in: fixture.folder.path)
        #expect(names.filter { $0 != "store" } == (others + ["bundle"]).sorted())
    }

    @Test("A second import changes nothing, a second export gives the same bytes")
    func twice() throws {
        _ = try fill()
        _ = try store.export(try store.subject("second"), to: file)
        _ = try other.store.importBundle(file, execution: other.execution)
        let again = try other.store.importBundle(file, execution: other.execution)
        #expect((again.newResults, again.newBlobs) == (0, 0))
        #expect(try other.store.ledger().isEmpty)
        let copy = file + ".copy"
        _ = try other.store.export(try other.store.subject("second"), to: copy)
        #expect(try AtomicFile.read(copy) == AtomicFile.read(file))
    }

    @Test("An import repairs a damaged blob and keeps the store's own result if it differs")
    func existing() throws {
        let (first, _) = try fill()
        _ = try store.export(try store.subject("second"), to: file)
        let damaged = try other.store.put(bytes: Array("two".utf8))
        try FileManager.default.removeItem(atPath: other.store.objectPath(damaged))
        try Data("TWO".utf8).write(to: URL(fileURLWithPath: other.store.objectPath(damaged)))
        let attempt = try other.store.beginAttempt(first, execution: other.execution, task: nil)
        try other.store.commit(other.record(first, attempt, output: "own"), execution: other.execution)
        let reopened = try other.reopened()
        let summary = try reopened.importBundle(file, execution: try reopened.beginExecution(command: "", versions: ""))
        #expect(summary.newResults == 1)
        #expect(try reopened.read(damaged) == Array("two".utf8))
        #expect(try reopened.lookUp([first.digest])[first.digest]?.digest(of: "out") == .of(text: "own"))
        #expect(try reopened.ledger().map(\.kind).sorted() == ["damaged", "differs"])
    }

    @Test("Missing blobs and unknown subjects are reported")
    func incomplete() throws {
        _ = try fill()
        try FileManager.default.removeItem(atPath: store.objectPath(.of(text: "one")))
        #expect(throws: StoreError.missingBlob(.of(text: "one"))) {
            try store.export(try store.subject("second"), to: file)
        }
        #expect(try !FolderOperations.exists(file))
        #expect(throws: StoreError.self) { try store.subject("no such task") }
        #expect(try store.subject("task second") == store.subject("second"))
        #expect(throws: StoreError.self) { try store.subject("task 1") }
        #expect(throws: StoreError.self) { try store.subject("run second") }
        #expect(throws: StoreError.self) {
            try store.subject(String(repeating: "run ", count: 100_000) + "1")
        }
        #expect(throws: StoreError.self) { try store.subject("99") }
    }

    @Test(
        "tar lists and unpacks a bundle",
        .enabled(if: ["/usr/bin/tar", "/bin/tar"].contains { FileManager.default.fileExists(atPath: $0) }))
    func tar() throws {
        _ = try fill()
        _ = try store.export(try store.subject("second"), to: file)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["tar", "xf", file, "-C", other.folder.path]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let digest = Digest.of(text: "two").hex
        let path = "\(other.folder.path)/objects/\(digest.prefix(2))/\(digest.dropFirst(2))"
        #expect(try AtomicFile.read(path) == Array("two".utf8))
    }

    @Test("A size beyond eleven octal digits is written in binary, and every header has its checksum")
    func headers() {
        for size in [0, 511, 1 << 33 - 1, 1 << 33, 1 << 40] {
            let header = TarMember(name: "objects/ab/cd", sizeBytes: size).header
            var blank = header
            for index in 148..<156 { blank[index] = UInt8(ascii: " ") }
            let sum = Int(String(decoding: header[148..<154], as: UTF8.self), radix: 8)
            #expect(sum == blank.reduce(0) { $0 + Int($1) })
            #expect(TarMember.claimedSize(header) == (size < 1 << 33 ? size : nil))
        }
    }

    @Test(
        "A size in a header must be eleven octal digits",
        arguments: [
            "-7777777777", "+7777777777", "-0000000001", " 0000000512", "0000000512 ", "00000001_00", "0x000000100",
            "00000000018", "\u{0}0000000512", "           ", "٠٠٠٠٠0", "77777777777",
        ])
    func hostileHeader(_ digits: String) throws {
        _ = try fill()
        _ = try store.export(try store.subject("second"), to: file)
        var bytes = try AtomicFile.read(file)
        bytes.replaceSubrange(124..<135, with: Array(digits.utf8.prefix(11)))
        let largest = 0o777_7777_7777
        let size = TarMember.claimedSize(Array(bytes[..<512]))
        #expect(size == nil || size == largest)
        try AtomicFile.write(bytes, to: file, onlyIfChanged: false)
        let error = #expect(throws: StoreError.self) { try ContentStore.checkBundle(file) }
        #expect(error?.exitCode == 65, "\(String(describing: error))")
        #expect(TarMember.claimedSize([]) == nil)
    }

    @Test("A truncated or altered bundle is refused without any effect on the store")
    func altered() throws {
        _ = try fill()
        _ = try store.export(try store.subject("second"), to: file)
        let whole = try AtomicFile.read(file)
        var variants = stride(from: 0, to: whole.count, by: 97).map { Array(whole[..<$0]) }
        variants += stride(from: 0, to: whole.count * 8, by: 61).map { bit in
            var bytes = whole
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            return bytes
        }
        variants.append(whole + [0])
        for bytes in variants {
            // Without waiting for the disk, as AtomicFile does: there are thousands of variants.
            try Data(bytes).write(to: URL(filePath: file))
            do {
                _ = try other.store.importBundle(file, execution: other.execution)
                Issue.record("a bundle of \(bytes.count) bytes was imported")
            } catch StoreError.invalidBundle {
                continue
            }
        }
        #expect(try other.store.listing().blobs.isEmpty)
        #expect(try other.store.lookUp([StoreFixture.key("a").digest]).isEmpty)
    }

    @Test(
        "Malicious contents are refused",
        arguments: [
            ("\"subject\":\"task second\",\"version\":4", "\"subject\":\"task second\",\"version\":5"),
            ("\"subject\":\"task second\",\"version\":4", "\"subject\":\"task second\",\"version\":3"),
            ("\"format\":", "\"format\":\"nominal-bundle\",\"format\":"),
            ("\"format\":\"nominal-bundle\"", "\"format\":\"other\""),
            ("\"sizeBytes\":3", "\"sizeBytes\":-3"), ("\"sizeBytes\":3", "\"sizeBytes\":9223372036854775807"),
            ("\"sizeBytes\":3", "\"sizeBytes\":4"), ("\"durationSeconds\":0.25", "\"durationSeconds\":-1"),
            ("\"run\":1", "\"run\":0"), ("\"startedAt\":1", "\"startedAt\":-1"),
            ("\"versions\":\"\"", "\"versions\":\"\\u001b[2J\""),
            ("\"task\":\"first\"", "\"task\":\"\""), ("{", "["), ("\"actions\":[", "\"actions\":[{},"),
        ])
    func hostile(_ change: (from: String, to: String)) throws {
        _ = try fill()
        _ = try store.export(try store.subject("second"), to: file)
        try rewriteContents { text in
            guard let range = text.range(of: change.from) else {
                Issue.record("the contents have no \(change.from)")
                return text
            }
            return text.replacingCharacters(in: range, with: change.to)
        }
        let error = #expect(throws: StoreError.self) {
            try other.store.importBundle(file, execution: other.execution)
        }
        #expect(error?.exitCode == 65, "\(String(describing: error))")
        #expect(try other.store.listing().blobs.isEmpty)
    }

    @Test("A result without an origin is imported, and no origin is invented")
    func unknownMaker() throws {
        _ = try fill()
        _ = try store.export(try store.subject("second"), to: file)
        try rewriteContents { $0.replacing(/"made":{[^}]*},/, with: "") }
        #expect(try other.store.importBundle(file, execution: other.execution).newResults == 2)
        let graph = try other.store.lineage(of: [.of(text: "two")], .up)
        #expect(graph.actions.count == 2)
        #expect(graph.actions.allSatisfy { $0.imported.map { $0.maker == nil && $0.at > 1 } ?? false })
        #expect(try other.store.verifyHistory().isSound)
        // The importing run does not become the origin of a further export.
        let next = file + ".next"
        _ = try other.store.export(try other.store.subject("second"), to: next)
        #expect(!String(decoding: try AtomicFile.read(next), as: UTF8.self).contains("\"made\""))
    }

    @Test("Imported results keep their origin and their import through further stores")
    func origin() throws {
        _ = try fill()
        _ = try store.export(try store.subject("second"), to: file)
        _ = try other.store.importBundle(file, execution: other.execution)
        let made = try #require(try store.lineage(of: [.of(text: "two")], .up).actions.first)
        #expect(made.imported == nil && made.startedAt == 1)
        let graph = try other.store.lineage(of: [.of(text: "two")], .up)
        for action in graph.actions {
            let imported = try #require(action.imported)
            #expect(imported.maker?.run == fixture.execution && imported.maker?.versions == "")
            #expect(imported.maker?.processor == HostDescription.current.processor)
            #expect((action.startedAt, action.durationSeconds) == (1, 0.25) && imported.at > 1)
            #expect(action.execution == other.execution)
        }
        #expect(try other.store.verifyHistory().faults == [])
        try other.store.database.write { try $0.execute(sql: "UPDATE origin SET processor = 'better' WHERE job = 1") }
        #expect(
            try other.store.verifyHistory().faults.map { "\($0)" }.contains {
                $0.hasPrefix("the origin of the imported attempt 1 was edited")
            })
    }

    @Test("Forged parameter texts affect only imported results, and are replaced when the results are computed here")
    func planted() throws {
        let (first, second) = try fill()
        _ = try store.export(try store.subject("second"), to: file)
        try rewriteContents { $0.replacing("\"readable\":\"\\\"a\\\"\"", with: "\"readable\":\"harmless\"") }
        _ = try other.store.importBundle(file, execution: other.execution)
        func texts(_ key: ActionKey) throws -> [String]? {
            try other.store.recordedKey(key.digest)?.parts.map(\.readable)
        }
        #expect(try texts(first) == ["harmless"])
        // A task of this store with the same key part.
        let own = ActionKey(stage: "own", version: 1, parts: first.parts)
        let attempt = try other.store.beginAttempt(own, execution: other.execution, task: nil)
        try other.store.commit(other.record(own, attempt, output: "own"), execution: other.execution)
        other.store.flush()
        #expect(try texts(own) == ["\"a\""])
        #expect(try texts(first) == ["harmless"])
        #expect(try texts(second) == ["\"b\""])
        let graph = try other.store.lineage(of: [.of(text: "one")], .up)
        #expect(graph.actions.map { $0.imported != nil } == [true])
        // The imported result is computed here, which replaces the forged text.
        let again = try other.store.beginAttempt(first, execution: other.execution, task: nil)
        try other.store.commit(other.record(first, again, output: "one"), execution: other.execution)
        other.store.flush()
        #expect(try texts(first) == ["\"a\""])
        #expect(try other.store.lineage(of: [.of(text: "one")], .up).actions.map { $0.imported == nil } == [true])
        #expect(try other.store.verifyHistory().faults == [])
    }

    /// Replaces the table of contents.
    private func rewriteContents(isSealed: Bool = true, _ change: (String) -> String) throws {
        let whole = try AtomicFile.read(file)
        let size = TarMember.claimedSize(Array(whole[..<512]))!
        let json = Array(change(String(decoding: whole[512..<512 + size], as: UTF8.self)).utf8)
        let member = TarMember(name: BundleContents.memberName, sizeBytes: json.count)
        let former = TarMember(name: BundleContents.memberName, sizeBytes: size)
        let digest = BundleContents.digestMember(of: json)
        let bytes =
            member.header + json + [UInt8](repeating: 0, count: member.paddingBytes) + (isSealed ? digest : [])
            + whole[(512 + size + former.paddingBytes + digest.count)...]
        try AtomicFile.write(Array(bytes), to: file, onlyIfChanged: false)
    }
}
