import AnomalyDetection
import BinaryCoding
import BinaryCodingTestSupport
import ContentStore
import DatasetTestSupport
import Foundation
import Imaging
import Jobs
import Manifests
import NeuralNetworks
import Pipeline
import StageTestSupport
import Testing

@testable import Stages

@Suite("Segmentation of reconstructions") struct SegmentationTests {
    private static let network = NetworkArchitecture.sdc.description(baseWidth: 1)
    private static let payload = SegmentationPayload(
        autoencoder: AutoencoderPayload(
            architecture: .sdc, baseWidth: 1, reduction: 2, parameters: network.initialParameters(seed: 1),
            normalization: PixelNormalization(mean: [0.5, 0.5, 0.5], deviation: 0.25)),
        baseWidth: 1, parameters: NetworkDescription.segmentation(baseWidth: 1).initialParameters(seed: 2))

    @Test("The networks are read as they were written")
    func roundTrip() throws {
        let read = try SegmentationPayload(bytes: Self.payload.bytes, name: "s") == Self.payload
        #expect(read)
    }

    @Test("Damaged networks are refused")
    func damaged() throws {
        let bytes = Self.payload.bytes
        for end in stride(from: 0, to: bytes.count - 32, by: 97) {
            #expect(throws: FormatError.self) { try SegmentationPayload(bytes: Array(bytes[..<end]), name: "s") }
            #expect(throws: FormatError.self) {
                try SegmentationPayload(bytes: Array(bytes[..<end]).sealed, name: "s")
            }
        }
        let edits: [(inout SegmentationPayload) -> Void] = [
            { $0.parameters[3] = .nan }, { $0.parameters.removeLast() }, { $0.baseWidth = 2 }, { $0.baseWidth = 0 },
            { $0.autoencoder.parameters[0] = .infinity }, { $0.autoencoder.reduction = 3 },
            {
                $0.autoencoder.expectedErrors = [
                    ExpectedError(
                        meanError: FloatMap(width: 32, height: 32, values: [Float](repeating: 1, count: 1024)))
                ]
            },
        ]
        for (number, edit) in edits.enumerated() {
            var payload = Self.payload
            edit(&payload)
            #expect(throws: FormatError.self, "edit \(number)") {
                try SegmentationPayload(bytes: payload.bytes, name: "s")
            }
        }
    }

    @Test("Parameters of another network are refused for both networks")
    func otherParameters() throws {
        func segmenter(_ payload: SegmentationPayload) throws -> Segmenter {
            func engine(_ network: NetworkDescription) throws -> NetworkEngine {
                try NetworkEngine(.openblas, network: network, height: 16, width: 24, purpose: .inference, threads: 1)
            }
            return try Segmenter(
                autoencoder: engine(Self.network), segmentation: engine(.segmentation(baseWidth: 1)), payload,
                grid: TileGrid(width: 24, height: 16))
        }
        _ = try segmenter(Self.payload)
        var (first, second) = (Self.payload, Self.payload)
        first.autoencoder.parameters.removeLast()
        second.parameters.append(0)
        for payload in [first, second] { #expect(throws: EngineError.self) { try segmenter(payload) } }
    }

    @Test("The map is log(1 + odds) of the second network on image and difference, enlarged")
    func map() throws {
        func engine(_ network: NetworkDescription) throws -> NetworkEngine {
            try NetworkEngine(.openblas, network: network, height: 16, width: 24, purpose: .inference, threads: 1)
        }
        let (first, second) = (try engine(Self.network), try engine(.segmentation(baseWidth: 1)))
        let image = TinyDataSet.image(3, width: 48, height: 32)
        let segmenter = try Segmenter(
            autoencoder: first, segmentation: second, Self.payload, grid: TileGrid(width: 48, height: 32))
        let found = try #require(segmenter.maps([image]).first)

        let normalization = Self.payload.autoencoder.normalization
        let input = normalization.normalized(image.resized(width: 24, height: 16).values)
        let answer = first.reconstruct([input])[0]
        let logits = second.reconstruct([input + zip(input, answer).map { $0 - $1 }])[0]
        let values = logits.map { log(1 + exp($0)) }
        let expected = FloatMap(width: 24, height: 16, values: values).resized(width: 48, height: 32)
        #expect(zip(found.map.values, expected.values).allSatisfy { abs($0 - $1) < 1e-5 && $0 > 0 })
        let picture = try #require(found.picture)
        let restored = PlanarImage(width: 24, height: 16, channels: 3, values: normalization.restored(answer))
        #expect(picture == restored.resized(width: 48, height: 32))
    }

    struct Outcome {
        var scores: [ScoreIndex.Entry]
        var model: Model
    }

    /// A run of a job on tiny images, some shards of which train the second network.
    static func job(
        _ more: String, network: String = #"{ "baseWidth": 4 }"#, threads: Int
    ) throws -> Outcome {
        let data = try TinyDataSet()
        try data.writeCategory("bolt", train: 8)
        let bench = try StageBench()
        let manifest = try data.manifest(network: network, more: ", " + more)
        let job = try Job(manifest) { try $0.map { try Digest.of(filePath: $0) } }
        let summary = try bench.execute(job.graph, threads: threads)
        func read(_ task: String, _ output: String) throws -> [UInt8] {
            try bench.store.read(try #require(summary.output(of: TaskID(task), named: output)))
        }
        return Outcome(
            scores: try StageJSON.decode(ScoreIndex.self, try read("bolt/metrics", "scores.json")).entries,
            model: try Model(bytes: try read("bolt/calibrate", "model"), name: "m"))
    }

    @Test(
        "A job trains both networks, with the same bytes for any number of threads",
        arguments: [
            #""detector": { "kind": "segmentation", "segmentation": { "baseWidth": 2 } }"#,
            #""detector": { "kind": "segmentation", "segmentation": { "share": 1 } }, "engine": { "name": "openblas" }"#,
            #""detector": { "kind": "fusion", "fusion": { "of": ["ssae", "segmentation"] } }"#,
        ])
    func wholeJob(settings: String) throws {
        let first = try Self.job(settings, threads: 1)
        let second = try Self.job(settings, threads: 3)
        #expect(first.scores.count == 2 && first.scores.allSatisfy { $0.score.isFinite && $0.picture != nil })
        #expect(first.scores.map(\.map) == second.scores.map(\.map))
        let isSame = first.model == second.model
        #expect(isSame)
        // A fusion may have left the second network out.
        guard first.model.kind == SegmentationKind.name else { return }
        let networks = try #require(try first.model.segmentation(name: "m"))
        let start = networks.network.initialParameters(seed: 0)
        let isTrained = networks.parameters != start
        #expect(isTrained)
        let known = try first.model.autoencoder(name: "m") == networks.autoencoder
        #expect(known)
    }

    @Test("Both networks see local contrast if the manifest says so")
    func localContrast() throws {
        let settings = #""detector": { "kind": "segmentation" }"#
        let found = try [1, 3].map {
            try Self.job(settings, network: #"{ "baseWidth": 4, "input": "localContrast" }"#, threads: $0)
        }
        let networks = try found.map { try #require(try $0.model.segmentation(name: "m")) }
        #expect(networks[0].autoencoder.input == .localContrast)
        #expect(networks[0] == networks[1] && found[0].scores.map(\.map) == found[1].scores.map(\.map))
        let other = try Self.job(settings, threads: 1)
        let isSame = try other.model.autoencoder(name: "m")?.parameters == networks[0].autoencoder.parameters
        #expect(!isSame)
    }

    @Test("The share of shards decides how long the second network is trained")
    func share() throws {
        func stepCounts(_ share: Double) throws -> [Int] {
            let data = try TinyDataSet()
            try data.writeCategory("bolt")
            let manifest = try data.manifest(
                more: #", "detector": { "kind": "segmentation", "segmentation": { "share": \#(share) } }"#)
            let job = try Job(manifest) { try $0.map { try Digest.of(filePath: $0) } }
            return job.graph.tasks.compactMap { ($0.stage as? TrainSegmentationStage)?.training.steps }
        }
        // Two shards of two steps.
        #expect(try stepCounts(0.01) == [2])
        #expect(try stepCounts(0.5) == [2])
        #expect(try stepCounts(1) == [4, 4])
    }
}
