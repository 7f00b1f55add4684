import BinaryCoding
import BinaryCodingTestSupport
import Imaging
import Testing

@testable import AnomalyDetection

@Suite("Model file")
struct ModelTests {
    static let model = Model(
        name: "screw", grid: TileGrid(width: 64, height: 32),
        scoring: ScoringParameters(boxSize: 5, boxPasses: 2, imageScore: .topK, topFraction: 0.125),
        calibration: Calibration(scores: [3, 1, 2], quantile: 0.5), mapCeiling: 0.75, pixelThreshold: 0.5,
        kind: "ssae",
        payload: [7, 0, 255])

    /// `model` up to its payload, written in Python with struct.pack: "<8sI" of b"NOMMODEL", 9, "<q" lengths before
    /// text and blocks, "<q" for integers, "<f" for fractions and scores. In this order: name and kind; 64, 32, 5, 2
    /// for sizes and the box; 64, 32, 0 for tiles; 1 scale, 1 level; "none", "topK", 1/8, the ceiling, the pixel
    /// threshold, no size of a pixel; the quantile, "empirical", "logarithmic", 3 images with scores 1, 2, 3, no
    /// training scores, no user's threshold, no range, the colours of files, no frame, no region of interest, no
    /// balance of the threshold.
    static let head = [UInt8](
        hex: """
            4E4F4D4D4F44454C0900000005000000000000007363726577040000000000000073736165400000000000000020000000000000
            00050000000000000002000000000000004000000000000000200000000000000000000000000000000100000000000000010000
            000000000004000000000000006E6F6E650400000000000000746F704B0000003E0000403F0000003F0000000000000000
            0000003F0900000000000000656D70
            69726963616C0B000000000000006C6F6761726974686D6963030000000000000003000000000000000000803F00000040000040
            40000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
            0000000000000000000000000000000000000000000000000000000000000000
            """)
    /// `head` and the payload with its length.
    static let content = head + [UInt8](hex: "0300000000000000 0700FF")

    /// The position of the width in `content`, after the format, the name and the kind. Seven more sizes follow.
    private static let sizes = 12 + 13 + 12

    @Test("The bytes match the format and are read back")
    func layout() throws {
        #expect(Self.model.bytes == Self.content.sealed)
        let read = try Model(bytes: Self.content.sealed, name: "model")
        #expect(read == Self.model)
        #expect(read.kind == "ssae" && read.payload == [7, 0, 255])
        #expect(read.calibration.scores == [1, 2, 3])
        #expect(read.calibration.estimate == .empirical && read.calibration.images == 3)
    }

