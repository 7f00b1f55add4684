import BinaryCoding
import BinaryCodingTestSupport
import Imaging
import NeuralNetworks
import Testing

@testable import AnomalyDetection

@Suite("Autoencoder payload")
struct AutoencoderPayloadTests {
    /// The smallest network, with 2,439 parameters.
    static let parameters = (0..<NetworkArchitecture.sdc.description(baseWidth: 1).parameterCount).map {
        Float($0 % 7) - 3
    }
    static let payload = AutoencoderPayload(
        architecture: .sdc, baseWidth: 1, parameters: parameters,
        normalization: PixelNormalization(mean: [0.5, 0.25, 0.125], deviation: 0.375))

    /// `payload` up to its parameters, written in Python with struct.pack: "<8sI" of b"NOMAUTOE", 3, "<q" lengths
    /// before text and blocks. In this order: "sdc"; the base width and the reduction as "<q"; "pixels"; the colours as
    /// "<4f"; no expected error; no contrast response.
    static let head = [UInt8](
        hex: """
            4E4F4D4155544F450300000003000000000000007364630100000000000000010000000000000006000000000000007069
            78656C730000003F0000803E0000003E0000C03E00000000000000000000000000000000
            """)
    /// `head` and the parameters: their count and -3, -2, -1, 0, 1, 2, 3, -3, ... as "<f".
    static let content = head + [UInt8](hex: "8709000000000000") + littleEndian(parameters)

