import BinaryCoding
import NeuralNetworks

/// A trained autoencoder as one file: the network, the normalisation of its input, and the divisors of its maps.
public struct AutoencoderPayload: Sendable, Equatable {
    /// Version 3: the input. Version 2: the reduction. Version 1: initial.
    public static let format = FileFormat(magic: "NOMAUTOE", version: 3)
    /// The sides in pixels of the squares over which images can be averaged.
    public static let reductions = [1, 2, 4]

    public var architecture: NetworkArchitecture
    public var baseWidth: Int
    /// The network sees images averaged over squares of this many pixels on a side.
    public var reduction: Int
    public var input: NetworkInput
    public var parameters: [Float]
    public var normalization: PixelNormalization
    /// The divisor of each error level. Empty if maps are not normalised.
    public var expectedErrors: [ExpectedError]
    /// The error of normal images as a function of contrast; nil unless maps are normalised by it.
    public var contrastResponse: ContrastResponse?

    public init(
        architecture: NetworkArchitecture, baseWidth: Int, reduction: Int = 1,
        input: NetworkInput = .pixels, parameters: [Float], normalization: PixelNormalization,
        expectedErrors: [ExpectedError] = [], contrastResponse: ContrastResponse? = nil
    ) {
        (self.architecture, self.baseWidth, self.parameters) = (architecture, baseWidth, parameters)
        (self.reduction, self.normalization, self.expectedErrors) = (reduction, normalization, expectedErrors)
        (self.input, self.contrastResponse) = (input, contrastResponse)
    }

    public var network: NetworkDescription { architecture.description(baseWidth: baseWidth) }

    public var bytes: [UInt8] {
        var writer = ByteWriter(Self.format)
        writer.write(architecture.rawValue)
        writer.write(baseWidth)
        writer.write(reduction)
        writer.write(input.rawValue)
        for number in normalization.mean + [normalization.deviation] { writer.write(number) }
        writer.write(block: expectedErrors.flatMap(\.values))
        writer.write(block: contrastResponse?.values ?? [])
        writer.write(block: parameters)
        return writer.bytes
    }

    /// - Throws: `FormatError`.
    public init(bytes: [UInt8], name file: String) throws(FormatError) {
        var reader = try ByteReader(bytes, Self.format, name: file)
        let text = try reader.readText()
        guard let known = NetworkArchitecture(rawValue: text) else {
            throw .damaged(file, what: "unknown network \"\(text)\"")
        }
        architecture = known
        baseWidth = try reader.readInt("the base width", in: 1...1024)
        reduction = try reader.readInt("the reduction", in: 1...4)
        let seen = try reader.readText()
        guard let input = NetworkInput(rawValue: seen) else {
            throw .damaged(file, what: "unknown input \"\(seen)\" of the network")
        }
        self.input = input
        let mean = [try reader.readFloat(), try reader.readFloat(), try reader.readFloat()]
        normalization = PixelNormalization(mean: mean, deviation: try reader.readFloat())
        let errors = try reader.readBlock(of: Float.self)
        let response = try reader.readBlock(of: Float.self)
        parameters = try reader.readBlock(of: Float.self)
        try reader.finish()
        expectedErrors = ExpectedError.fields(errors)
        contrastResponse = ContrastResponse(values: response)
        guard Self.reductions.contains(reduction) else {
            throw .damaged(file, what: "a reduction of \(reduction)")
        }
        guard errors.count == expectedErrors.count * ExpectedError.cells * ExpectedError.cells,
            (contrastResponse == nil) == response.isEmpty, mean.allSatisfy(\.isFinite),
            normalization.deviation.isFinite, normalization.deviation > 0
        else { throw .damaged(file, what: "invalid normalisation, expected errors or contrast response") }
        let expected = architecture.description(baseWidth: baseWidth).parameterCount
        guard parameters.count == expected else {
            throw .damaged(file, what: "\(parameters.count) parameters for a network of \(expected)")
        }
        guard parameters.allSatisfy(\.isFinite) else {
            throw .damaged(file, what: "a network parameter is not finite")
        }
    }

    /// The side of the box over which contrast is averaged: that of the images, but of an odd number of the pixels that
    /// the network sees.
    ///
    /// - Parameters:
    ///   - width, height: the size of the image as the network sees it.
    package func contrastBoxSize(_ scoring: ScoringParameters, width: Int, height: Int) -> Int {
        (scoring.boxSizes(shorterSide: min(width, height) * reduction)[0] / reduction) | 1
    }

    /// Checks that the divisors belong to scoring parameters.
    ///
    /// - Throws: `FormatError`.
    public func require(_ scoring: ScoringParameters, _ grid: TileGrid, name file: String) throws(FormatError) {
        guard expectedErrors.count == (scoring.normalization == .none ? 0 : scoring.levels),
            (contrastResponse != nil) == (scoring.normalization == .localContrast),
            expectedErrors.isEmpty || min(grid.width, grid.height) / reduction >= ExpectedError.cells
        else { throw .damaged(file, what: "its expected errors do not match its scoring") }
        try requireFit(grid, name: file)
    }

    /// Checks that the network can process the tiles of a grid.
    ///
    /// - Throws: `FormatError`.
    public func requireFit(_ grid: TileGrid, name file: String) throws(FormatError) {
        let multiple = 8 * reduction
        guard grid.allows(reduction: reduction), grid.tileWidth % multiple == 0, grid.tileHeight % multiple == 0 else {
            throw .damaged(
                file,
                what: "tiles of \(grid.tileWidth) x \(grid.tileHeight) pixels; expected multiples of \(multiple)")
        }
    }
}
