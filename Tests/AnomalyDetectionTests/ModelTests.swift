import BinaryCoding
import BinaryCodingTestSupport
import Imaging
import NeuralNetworks
import Testing

@testable import AnomalyDetection

@Suite("Model file")
struct ModelTests {
    /// The smallest network, with 2,439 parameters.
    static let parameters = (0..<NetworkArchitecture.sdc.description(baseWidth: 1).parameterCount).map {
        Float($0 % 7) - 3
    }
    static let model = Model(
        name: "screw", architecture: .sdc, baseWidth: 1, grid: TileGrid(width: 64, height: 32), parameters: parameters,
        normalization: PixelNormalization(mean: [0.5, 0.25, 0.125], deviation: 0.375),
        scoring: ScoringParameters(boxSize: 5, boxPasses: 2, imageScore: .topK, topFraction: 0.125),
        calibration: Calibration(scores: [3, 1, 2], quantile: 0.5), mapCeiling: 0.75)

    /// `model` up to its parameters, written in Python with struct.pack: "<8sI" of b"NOMMODEL", 5, "<q" lengths before
    /// text and blocks, "<q" for integers, "<f" for fractions, colours and scores. In this order: name and
    /// architecture; 1, 64, 32, 5, 2 for sizes and the box; 64, 32, 0 for tiles; 1 scale, 1 level; "none", no expected
    /// error, no contrast response; "topK", 1/8, the colours and the ceiling; the quantile, "empirical", 3 images with
    /// scores 1, 2, 3, no training scores, no user's threshold, no range.
    static let head = [UInt8](
        hex: """
            4E4F4D4D4F44454C0500000005000000000000007363726577030000000000000073646301000000000000004000000000000000
            20000000000000000500000000000000020000000000000040000000000000002000000000000000000000000000000001000000
            00000000010000000000000004000000000000006E6F6E65000000000000000000000000000000000400000000000000746F704B
            0000003E0000003F0000803E0000003E0000C03E0000403F0000003F0900000000000000656D7069726963616C03000000000000
            0003000000000000000000803F0000004000004040000000000000000000000000000000000000000000000000
            """)
    /// `head` and the parameters: their count and -3, -2, -1, 0, 1, 2, 3, -3, ... as "<f".
    static let content = head + [UInt8](hex: "8709000000000000") + littleEndian(parameters)

