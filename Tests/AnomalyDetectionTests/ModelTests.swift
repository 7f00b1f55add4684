import BinaryCoding
import BinaryCodingTestSupport
import Imaging
import NeuralNetworks
import Testing

@testable import AnomalyDetection

@Suite("A model file")
struct ModelTests {
    /// The smallest network there is: 2,439 parameters.
    static let parameters = (0..<NetworkArchitecture.sdc.description(baseWidth: 1).parameterCount).map {
        Float($0 % 7) - 3
    }
    static let model = Model(
        name: "screw", architecture: .sdc, baseWidth: 1, grid: TileGrid(width: 64, height: 32), parameters: parameters,
        normalization: PixelNormalization(mean: [0.5, 0.25, 0.125], deviation: 0.375),
        scoring: ScoringParameters(boxSize: 5, boxPasses: 2, imageScore: .topK, topFraction: 0.125),
        calibration: Calibration(scores: [3, 1, 2], quantile: 0.5), mapCeiling: 0.75)

    /// `model` in version 1 up to its parameters, made in Python with struct.pack: "<8sI" b"NOMMODEL", 1, a "<q" before text
    /// and blocks, "<5q" 1, 64, 32, 5, 2 for sizes and the box, "<f" for fractions, colours and scores.
    static let version1Head = [UInt8](
        hex: """
            4E4F4D4D4F44454C01000000050000000000000073637265770300000000000000736463010000000000000040000000
            000000002000000000000000050000000000000002000000000000000400000000000000746F704B0000003E0000003F
            0000803E0000003E0000C03E0000403F0000003F03000000000000000000803F0000004000004040
            """)
    /// Then the parameters: their count and -3, -2, -1, 0, 1, 2, 3, -3, ... as "<f".
    static let version1 =
        version1Head + [UInt8](hex: "8709000000000000") + littleEndian(parameters)

