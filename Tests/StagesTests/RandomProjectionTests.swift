import BinaryCoding
import BinaryCodingTestSupport
import ContentStore
import SeededRandom
import StageTestSupport
import Tensors
import Testing

@testable import Stages

@Suite("Random projections of features") struct RandomProjectionTests {
    @Test("A patch scores by its mean distance from the medians, in deviations")
    func outlyingness() throws {
        try OpenBLAS.load()
        let payload = RandomPayload(
            backbone: .of([1]), taps: ["a"], directions: [1, 0, 0, 1, 0.6, 0.8], medians: [1, 2, 2.2],
            deviations: [1, 2, 0.5])
        // Products 1, 2, 2.2 and 3, -2, 0.2: distances 0, 0, 0 and 2, 4, 2 in units of 1, 2, 0.5.
        for threads in [1, 3] {
            let pool = WorkerPool(workerCount: threads)
            defer { pool.stop() }
            var features: [Float] = []
            for _ in 0..<150 { features += [1, 2, 3, -2] }
            let found = RandomDetector.outlyingness(of: features, payload, pool)
            #expect(found.count == 300)
            for (number, value) in found.enumerated() {
                #expect(abs(value - (number % 2 == 0 ? 0 : (2 + 2 + 4) / 3)) < 1e-5)
            }
        }
    }

    private static let payload = RandomPayload(
        backbone: .of([1]), taps: ["a"], directions: [1, 0, 0, 1], medians: [1, 2], deviations: [0.5, 2])

    @Test("The directions are read as they were written, and damaged ones are refused")
    func coding() throws {
        #expect(try RandomPayload(bytes: Self.payload.bytes, name: "r") == Self.payload)
        let bytes = Self.payload.bytes
        for end in 0..<bytes.count {
            #expect(throws: FormatError.self) { try RandomPayload(bytes: Array(bytes[..<end]), name: "r") }
            guard end < bytes.count - 32 else { continue }
            #expect(throws: FormatError.self) { try RandomPayload(bytes: Array(bytes[..<end]).sealed, name: "r") }
        }
        let edits: [(inout RandomPayload) -> Void] = [
            { $0.medians[0] = .nan }, { $0.deviations[1] = 0 }, { $0.deviations[0] = .infinity },
            { $0.directions[3] = .nan }, { $0.directions.removeLast() }, { $0.medians.removeLast() },
            { ($0.medians, $0.deviations, $0.directions) = ([], [], []) }, { $0.directions = [] },
        ]
        for (number, edit) in edits.enumerated() {
            var payload = Self.payload
            edit(&payload)
            #expect(throws: FormatError.self, "edit \(number)") {
                try RandomPayload(bytes: payload.bytes, name: "r")
            }
        }
    }

    @Test("A job finds the defect, with the same bytes for any number of threads")
    func wholeJob() throws {
        let first = try GaussianTests.job(kind: "random", "\"directions\": 20", threads: 1)
        let second = try GaussianTests.job(kind: "random", "\"directions\": 20", threads: 3)
        let normal = try #require(first.scores.first { $0.isAnomalous == false })
        let anomalous = try #require(first.scores.first { $0.isAnomalous == true })
        #expect(anomalous.score > normal.score)
        #expect(first.model == second.model && first.scores.map(\.map) == second.scores.map(\.map))
        #expect(try RandomPayload(bytes: first.model.payload, name: "r").count == 20)
    }

    @Test("A fusion of all detectors on features runs", arguments: ["mean", "max"])
    func fusion(rule: String) throws {
        let outcome = try GaussianTests.job(
            kind: "fusion", "\"of\": [\"memory\", \"gaussian-each\", \"random\"], \"rule\": \"\(rule)\"", threads: 2)
        let normal = try #require(outcome.scores.first { $0.isAnomalous == false })
        let anomalous = try #require(outcome.scores.first { $0.isAnomalous == true })
        #expect(anomalous.score > normal.score && anomalous.picture != nil)
    }
}
