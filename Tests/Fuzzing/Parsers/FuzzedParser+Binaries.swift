import AnomalyDetection
import BinaryCoding
import ContentStore
import Imaging
import NeuralNetworks
import Stages

extension FuzzedParser {
    static let binaries = [
        model, autoencoder, segmentation, checkpoint, packedImage, corruptionShard, memory, gaussian, random, fusion,
        external, maps, numPy,
    ]

    /// With the digest at its end: without it, no input would get past the first check.
    private static func sealed(_ content: [UInt8]) -> [UInt8] { content + Digest.of(content).bytes }

    private static let model = FuzzedParser(
        name: "model", maximumBytes: 4096,
        words: [
            "ssae", "topK", "robust", "linear", "logarithmic", "expectedError", "localContrast", "polygon", "mask",
            "masks",
            "auto",
        ],
        seeds: {
            [ScoringParameters.ImageScore.topK, .max].map { score in
                Model(
                    name: "screw", grid: TileGrid(width: 64, height: 32, tileWidth: 32, tileHeight: 16, overlap: 4),
                    range: score == .max ? SampleRange(lowest: 0, highest: 4095) : nil,
                    region: score == .max
                        ? RegionOfInterest(.polygon, corners: [0, 0, 1, 0, 0.5, 1]) : RegionOfInterest(.mask),
                    regionMask: score == .max ? [] : [137, 80, 78, 71],
                    scoring: ScoringParameters(boxSize: 5, boxPasses: 2, imageScore: score, topFraction: 0.125),
                    calibration: Calibration(
                        scores: [3, 1, 2, 5, 4], images: 4, trainingScores: [1, 2], quantile: 0.5, estimate: .robust),
                    mapCeiling: 0.75, pixelThreshold: 0.5, pixelSize: 0.25, kind: "ssae", payload: [1, 2, 3]
                ).bytes.dropLast(32)
            }
        }
    ) { _ in
        { content in
            let bytes = sealed(content)
            let model = try Model(bytes: bytes, name: "input")
            _ = model.grid.count
            _ = model.calibration.normalized(1)
            guard try Model(bytes: model.bytes, name: "again").bytes == model.bytes else {
                fatalError("a model changes when it is written and read")
            }
        }
    }

    private static let autoencoder = FuzzedParser(
        name: "autoencoder", maximumBytes: 16384, words: ["sdc", "sdc-ccm", "pixels", "localContrast"],
        seeds: {
            let parameters = [Float](
                repeating: 0.5, count: NetworkArchitecture.sdc.description(baseWidth: 1).parameterCount)
            let error = ExpectedError(
                meanError: FloatMap(width: 32, height: 32, values: [Float](repeating: 0.25, count: 1024)))
            return [false, true].map { hasErrors in
                AutoencoderPayload(
                    architecture: .sdc, baseWidth: 1, input: hasErrors ? .localContrast : .pixels,
                    parameters: parameters,
                    normalization: PixelNormalization(mean: [0.5, 0.25, 0.125], deviation: 0.375),
                    expectedErrors: hasErrors ? [error] : [],
                    contrastResponse: hasErrors ? ContrastResponse(ContrastResponse.Samples()) : nil
                ).bytes.dropLast(32)
            }
        }
    ) { _ in
        { content in
            let bytes = sealed(content)
            let payload = try AutoencoderPayload(bytes: bytes, name: "input")
            guard payload.bytes == bytes else { fatalError("an autoencoder changes when it is read and written") }
            guard payload.parameters.count == payload.network.parameterCount else {
                fatalError("an autoencoder has other parameters than its network")
            }
            let scoring = ScoringParameters(
                boxSize: 3, boxPasses: 1, levels: max(1, payload.expectedErrors.count),
                normalization: payload.contrastResponse != nil
                    ? .localContrast : payload.expectedErrors.isEmpty ? .none : .expectedError,
                imageScore: .max, topFraction: 0)
            try payload.require(scoring, TileGrid(width: 32, height: 32), name: "input")
        }
    }