    static func littleEndian(_ numbers: [Float]) -> [UInt8] {
        numbers.flatMap { number in
            (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * UInt32($0))) }
        }
    }

    /// `model` in version 2: after the box come the tiles (64 x 32, overlap 0), the scales (1), the word "none" and no expected
    /// error.
    static let version2 =
        Array("NOMMODEL".utf8) + [2] + version1[9..<76]
        + [UInt8](
            hex: """
                400000000000000020000000000000000000000000000000010000000000000004000000000000006E6F6E650000000000000000
                """) + version1[76...]

    /// `model` in version 3: one level after the scales, and behind the quantile the word "empirical" and three images.
    static let version3: [UInt8] = {
        // Of version 2: 76 bytes up to the box, 24 of the tiles, the scales, and the word and the block as they are.
        let scales = 76 + 32, quantile = version1Head.count - 20 + 52
        func number(_ value: UInt8) -> [UInt8] { [value] + [UInt8](repeating: 0, count: 7) }
        var bytes = version2
        bytes[8] = 3
        bytes.insert(contentsOf: number(9) + Array("empirical".utf8) + number(3), at: quantile)
        // No response to contrast, behind the word "none" and no expected error.
        bytes.insert(contentsOf: number(0), at: scales + 20)
        bytes.insert(contentsOf: number(1), at: scales)
        return bytes
    }()

    /// `model` in version 4: no scores of training images, behind those of the three that were held out.
    static let version4: [UInt8] = {
        var bytes = version3
        bytes[8] = 4
        bytes.insert(contentsOf: [UInt8](repeating: 0, count: 8), at: bytes.count - 8 - 4 * parameters.count)
        return bytes
    }()

    @Test("with a range of samples is of version 5, and comes back; a range that nothing can be scaled by is damaged")
    func sampleRange() throws {
        var ranged = Self.model
        ranged.range = SampleRange(lowest: 0, highest: 4095)
        var bytes = ranged.bytes
        #expect(try Model.version(of: bytes, name: "m") == 5)
        #expect(try Model.version(of: Self.model.bytes, name: "m") == 4)
        #expect(try Model(bytes: bytes, name: "m") == ranged)
        let upper = bytes.count - 8 - 4 * Self.parameters.count - 4
        bytes.replaceSubrange(upper..<upper + 4, with: [0, 0, 0, 0])
        #expect(throws: FormatError.self) { try Model(bytes: bytes, name: "m") }
    }

    @Test("of older versions goes on being read, and is written as version 4")
    func oldVersionsAreRead() throws {
        for bytes in [Self.version1, Self.version2, Self.version3, Self.version4] {
            let read = try Model(bytes: bytes, name: "model")
            #expect(read == Self.model)
            #expect(read.calibration.scores == [1, 2, 3])
            #expect(read.calibration.estimate == .empirical && read.calibration.images == 3)
            #expect(read.scoring.levels == 1)
            // Compared to a word, for a failure would print every byte.
            let isSame = read.bytes == Self.version4
            #expect(isSame)
        }
    }

    /// With all that the versions added.
    static let normalized: Model = {
        var scoring = model.scoring
        (scoring.scales, scoring.levels, scoring.normalization) = (3, 2, .expectedError)
        return Model(
            name: "screw", architecture: .sdc, baseWidth: 1, grid: TileGrid(width: 64, height: 32),
            parameters: parameters,
            normalization: model.normalization, scoring: scoring,
            calibration: Calibration(
                scores: [1, 2, 3, 5], images: 2, trainingScores: [2, 1.5, 1], quantile: 0.99, estimate: .robust),
            expectedErrors: [5, 7].compactMap { period in
                ExpectedError(values: (0..<1024).map { Float($0 % period + 1) })
            }, mapCeiling: 0.75)
    }()

    @Test("keeps scales, levels, expected errors and estimate, and is refused where they do not go together")
    func expectedErrors() throws {
        let bytes = Self.normalized.bytes
        // Compared to a word, for a failure would print every parameter.
        let isSame = try Model(bytes: bytes, name: "model") == Self.normalized
        #expect(isSame)
        // The first value of the field, after 76 bytes as in version 1, the tiles, scales and levels, the word and the count.
        let first = 76 + 24 + 16 + 8 + "expectedError".utf8.count + 8
        for bits in [Float.nan, 0, -1].map(\.bitPattern) {
            var damaged = bytes
            for byte in 0..<4 { damaged[first + byte] = UInt8(truncatingIfNeeded: bits >> (8 * UInt32(byte))) }
            #expect(throws: FormatError.self) { try Model(bytes: damaged, name: "model") }
        }
        // Five scales; three levels with two fields.
        for (place, value) in [(76 + 24, UInt8(5)), (76 + 32, 3)] {
            var scaled = bytes
            scaled[place] = value
            #expect(throws: FormatError.self) { try Model(bytes: scaled, name: "model") }
        }
        // A tile wider than the image, and an overlap of half a tile.
        for (place, value) in [(76, UInt8(72)), (92, 16)] {
            var tiled = bytes
            tiled[place] = value
            #expect(throws: FormatError.self) { try Model(bytes: tiled, name: "model") }
        }
        for end in stride(from: 70, to: first + 8400, by: 7) {
            #expect(throws: FormatError.self) { try Model(bytes: Array(bytes[..<end]), name: "model") }
        }
    }

    @Test("comes back as it was", arguments: NetworkArchitecture.allCases, ScoringParameters.ImageScore.allCases)
    func roundTrip(_ architecture: NetworkArchitecture, _ score: ScoringParameters.ImageScore) throws {
        var model = Self.model
        (model.architecture, model.baseWidth, model.name) = (architecture, 2, "Fläche 3/4")
        model.parameters = model.network.initialParameters(seed: 1)
        model.scoring.imageScore = score
        #expect(try Model(bytes: model.bytes, name: "model") == model)
    }

    @Test("that is cut off anywhere is refused")
    func truncation() {
        // After every byte of what comes before the parameters, and here and there in them.
        let ends = Array(0...Self.version1Head.count + 16) + stride(from: 200, to: Self.version1.count, by: 61)
        for end in ends + [Self.version1.count - 1] {
            #expect(throws: FormatError.self, "\(end) bytes") {
                try Model(bytes: Array(Self.version1[..<end]), name: "model")
            }
        }
        #expect(throws: FormatError.self) { try Model(bytes: Self.version1 + [0], name: "model") }
    }

    @Test("with any byte before the parameters changed is refused, or read as a model that can score")
    func mutation() {
        let tail = Array(Self.version1[Self.version1Head.count...])
        var refused = 0
        for head in DamagedBytes.mutations(of: Self.version1Head) {
            do throws(FormatError) {
                let model = try Model(bytes: head + tail, name: "model")
                #expect(model.parameters.count == model.network.parameterCount)
                #expect(model.scoring.score([1, 2, 3, 4]) > 0)
                #expect(model.calibration.threshold.isFinite)
            } catch { refused += 1 }
        }
        #expect((500..<2000).contains(refused))
    }

    @Test("that no engine or scoring could use is refused")
    func unusable() throws {
        let edits: [(inout Model) -> Void] = [
            { $0.baseWidth = 0 }, { $0.baseWidth = 1025 }, { $0.baseWidth = 2 },
            { $0.grid = TileGrid(width: 60, height: 32) }, { $0.grid = TileGrid(width: 1 << 40, height: 32) },
            { $0.grid = TileGrid(width: 64, height: 32, tileWidth: 30, tileHeight: 32, overlap: 4) },
            { $0.scoring.boxSize = 4 }, { $0.scoring.boxSize = -1 },
            { $0.scoring.boxPasses = -1 },
            { $0.scoring.topFraction = .nan }, { $0.scoring.topFraction = 1.5 }, { $0.mapCeiling = .infinity },
            { $0.normalization.mean[1] = .nan }, { $0.normalization.deviation = 0 },
            { $0.normalization.deviation = .infinity }, { $0.parameters.removeLast() }, { $0.architecture = .sdcCCM },
            { $0.calibration = Calibration(scores: [1, .nan], quantile: 0.5) },
        ]
        for (index, edit) in edits.enumerated() {
            var model = Self.model
            edit(&model)
            let bytes = model.bytes
            #expect(throws: FormatError.self, "edit \(index)") { try Model(bytes: bytes, name: "model") }
        }
    }
}