    @Test("Older versions are an error")
    func olderVersions() {
        for version: UInt8 in 1...8 {
            var content = Self.content
            content[8] = version
            #expect(throws: FormatError.wrongVersion("model", found: Int(version), expected: 9)) {
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
        // Before the lengths of the colours, the frame, the region (three), the balance and its scores, which are
        // empty, and the payload.
        let upper = content.count - 8 - 8 - 3 * 8 - 8 - 8 - 8 - Self.model.payload.count - 4
        content.replaceSubrange(upper..<upper + 4, with: [0, 0, 0, 0])
        #expect(throws: FormatError.self) { try Model(bytes: content.sealed, name: "m") }
    }

    @Test("The frame is stored, and an invalid one is an error", arguments: [Float(0), -0.5, 2.5, .nan])
    func frame(side: Float) throws {
        var framed = Self.model
        framed.frame = ObjectFrame(width: 1.25, height: 0.5)
        #expect(try Model(bytes: framed.bytes, name: "m") == framed)
        framed.frame?.height = side
        #expect(throws: FormatError.self) { try Model(bytes: framed.bytes, name: "m") }
    }

    @Test("The region of interest is stored, and an invalid one is an error")
    func region() throws {
        var model = Self.model
        for (kind, corners, mask) in [
            (RegionOfInterest.Kind.polygon, [0, 0, 1, 0, 1, 0.5] as [Float]?, [] as [UInt8]), (.auto, nil, []),
            (.masks, nil, []), (.mask, nil, [1, 2]),
        ] {
            (model.region, model.regionMask) = (RegionOfInterest(kind, corners: corners), mask)
            #expect(try Model(bytes: model.bytes, name: "m") == model)
            // A mask belongs to its kind alone.
            model.regionMask = mask.isEmpty ? [1] : []
            #expect(throws: FormatError.self) { try Model(bytes: model.bytes, name: "m") }
        }
        model.regionMask = []
        model.region = nil
        (model.frame, model.region) = (ObjectFrame(width: 1, height: 1), RegionOfInterest(.auto))
        #expect(throws: FormatError.self) { try Model(bytes: model.bytes, name: "m") }
        for corners: [Float] in [[0, 0, 1, 1], [0, 0, 1, 0, 1], [0, 0, 1, 0, 1, 1.5], [0, 0, 1, 0, 1, .nan]] {
            #expect(RegionOfInterest(.polygon, corners: corners) == nil)
        }
        #expect(RegionOfInterest(.polygon) == nil && RegionOfInterest(.auto, corners: [0, 0, 1, 0, 1, 1]) == nil)
    }

    @Test("The balance of the threshold is stored, and its threshold is in force")
    func balance() throws {
        var model = Self.model
        model.calibration = Calibration(
            scores: [1, 1.1, 1.2, 1.05], quantile: 0.99, estimate: .robust
        ).balanced(.init(falseAlarm: 1, miss: 2), unchanged: [1, 1.1, 1.2, 1.05], defects: [1.3, 1.5, 9])
        let balance = try #require(model.calibration.balance)
        let read = try Model(bytes: model.bytes, name: "model")
        #expect(read == model && read.calibration.balance == balance)
        #expect(read.calibration.threshold == balance.threshold && read.calibration.choosing(5).threshold == 5)
        // The unchanged images are the reference, whatever their augmented copies score.
        let wide = Calibration(scores: [1, 1.1, 1.2, 2, 3, 4], images: 3, quantile: 0.99, estimate: .robust)
            .balanced(.init(falseAlarm: 1, miss: 1), unchanged: [1.2, 1, 1.1], defects: [1.5, 1.6, 9])
        #expect(wide.reference == [1, 1.1, 1.2] && wide.median == 1.1)
        #expect(wide.choosing(7).reference == wide.reference)
        #expect(wide.normalized(1.1) == 0 && abs(wide.normalized(wide.threshold) - 1) < 1e-6)
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
    static let complete: Model = {
        var model = Self.model
        (model.scoring.scales, model.scoring.levels, model.scoring.normalization) = (3, 2, .localContrast)
        model.calibration = Calibration(
            scores: [1, 2, 3, 5], images: 2, trainingScores: [2, 1.5, 1], quantile: 0.99, estimate: .robust,
            scale: .linear, chosenThreshold: 2.5)
        model.range = SampleRange(lowest: 0, highest: 4095)
        return model
    }()

    @Test("Scales, levels, normalisation, tiles and estimate are stored, and inconsistent ones are an error")
    func completeModel() throws {
        var model = Self.complete
        model.grid = TileGrid(width: 64, height: 32, tileWidth: 24, tileHeight: 16, overlap: 7)
        #expect(try Model(bytes: model.bytes, name: "model") == model)
        func isRefused(_ model: Model, _ place: Int, _ value: UInt8) {
            var bytes = model.bytes
            bytes[place] = value
            #expect(throws: FormatError.self, "\(value) at \(place)") {
                try Model(bytes: bytes.resealed, name: "model")
            }
        }
        // Tiles wider and higher than the image, an overlap of half a tile, five scales, no level, seven levels.
        let edits = [(32, UInt8(72)), (40, 40), (48, 8), (56, 5), (64, 0), (64, 7)]
        for (place, value) in edits { isRefused(model, Self.sizes + place, value) }
        // Two levels without a normalisation.
        isRefused(Self.model, Self.sizes + 64, 2)
        for bytes in DamagedBytes.truncations(of: Array(model.bytes.dropLast(FileFormat.digestBytes))) {
            #expect(throws: FormatError.self) { try Model(bytes: bytes.sealed, name: "model") }
        }
    }

    @Test(
        "Models of any kind survive a round trip", arguments: ["ssae", "Gedächtnis 2"],
        ScoringParameters.ImageScore.allCases)
    func roundTrip(_ kind: String, _ score: ScoringParameters.ImageScore) throws {
        for payload in [[], Array(0...255), AutoencoderPayloadTests.payload.bytes] {
            var model = Self.complete
            (model.name, model.kind, model.payload) = ("Fläche 3/4", kind, payload)
            model.scoring.imageScore = score
            // Compared outside the macro, which would print every byte.
            let isSame = try Model(bytes: model.bytes, name: "model") == model
            #expect(isSame)
        }
    }

    @Test("A truncated file is an error, and so are trailing bytes")
    func truncation() {
        for bytes in DamagedBytes.truncations(of: Self.content) {
            #expect(throws: FormatError.self, "\(bytes.count) bytes") { try Model(bytes: bytes.sealed, name: "model") }
        }
        #expect(throws: FormatError.self) { try Model(bytes: (Self.content + [0]).sealed, name: "model") }
    }

    @Test("A file with any changed byte is an error or a usable model")
    func mutation() {
        var refused = 0
        for content in DamagedBytes.mutations(of: Self.content) {
            do throws(FormatError) {
                let model = try Model(bytes: content.sealed, name: "model")
                #expect(model.payload.count == 3)
                #expect(model.scoring.score([1, 2, 3, 4]) > 0)
                #expect(model.calibration.threshold.isFinite)
            } catch { refused += 1 }
        }
        #expect((500..<2000).contains(refused))
    }

    @Test("An unusable model is an error")
    func unusable() throws {
        let edits: [(inout Model) -> Void] = [
            { $0.grid = TileGrid(width: 4, height: 32) }, { $0.grid = TileGrid(width: 1 << 40, height: 32) },
            { $0.grid = TileGrid(width: 64, height: 32, tileWidth: 4, tileHeight: 32, overlap: 1) },
            { $0.scoring.boxSize = 4 }, { $0.scoring.boxSize = -1 },
            { $0.scoring.boxPasses = -1 }, { $0.scoring.scales = 0 }, { $0.scoring.levels = 2 },
            { $0.scoring.topFraction = .nan }, { $0.scoring.topFraction = 1.5 }, { $0.mapCeiling = .infinity },
            { $0.pixelThreshold = .nan }, { $0.pixelSize = 0 }, { $0.pixelSize = .infinity },
            { $0.calibration = Calibration(scores: [1, .nan], quantile: 0.5) },
            { $0.calibration = Calibration(scores: [1], trainingScores: [.infinity], quantile: 0.5) },
            { $0.calibration = $0.calibration.choosing(.nan) },
        ]
        for (index, edit) in edits.enumerated() {
            var model = Self.model
            edit(&model)
            let bytes = model.bytes
            #expect(throws: FormatError.self, "edit \(index)") { try Model(bytes: bytes, name: "model") }
        }
    }
}