    /// A parser of a detector's payload, which must not change when it is written and read.
    private static func payload<Payload: Equatable>(
        _ name: String, words: [String], _ seeds: [Payload], _ write: @escaping @Sendable (Payload) -> [UInt8],
        _ read: @escaping @Sendable ([UInt8], String) throws -> Payload, maximumBytes: Int = 4096
    ) -> FuzzedParser {
        let bytes = seeds.map { Array(write($0).dropLast(32)) }
        return FuzzedParser(name: name, maximumBytes: maximumBytes, words: words, seeds: { bytes }) { _ in
            { content in
                let payload = try read(sealed(content), "input")
                guard try read(write(payload), "again") == payload else {
                    fatalError("a payload of \(name) changes when it is written and read")
                }
            }
        }
    }

    private static let segmentation = payload(
        "segmentation", words: ["sdc", "sdc-ccm", "pixels", "localContrast"],
        [
            SegmentationPayload(
                autoencoder: AutoencoderPayload(
                    architecture: .sdc, baseWidth: 1, reduction: 4,
                    parameters: [Float](
                        repeating: 0.5, count: NetworkArchitecture.sdc.description(baseWidth: 1).parameterCount),
                    normalization: PixelNormalization(mean: [0.5, 0.25, 0.125], deviation: 0.375)),
                baseWidth: 1,
                parameters: [Float](
                    repeating: 0.5, count: NetworkDescription.segmentation(baseWidth: 1).parameterCount))
        ], { $0.bytes }, { try SegmentationPayload(bytes: $0, name: $1) }, maximumBytes: 32768)

    private static let memory = payload(
        "memory", words: ["none", "subtract", "divide", "stage2", "stage4"],
        PatchDensity.allCases.map { density in
            MemoryPayload(
                backbone: Digest.of([1]), taps: ["stage2", "stage4"], foreground: density == .none, density: density,
                neighbours: 9, mean: [1, 2], deviation: [0.5, 2], values: [1, 2, 3, 4], densities: [1, 2],
                radii: [2, 1], images: [Digest.of([2])], owners: [0, 0],
                extended: density == .none
                    ? nil
                    : MemoryExtension(startedFrom: Digest.of([3]), sampled: 4, covered: 3, added: 1, dropped: 0),
                cellWidth: 2, cellHeight: 1, cells: Array(0..<12))
        }, { $0.bytes }, { try MemoryPayload(bytes: $0, name: $1) })

    private static let gaussian = payload(
        "gaussian", words: ["stage2", "stage4"],
        [
            GaussianPayload(
                backbone: Digest.of([1]), taps: ["stage2"], channels: [0, 2], means: [1, 2, 3, 4],
                factors: [1, 0.5, 2, 3, 0, 4])
        ], { $0.bytes }, { try GaussianPayload(bytes: $0, name: $1) })

    private static let external = FuzzedParser(
        name: "external", maximumBytes: 4096, words: ["model", "maps", "images", "../", "/", "."],
        seeds: {
            [
                ExternalPayload(
                    ExternalProgram(
                        files: [.init(file: "a/b", digest: Digest.of([1]))], fit: ["a"], score: ["b", "c"],
                        scores: true,
                        timeoutSeconds: 7), files: [ProgramFile(file: "a/b", bytes: [1])],
                    model: [ProgramFile(file: "w", bytes: [2, 3])]
                ).bytes.dropLast(32)
            ]
        }
    ) { _ in
        { content in
            let bytes = sealed(content)
            guard try ExternalPayload(bytes: bytes, name: "input").bytes == bytes else {
                fatalError("a program changes when it is read and written")
            }
        }
    }

    private static let maps = FuzzedParser(
        name: "maps", maximumBytes: 4096, words: [],
        seeds: {
            [
                MapsPayload(
                    width: 2, height: 1,
                    entries: ["a", "b"].map {
                        MapsPayload.Entry(
                            image: String(repeating: $0, count: 64), score: $0 == "a" ? 1 : nil, values: [1, 2])
                    }
                ).bytes.dropLast(32)
            ]
        }
    ) { _ in
        { content in
            let bytes = sealed(content)
            guard try MapsPayload(bytes: bytes, name: "input").bytes == bytes else {
                fatalError("maps change when they are read and written")
            }
        }
    }