    static func littleEndian(_ numbers: [Float]) -> [UInt8] {
        numbers.flatMap { number in
            (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * UInt32($0))) }
        }
    }

    /// A payload with all optional parts.
    static let complete: AutoencoderPayload = {
        var payload = Self.payload
        payload.expectedErrors = [5, 7].compactMap { period in
            ExpectedError(values: (0..<1024).map { Float($0 % period + 1) })
        }
        payload.contrastResponse = ContrastResponse(values: (1...ContrastResponse.bins).map { Float($0) })
        return payload
    }()

    /// The position of the count of expected errors.
    private static let errors = head.count - 16
    /// The position of the count of the contrast response in `complete`.
    private static let response = errors + 8 + 2 * 4096

    @Test("The bytes match the format and are read back")
    func layout() throws {
        // Compared outside the macro, which would print every byte.
        let isSame = Self.payload.bytes == Self.content.sealed
        #expect(isSame)
        let read = try AutoencoderPayload(bytes: Self.content.sealed, name: "detector")
        #expect(read == Self.payload)
        #expect(read.expectedErrors.isEmpty && read.contrastResponse == nil)
    }

    @Test("Other versions are an error", arguments: [UInt8(0), 1, 2, 4])
    func otherVersions(_ version: UInt8) {
        var content = Self.content
        content[8] = version
        #expect(throws: FormatError.wrongVersion("detector", found: Int(version), expected: 3)) {
            try AutoencoderPayload(bytes: content, name: "detector")
        }
    }

    @Test("Any flipped bit is an error")
    func bitFlips() {
        for bytes in DamagedBytes.bitFlips(of: Self.payload.bytes) {
            #expect(throws: FormatError.self) { try AutoencoderPayload(bytes: bytes, name: "detector") }
        }
    }

    @Test("Payloads survive a round trip", arguments: NetworkArchitecture.allCases, [false, true])
    func roundTrip(_ architecture: NetworkArchitecture, hasDivisors: Bool) throws {
        var payload = hasDivisors ? Self.complete : Self.payload
        (payload.architecture, payload.baseWidth) = (architecture, 2)
        if hasDivisors { payload.input = .localContrast }
        payload.parameters = payload.network.initialParameters(seed: 1)
        // Compared outside the macro, which would print every parameter.
        let isSame = try AutoencoderPayload(bytes: payload.bytes, name: "detector") == payload
        #expect(isSame)
    }

    @Test("Expected errors and contrast responses are stored, and invalid ones are an error")
    func divisors() throws {
        let content = Array(Self.complete.bytes.dropLast(FileFormat.digestBytes))
        let read = try AutoencoderPayload(bytes: content.sealed, name: "detector")
        #expect(read.expectedErrors.count == 2)
        let isSame = read == Self.complete
        #expect(isSame)
        // The first and the last value of the fields and of the response.
        for place in [Self.errors + 8, Self.response - 4, Self.response + 8, Self.response + 8 + 4 * 23] {
            for value: Float in [.nan, .infinity, 0, -1] {
                var damaged = content
                damaged.replaceSubrange(place..<place + 4, with: Self.littleEndian([value]))
                #expect(throws: FormatError.self, "\(value) at \(place)") {
                    try AutoencoderPayload(bytes: damaged.sealed, name: "detector")
                }
            }
        }
        // Values that make no whole field, and one bin less.
        for (place, count) in [(Self.errors, 2047), (Self.errors, 1), (Self.response, 23)] {
            let old = place == Self.errors ? 2048 : ContrastResponse.bins
            var damaged = content
            damaged.removeSubrange(place + 8 + 4 * count..<place + 8 + 4 * old)
            damaged.replaceSubrange(place..<place + 2, with: [UInt8(count & 0xFF), UInt8(count >> 8)])
            #expect {
                try AutoencoderPayload(bytes: damaged.sealed, name: "detector")
            } throws: {
                "\($0)".contains("invalid normalisation, expected errors or contrast response")
            }
        }
    }

    @Test("A truncated file is an error, and so are trailing bytes")
    func truncation() {
        let complete = Array(Self.complete.bytes.dropLast(FileFormat.digestBytes))
        for (content, head) in [(Self.content, Self.head.count), (complete, Self.response + 8 + 4 * 24)] {
            // After every byte before the parameters, at intervals in the fields and the parameters.
            let dense = Array(0...Self.head.count + 16) + Array(max(0, head - 100)...head + 16)
            for end in dense + stride(from: 100, to: content.count, by: 61) + [content.count - 1] {
                #expect(throws: FormatError.self, "\(end) bytes") {
                    try AutoencoderPayload(bytes: Array(content[..<end]).sealed, name: "detector")
                }
            }
            #expect(throws: FormatError.self) {
                try AutoencoderPayload(bytes: (content + [0]).sealed, name: "detector")
            }
        }
    }

    @Test("A file with any changed byte before the parameters is an error or a usable network")
    func mutation() {
        let tail = Array(Self.content[Self.head.count...])
        var refused = 0
        for head in DamagedBytes.mutations(of: Self.head) {
            do throws(FormatError) {
                let payload = try AutoencoderPayload(bytes: (head + tail).sealed, name: "detector")
                #expect(payload.parameters.count == payload.network.parameterCount)
                #expect(payload.normalization.deviation > 0 && payload.normalization.mean.allSatisfy(\.isFinite))
            } catch { refused += 1 }
        }
        #expect((500..<2100).contains(refused))
    }

    @Test("An unusable network is an error")
    func unusable() throws {
        let edits: [(inout AutoencoderPayload) -> Void] = [
            { $0.reduction = 0 }, { $0.reduction = 3 }, { $0.reduction = 8 }, { $0.baseWidth = 0 },
            { $0.baseWidth = 1025 }, { $0.baseWidth = 2 }, { $0.architecture = .sdcCCM },
            { $0.parameters.removeLast() }, { $0.parameters.append(0) }, { $0.parameters = [] },
            { $0.parameters[0] = .nan }, { $0.parameters[2438] = .infinity },
            { $0.normalization.mean[1] = .nan }, { $0.normalization.deviation = 0 },
            { $0.normalization.deviation = -1 }, { $0.normalization.deviation = .infinity },
        ]
        for (index, edit) in edits.enumerated() {
            var payload = Self.payload
            edit(&payload)
            let bytes = payload.bytes
            #expect(throws: FormatError.self, "edit \(index)") {
                try AutoencoderPayload(bytes: bytes, name: "detector")
            }
        }
        var content = Self.content
        content.replaceSubrange(20..<23, with: Array("abc".utf8))
        #expect(throws: FormatError.damaged("detector", what: "unknown network \"abc\"")) {
            try AutoencoderPayload(bytes: content.sealed, name: "detector")
        }
    }

    /// A scoring with the divisors that match it: the number of expected errors, and if there is a response.
    struct Divisors: Sendable {
        var normalization: ScoringParameters.MapNormalization
        var levels, fields: Int
        var hasResponse: Bool
    }

    static let divisorsOfScorings = [
        Divisors(normalization: .none, levels: 1, fields: 0, hasResponse: false),
        Divisors(normalization: .expectedError, levels: 1, fields: 1, hasResponse: false),
        Divisors(normalization: .expectedError, levels: 3, fields: 3, hasResponse: false),
        Divisors(normalization: .localContrast, levels: 1, fields: 1, hasResponse: true),
        Divisors(normalization: .localContrast, levels: 2, fields: 2, hasResponse: true),
    ]

    private func payload(fields: Int, response: Bool) -> AutoencoderPayload {
        var payload = Self.payload
        payload.expectedErrors = Array(repeating: Self.complete.expectedErrors[0], count: fields)
        payload.contrastResponse = response ? Self.complete.contrastResponse : nil
        return payload
    }

    private func require(_ payload: AutoencoderPayload, _ scoring: ScoringParameters, _ grid: TileGrid) throws {
        try payload.require(scoring, grid, name: "detector")
    }

    @Test("Divisors must match the scoring", arguments: divisorsOfScorings)
    func scoring(_ expected: Divisors) throws {
        let grid = TileGrid(width: 64, height: 32)
        let scoring = ScoringParameters(
            boxSize: 3, boxPasses: 1, levels: expected.levels, normalization: expected.normalization, imageScore: .max,
            topFraction: 0)
        for count in 0...4 {
            for hasResponse in [false, true] {
                let payload = payload(fields: count, response: hasResponse)
                if count == expected.fields && hasResponse == expected.hasResponse {
                    #expect(throws: Never.self) { try require(payload, scoring, grid) }
                } else {
                    #expect(throws: FormatError.self, "\(count) fields, response \(hasResponse)") {
                        try require(payload, scoring, grid)
                    }
                }
            }
        }
    }

    @Test("Tiles must be multiples of 8, and images as large as the field of expected errors")
    func tiles() throws {
        let plain = ModelTests.model.scoring
        var normalized = plain
        normalized.normalization = .expectedError
        let field = payload(fields: 1, response: false)
        for (width, height) in [(60, 32), (64, 36), (12, 12)] {
            let grid = TileGrid(width: width, height: height)
            #expect(throws: FormatError.self) { try require(Self.payload, plain, grid) }
        }
        // The image itself may have any size.
        let tiled = TileGrid(width: 61, height: 35, tileWidth: 24, tileHeight: 16, overlap: 4)
        try require(Self.payload, plain, tiled)
        try require(field, normalized, tiled)
        for (tileWidth, tileHeight) in [(20, 16), (24, 12)] {
            let grid = TileGrid(width: 61, height: 35, tileWidth: tileWidth, tileHeight: tileHeight, overlap: 4)
            #expect(throws: FormatError.self) { try require(Self.payload, plain, grid) }
        }
        for (width, height) in [(24, 64), (64, 24)] {
            let small = TileGrid(width: width, height: height)
            try require(Self.payload, plain, small)
            #expect(throws: FormatError.self) { try require(field, normalized, small) }
        }
    }
}