    static func littleEndian(_ numbers: [Float]) -> [UInt8] {
        numbers.flatMap { number in
            (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * UInt32($0))) }
        }
    }

    @Test("The bytes match the format and are read back")
    func layout() throws {
        // Compared outside the macro, which would print every byte.
        let isSame = Self.model.bytes == Self.content.sealed
        #expect(isSame)
        let read = try Model(bytes: Self.content.sealed, name: "model")
        #expect(read == Self.model)
        #expect(read.calibration.scores == [1, 2, 3])
        #expect(read.calibration.estimate == .empirical && read.calibration.images == 3)
    }

    @Test("Older versions are an error")
    func olderVersions() {
        for version: UInt8 in 1...4 {
            var content = Self.content
            content[8] = version
            #expect(throws: FormatError.wrongVersion("model", found: Int(version), expected: 5)) {
                try Model(bytes: content, name: "model")
            }
        }
    }

    @Test("The sample range is stored, and an invalid range is an error")
    func sampleRange() throws {
        var ranged = Self.model
        ranged.range = SampleRange(lowest: 0, highest: 4095)
        #expect(try Model(bytes: ranged.bytes, name: "m") == ranged)
        var content = Array(ranged.bytes.dropLast(FileFormat.digestBytes))
        let upper = content.count - 8 - 4 * Self.parameters.count - 4
        content.replaceSubrange(upper..<upper + 4, with: [0, 0, 0, 0])
        #expect(throws: FormatError.self) { try Model(bytes: content.sealed, name: "m") }
    }

    @Test("Any flipped bit is an error")
    func bitFlips() {
        for bytes in DamagedBytes.bitFlips(of: Self.model.bytes) {
            #expect(throws: FormatError.self) { try Model(bytes: bytes, name: "model") }
        }
    }

    @Test("A user's threshold is stored next to the estimated one")
    func chosenThreshold() throws {
        var model = Self.model
        model.calibration = model.calibration.choosing(2.5)
        let read = try Model(bytes: model.bytes, name: "model")
        #expect(read == model)
        #expect(read.calibration.threshold == 2.5 && read.calibration.estimatedThreshold == 2)
        #expect(read.calibration.isAnomaly(2.5) && !read.calibration.isAnomaly(2.4))
        #expect(read.calibration.choosing(nil).threshold == 2.5)
        #expect(read.calibration.normalized(2.5) == 1)
    }

    /// A model with all optional parts.
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

    @Test("Scales, levels, expected errors and estimate are stored, and inconsistent ones are an error")
    func expectedErrors() throws {
        let bytes = Self.normalized.bytes
        // Compared outside the macro, which would print every parameter.
        let isSame = try Model(bytes: bytes, name: "model") == Self.normalized
        #expect(isSame)
        // The first value of the field follows the 76 bytes of version 1, tiles, scales and levels, the text and the
        // count.
        let first = 76 + 24 + 16 + 8 + "expectedError".utf8.count + 8
        for bits in [Float.nan, 0, -1].map(\.bitPattern) {
            var damaged = bytes
            for byte in 0..<4 { damaged[first + byte] = UInt8(truncatingIfNeeded: bits >> (8 * UInt32(byte))) }
            #expect(throws: FormatError.self) { try Model(bytes: damaged.resealed, name: "model") }
        }
        // Five scales; three levels with two fields.
        for (place, value) in [(76 + 24, UInt8(5)), (76 + 32, 3)] {
            var scaled = bytes
            scaled[place] = value
            #expect(throws: FormatError.self) { try Model(bytes: scaled.resealed, name: "model") }
        }
        // A tile wider than the image, and an overlap of half a tile.
        for (place, value) in [(76, UInt8(72)), (92, 16)] {
            var tiled = bytes
            tiled[place] = value
            #expect(throws: FormatError.self) { try Model(bytes: tiled.resealed, name: "model") }
        }
        for end in stride(from: 70, to: first + 8400, by: 7) {
            #expect(throws: FormatError.self) { try Model(bytes: Array(bytes[..<end]).sealed, name: "model") }
        }
    }

    @Test("Models survive a round trip", arguments: NetworkArchitecture.allCases, ScoringParameters.ImageScore.allCases)
    func roundTrip(_ architecture: NetworkArchitecture, _ score: ScoringParameters.ImageScore) throws {
        var model = Self.model
        (model.architecture, model.baseWidth, model.name) = (architecture, 2, "Fläche 3/4")
        model.parameters = model.network.initialParameters(seed: 1)
        model.scoring.imageScore = score
        #expect(try Model(bytes: model.bytes, name: "model") == model)
    }

    @Test("A truncated file is an error")
    func truncation() {
        // After every byte before the parameters, and at intervals in them.
        let ends = Array(0...Self.head.count + 16) + stride(from: 300, to: Self.content.count, by: 61)
        for end in ends + [Self.content.count - 1] {
            #expect(throws: FormatError.self, "\(end) bytes") {
                try Model(bytes: Array(Self.content[..<end]).sealed, name: "model")
            }
        }
        #expect(throws: FormatError.self) { try Model(bytes: (Self.content + [0]).sealed, name: "model") }
    }

    @Test("A file with any changed byte before the parameters is an error or a usable model")
    func mutation() {
        let tail = Array(Self.content[Self.head.count...])
        var refused = 0
        for head in DamagedBytes.mutations(of: Self.head) {
            do throws(FormatError) {
                let model = try Model(bytes: (head + tail).sealed, name: "model")
                #expect(model.parameters.count == model.network.parameterCount)
                #expect(model.scoring.score([1, 2, 3, 4]) > 0)
                #expect(model.calibration.threshold.isFinite)
            } catch { refused += 1 }
        }
        #expect((500..<2000).contains(refused))
    }

    @Test("An unusable model is an error")
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
