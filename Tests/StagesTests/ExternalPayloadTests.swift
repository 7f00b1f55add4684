import BinaryCoding
import BinaryCodingTestSupport
import ContentStore
import Imaging
import Testing

@testable import Stages

/// The formats of detectors from outside.
@Suite("Formats of detectors from outside") struct ExternalPayloadTests {
    private static func payload(
        files: [String] = ["a/b.py", "a/c.py", "d"], model: [String] = ["w"], fit: [String] = ["a"],
        score: [String] = ["b", ""]
    ) -> ExternalPayload {
        let content = files.map { ProgramFile(file: $0, bytes: Array($0.utf8)) }
        let program = ExternalProgram(
            files: content.map { .init(file: $0.file, digest: Digest.of($0.bytes)) }, fit: fit, score: score,
            scores: true, timeoutSeconds: 7)
        return ExternalPayload(program, files: content, model: model.map { ProgramFile(file: $0, bytes: [1, 2]) })
    }

    @Test("A program is read as it was written, with the digests of its files")
    func roundTrip() throws {
        let payload = Self.payload()
        let read = try ExternalPayload(bytes: payload.bytes, name: "p")
        #expect(read == payload)
        #expect(try read.program.digest == payload.program.digest)
    }

    @Test("A truncated program is refused")
    func truncated() throws {
        let bytes = Self.payload().bytes
        for end in 0..<bytes.count {
            #expect(throws: FormatError.self) { try ExternalPayload(bytes: Array(bytes[..<end]), name: "p") }
            guard end < bytes.count - 32 else { continue }
            #expect(throws: FormatError.self) { try ExternalPayload(bytes: Array(bytes[..<end]).sealed, name: "p") }
        }
    }

    @Test(
        "Paths that lead elsewhere, collide or are out of order are refused",
        arguments: [
            ["../x"], ["/x"], ["a/../b"], ["."], ["a//b"], ["a/"], [""], ["a", "a"], ["b", "a"], ["a", "a/b"],
            ["a\u{0}"], ["e\u{301}"], [String(repeating: "a", count: 1025)],
        ])
    func paths(files: [String]) {
        #expect(throws: FormatError.self) { try ExternalPayload(bytes: Self.payload(model: files).bytes, name: "p") }
    }

    @Test("Files in places for images and results, and impossible commands, are refused")
    func places() {
        for name in ExternalProgram.reservedNames {
            #expect(throws: FormatError.self) {
                try ExternalPayload(bytes: Self.payload(files: [name + "/x"]).bytes, name: "p")
            }
        }
        for score in [[], [""], ["a\u{0}b"]] {
            #expect(throws: FormatError.self) {
                try ExternalPayload(bytes: Self.payload(score: score).bytes, name: "p")
            }
        }
    }

    @Test("Maps are read as they were written, and damaged ones refused")
    func maps() throws {
        let first = String(repeating: "a", count: 64), second = String(repeating: "b", count: 64)
        func payload(_ entries: [MapsPayload.Entry]) -> MapsPayload {
            MapsPayload(width: 2, height: 1, entries: entries)
        }
        let good = payload([
            .init(image: second, score: 0.5, values: [1, 2]), .init(image: first, score: nil, values: [3, 4]),
        ])
        let bytes = good.bytes
        #expect(try MapsPayload(bytes: bytes, name: "m") == good)
        #expect(good.entries.map(\.image) == [first, second])
        for end in 0..<bytes.count - 32 {
            #expect(throws: FormatError.self) { try MapsPayload(bytes: Array(bytes[..<end]).sealed, name: "m") }
        }
        for entries: [MapsPayload.Entry] in [
            [.init(image: "a", score: nil, values: [1, 2])], [.init(image: first, score: nil, values: [1])],
            [.init(image: first, score: .nan, values: [1, 2])],
            [.init(image: first, score: nil, values: [1, .infinity])],
            [.init(image: first, score: nil, values: [1, 2]), .init(image: first, score: nil, values: [1, 2])],
        ] {
            #expect(throws: FormatError.self) { try MapsPayload(bytes: payload(entries).bytes, name: "m") }
        }
    }

    @Test("Arrays of NumPy are read, of single and double precision")
    func arrays() throws {
        let bytes = ExternalTests.npy(0.5, width: 3, height: 2)
        #expect(
            try FloatMap(npy: bytes, name: "n")
                == FloatMap(width: 3, height: 2, values: [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]))
        let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1), }\n"
        let double =
            [0x93] + Array("NUMPY".utf8) + [2, 0, UInt8(header.utf8.count), 0, 0, 0] + Array(header.utf8)
            + [0, 0, 0, 0, 0, 0, 0xF8, 0x3F]
        #expect(try FloatMap(npy: double, name: "n").values == [1.5])
    }

    @Test(
        "Other arrays are refused",
        arguments: [
            "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }",
            "{'descr': '>f4', 'fortran_order': False, 'shape': (1, 1), }",
            "{'descr': '|O', 'fortran_order': False, 'shape': (1, 1), }",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1), }",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, -1), }",
            "{'fortran_order': False, 'shape': (1, 1), }", "", "{'shape': (",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9223372036854775807), }",
        ])
    func otherArrays(header: String) {
        let bytes =
            [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + [0, 0, 0, 0]
        #expect(throws: FormatError.self) { try FloatMap(npy: bytes, name: "n") }
        #expect(throws: FormatError.self) { try FloatMap(npy: Array(bytes.prefix(9)), name: "n") }
    }
}
