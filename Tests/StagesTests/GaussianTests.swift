import AnomalyDetection
import Backbones
import BinaryCoding
import BinaryCodingTestSupport
import ContentStore
import DatasetTestSupport
import Imaging
import Jobs
import Manifests
import Pipeline
import SeededRandom
import StageTestSupport
import Testing

@testable import Stages

/// Normal distributions of features.
@Suite("Normal distributions of features") struct GaussianTests {
    @Test("A factor times its transpose is the matrix, and distances are those of the inverse")
    func cholesky() {
        // [[4, 2, 0], [2, 5, 2], [0, 2, 5]]
        var matrix = [4.0, 2, 5, 0, 2, 5]
        #expect(Cholesky.factor(&matrix, dimensions: 3))
        #expect(matrix == [2, 1, 2, 0, 1, 2])
        let factor = matrix.map(Float.init)
        var vector: [Float] = [2, 3, 5]
        let square = unsafe factor.withUnsafeBufferPointer { factor in
            unsafe vector.withUnsafeMutableBufferPointer {
                unsafe Cholesky.squaredLength(factor.baseAddress!, $0.baseAddress!, 3)
            }
        }
        // y = (1, 1, 2), since L y = (2, 1 + 2, 1 + 4).
        #expect(vector == [1, 1, 2] && square == 6)
    }

    @Test(
        "A matrix that is not positive definite has no factor",
        arguments: [[0.0], [-1], [1, 2, 1], [.nan], [1, .infinity, 1]])
    func indefinite(packed: [Double]) {
        var matrix = packed
        #expect(!Cholesky.factor(&matrix, dimensions: packed.count == 1 ? 1 : 2))
    }

    private static let payload = GaussianPayload(
        backbone: .of([1]), taps: ["a"], channels: [0, 2], means: [1, 2, 3, 4], factors: [1, 0.5, 2, 3, 0, 4])

    @Test("The distributions are read as they were written")
    func roundTrip() throws {
        #expect(try GaussianPayload(bytes: Self.payload.bytes, name: "g") == Self.payload)
        #expect(Self.payload.places == 2)
    }

    @Test("Damaged distributions are refused")
    func damaged() throws {
        let bytes = Self.payload.bytes
        for end in 0..<bytes.count {
            #expect(throws: FormatError.self) { try GaussianPayload(bytes: Array(bytes[..<end]), name: "g") }
            guard end < bytes.count - 32 else { continue }
            #expect(throws: FormatError.self) { try GaussianPayload(bytes: Array(bytes[..<end]).sealed, name: "g") }
        }
        let edits: [(inout GaussianPayload) -> Void] = [
            { $0.means[1] = .nan }, { $0.factors[1] = .infinity }, { $0.factors[0] = 0 }, { $0.factors[5] = -1 },
            { $0.means.removeLast() }, { $0.factors.removeLast() }, { $0.channels = [] }, { $0.channels = [2, 2] },
            { $0.channels = [2, 0] }, { $0.source.taps = [] }, { ($0.means, $0.factors) = ([], []) },
        ]
        for (number, edit) in edits.enumerated() {
            var payload = Self.payload
            edit(&payload)
            #expect(throws: FormatError.self, "edit \(number)") {
                try GaussianPayload(bytes: payload.bytes, name: "g")
            }
        }
    }

    struct Outcome {
        var scores: [ScoreIndex.Entry]
        var model: Model
    }

    /// A run of a job on tiny images, the last of which has a dark square.
    static func job(kind: String = "gaussian", _ settings: String, threads: Int) throws -> Outcome {
        let data = try TinyDataSet()
        try data.writeCategory("bolt", train: 8)
        var spoilt = TinyDataSet.image(11)
        for channel in 0..<3 {
            for y in 2..<8 { for x in 2..<8 { spoilt.values[(channel * 16 + y) * 24 + x] = 0 } }
        }
        try data.write(try PNGEncoder.encode(spoilt), to: "bolt/test/dent/000.png")
        let bench = try StageBench()
        let backbone = Backbone(
            provenance: .init(title: "small", licence: "CC0-1.0", origin: "here", sha256: "00"),
            graph: MemoryTests.graph)
        let digest = try bench.store.put(bytes: backbone.bytes)
        let manifest = try data.manifest(
            more: """
                , "scoring": { "boxPasses": 4, "imageScore": "topK", "topFraction": 0.02 },
                "detector": { "kind": "\(kind)", "taps": ["fine", "coarse"], "\(kind)": { \(settings) } }
                """)
        let job = try Job(manifest, backbones: BackboneIndex { _ in digest }) {
            try $0.map { try Digest.of(filePath: $0) }
        }
        let summary = try bench.execute(job.graph, threads: threads)
        func read(_ task: String, _ output: String) throws -> [UInt8] {
            try bench.store.read(try #require(summary.output(of: TaskID(task), named: output)))
        }
        return Outcome(
            scores: try StageJSON.decode(ScoreIndex.self, try read("bolt/metrics", "scores.json")).entries,
            model: try Model(bytes: try read("bolt/calibrate", "model"), name: "m"))
    }

    @Test("A job finds the defect, with the same bytes for any number of threads", arguments: ["each", "all"])
    func wholeJob(place: String) throws {
        let first = try Self.job("\"place\": \"\(place)\", \"channels\": 9", threads: 1)
        let second = try Self.job("\"place\": \"\(place)\", \"channels\": 9", threads: 3)
        let normal = try #require(first.scores.first { $0.isAnomalous == false })
        let anomalous = try #require(first.scores.first { $0.isAnomalous == true })
        #expect(anomalous.score > normal.score)
        #expect(first.scores.allSatisfy { $0.picture == nil })
        #expect(first.model == second.model && first.scores.map(\.map) == second.scores.map(\.map))
        let payload = try GaussianPayload(bytes: first.model.payload, name: "g")
        #expect(payload.dimensions == 9 && payload.places == (place == "all" ? 1 : 64))
    }

    @Test("Mean and covariance are those of the features")
    func moments() throws {
        let data = try TinyDataSet()
        try data.writeCategory("bolt", train: 8)
        let outcome = try Self.job("\"place\": \"all\", \"channels\": 3", threads: 2)
        let payload = try GaussianPayload(bytes: outcome.model.payload, name: "g")
        // The factor times its transpose has the ridge on its diagonal at least.
        for row in 0..<3 {
            let start = Cholesky.count(row)
            let variance = payload.factors[start...start + row].reduce(0) { $0 + $1 * $1 }
            #expect(variance >= 0.01 && variance.isFinite)
        }
        #expect(payload.means.allSatisfy { $0 >= 0 }, "features behind a ReLU are not negative")
    }
}