    private static let numPy = FuzzedParser(
        name: "numpy", maximumBytes: 4096,
        words: ["'descr': '<f4'", "'descr': '<f8'", "'fortran_order': False", "'shape': (1, 2)", "True"],
        seeds: {
            ["<f4", "<f8"].map { type in
                let header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (1, 2), }\n"
                return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
                    + [UInt8](repeating: 0, count: type == "<f4" ? 8 : 16)
            }
        }
    ) { _ in
        { bytes in
            let map = try FloatMap(npy: bytes, name: "input")
            guard map.width * map.height * 4 <= bytes.count else { fatalError("a map has more values than its file") }
        }
    }

    private static let random = payload(
        "random", words: ["stage2", "stage4"],
        [
            RandomPayload(
                backbone: Digest.of([1]), taps: ["stage2"], directions: [1, 0, 0, 1], medians: [1, 2],
                deviations: [1, 2])
        ], { $0.bytes }, { try RandomPayload(bytes: $0, name: $1) })

    private static let fusion = payload(
        "fusion", words: ["mean", "max", "learned", "memory", "gaussian", "fusion"],
        [
            FusionPayload(
                rule: .max,
                members: [("memory", [1, 2]), ("gaussian", [] as [UInt8])].map { kind, payload in
                    let statistics = FusionPayload.Statistics(middle: 1, spread: 2)
                    return FusionPayload.Member(
                        kind: kind, payload: payload, mapWeight: 0.5, scoreWeight: 0.5, map: statistics,
                        scoreMap: statistics)
                })
        ], { $0.bytes }, { try FusionPayload(bytes: $0, name: $1) })

    private static let checkpoint = FuzzedParser(
        name: "checkpoint", maximumBytes: 1024,
        seeds: {
            let states = [nil, [7, 8] as [Float]].map { average in
                OptimizerState(
                    stepCount: 2, parameters: [1, 2], firstMoment: [3, 4], secondMoment: [5, 6], average: average)
            }
            // The second one with a history of one step: a count of 1 in place of 0, and its five numbers.
            return [
                Checkpoint(state: states[0]).bytes.dropLast(32),
                Checkpoint(state: states[1]).bytes.dropLast(40) + [1, 0, 0, 0, 0, 0, 0, 0]
                    + [UInt8](repeating: 0x3F, count: 36),
            ]
        }
    ) { _ in
        { content in
            let bytes = sealed(content)
            guard try Checkpoint(bytes: bytes, name: "input").bytes == bytes else {
                fatalError("a checkpoint changes when it is read and written")
            }
        }
    }

    private static let packedImage = FuzzedParser(
        name: "packed-image", maximumBytes: 1024, words: ["png", "tiff", "jpeg", "grey", "rgb", "palette"],
        seeds: {
            let image = PlanarImage(width: 5, height: 3, channels: 3, repeating: 0.25)
            let original = PackedImage.Original(width: 50, height: 30, bitDepth: 8, format: .png, colour: .rgb)
            return [PackedImage(image, original: original).bytes.dropLast(32)]
        }
    ) { _ in
        { content in
            let bytes = sealed(content)
            let image = try PackedImage(bytes: bytes, name: "input")
            guard image.bytes == bytes else { fatalError("a packed image changes when it is read and written") }
            _ = image.image
        }
    }

    private static let corruptionShard = FuzzedParser(
        name: "corruption-shard", maximumBytes: 1024,
        seeds: {
            var writer = ByteWriter(CorruptionShard.format)
            for number in [8, 8, 1] { writer.write(number) }
            for number: UInt32 in [1, 2, 3, 1, 3, 3] { writer.write(number) }  // image, variant, place and size
            writer.write(block: [0b1010_0101, 1] as [UInt8])
            writer.write(block: [UInt16](repeating: 500, count: 15))
            return [writer.bytes, CorruptionShard(imageWidth: 8, imageHeight: 8, samples: []).bytes].map {
                $0.dropLast(32)
            }
        }
    ) { _ in
        { content in
            let bytes = sealed(content)
            let shard = try CorruptionShard(bytes: bytes, name: "input")
            guard shard.bytes == bytes else { fatalError("a shard changes when it is read and written") }
            guard shard.imageWidth <= 64, shard.imageHeight <= 64 else { return }
            let clean = PlanarImage(width: shard.imageWidth, height: shard.imageHeight, channels: 3, repeating: 0.5)
            for sample in shard.samples { _ = sample.restored(on: clean) }
        }
    }
}
