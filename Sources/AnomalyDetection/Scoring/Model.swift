import BinaryCoding
import Imaging
import NeuralNetworks

/// Everything that scoring an image needs, in one file.
public struct Model: Sendable, Equatable {
    /// Version 5 added the range of samples, a threshold that a person chose, and the digest at the end. Version 4 added the scores
    /// of training images. Version 3 added the levels of the error, the response to contrast and how the threshold is estimated.
    /// Version 2 added tiles, the scales, the map's normalisation and the expected error. Version 1 was the first.
    public static let format = FileFormat(magic: "NOMMODEL", version: 5)

    /// Larger than the largest network with the expected errors of the largest image.
    public static let maximumFileBytes = 2 << 30

    /// What it was trained on, for people: the category's name.
    public var name: String
    public var architecture: NetworkArchitecture
    public var baseWidth: Int
    /// Of images and of the network's input, in pixels.
    public var grid: TileGrid
    /// Of the samples of images; nil for all that their files can hold.
    public var range: SampleRange?
    public var parameters: [Float]
    public var normalization: PixelNormalization
    public var scoring: ScoringParameters
    public var calibration: Calibration
    /// What each level of the error is divided by; as many as levels where `scoring` asks for it, else none.
    public var expectedErrors: [ExpectedError]
    /// How errors grow with contrast; there where `scoring` asks for it.
    public var contrastResponse: ContrastResponse?
    /// The highest value in the maps of held-out normal images: where a picture of a map begins to be warm.
    public var mapCeiling: Float

    public init(
        name: String, architecture: NetworkArchitecture, baseWidth: Int, grid: TileGrid, range: SampleRange? = nil,
        parameters: [Float], normalization: PixelNormalization, scoring: ScoringParameters, calibration: Calibration,
        expectedErrors: [ExpectedError] = [],
        contrastResponse: ContrastResponse? = nil, mapCeiling: Float
    ) {
        guard expectedErrors.count == (scoring.normalization == .none ? 0 : scoring.levels),
            (contrastResponse != nil) == (scoring.normalization == .localContrast)
        else {
            fatalError("a model's scoring and its expected errors do not go together")
        }
        (self.expectedErrors, self.contrastResponse) = (expectedErrors, contrastResponse)
        (self.name, self.architecture, self.baseWidth) = (name, architecture, baseWidth)
        (self.grid, self.range, self.parameters) = (grid, range, parameters)
        self.normalization = normalization
        (self.scoring, self.calibration, self.mapCeiling) = (scoring, calibration, mapCeiling)
    }

    public var network: NetworkDescription { architecture.description(baseWidth: baseWidth) }

    public var bytes: [UInt8] {
        var writer = ByteWriter(Model.format)
        writer.write(name)
        writer.write(architecture.rawValue)
        for number in [baseWidth, grid.width, grid.height, scoring.boxSize, scoring.boxPasses] { writer.write(number) }
        for number in [grid.tileWidth, grid.tileHeight, grid.overlap, scoring.scales, scoring.levels] {
            writer.write(number)
        }
        writer.write(scoring.normalization.rawValue)
        writer.write(block: expectedErrors.flatMap(\.values))
        writer.write(block: contrastResponse?.values ?? [])
        writer.write(scoring.imageScore.rawValue)
        writer.write(scoring.topFraction)
        for number in normalization.mean + [normalization.deviation, mapCeiling] { writer.write(number) }
        writer.write(calibration.quantile)
        writer.write(calibration.estimate.rawValue)
        writer.write(calibration.images)
        writer.write(block: calibration.scores)
        writer.write(block: calibration.trainingScores)
        writer.write(block: calibration.chosenThreshold.map { [$0] } ?? [])
        writer.write(block: range.map { [$0.lowest, $0.highest] } ?? [])
        writer.write(block: parameters)
        return writer.bytes
    }

    public init(bytes: [UInt8], name file: String) throws(FormatError) {
        var reader = try ByteReader(bytes, Model.format, name: file)
        name = try reader.readText()
        let architecture = try reader.readText()
        guard let known = NetworkArchitecture(rawValue: architecture) else {
            throw .damaged(file, at: 0, what: "a network \"\(architecture)\" that is not known")
        }
        self.architecture = known
        baseWidth = try reader.readInt("the base width", in: 1...1024)
        let width = try reader.readInt("the width", in: 8...4096)
        let height = try reader.readInt("the height", in: 8...4096)
        let boxSize = try reader.readInt("the box size", in: 1...1023)
        let boxPasses = try reader.readInt("the box passes", in: 0...64)
        let tileWidth = try reader.readInt("a tile's width", in: 8...width)
        let tileHeight = try reader.readInt("a tile's height", in: 8...height)
        let overlap = try reader.readInt("the tiles' overlap", in: 0...(min(tileWidth, tileHeight) - 1) / 2)
        let scales = try reader.readInt("the scales", in: 1...4)
        let levels = try reader.readInt("the levels", in: 1...6)
        let normalizationText = try reader.readText()
        let errors = try reader.readBlock(of: Float.self)
        let response = try reader.readBlock(of: Float.self)
        guard let mapNormalization = ScoringParameters.MapNormalization(rawValue: normalizationText) else {
            throw .damaged(file, at: 0, what: "a normalisation \"\(normalizationText)\" of maps that is not known")
        }
        let fields = mapNormalization == .none ? 0 : levels
        expectedErrors = ExpectedError.fields(errors)
        contrastResponse = ContrastResponse(values: response)
        guard (contrastResponse != nil) == (mapNormalization == .localContrast),
            contrastResponse != nil || response.isEmpty,
            expectedErrors.count == fields, errors.count == fields * ExpectedError.cells * ExpectedError.cells,
            mapNormalization == .none ? levels == 1 : min(width, height) >= ExpectedError.cells
        else { throw .damaged(file, at: 0, what: "an expected error that no map could be divided by") }
        grid = TileGrid(
            width: width, height: height, tileWidth: tileWidth, tileHeight: tileHeight, overlap: overlap)
        let imageScore = try reader.readText()
        guard let known = ScoringParameters.ImageScore(rawValue: imageScore), boxSize % 2 == 1, tileWidth % 8 == 0,
            tileHeight % 8 == 0
        else {
            throw .damaged(
                file, at: 0, what: "a score \"\(imageScore)\", a box of \(boxSize) or a size that is not known")
        }
        scoring = ScoringParameters(
            boxSize: boxSize, boxPasses: boxPasses, scales: scales, levels: levels, normalization: mapNormalization,
            imageScore: known,
            topFraction: try reader.readFloat())
        let mean = [try reader.readFloat(), try reader.readFloat(), try reader.readFloat()]
        normalization = PixelNormalization(mean: mean, deviation: try reader.readFloat())
        mapCeiling = try reader.readFloat()
        let quantile = try reader.readFloat()
        let estimateText = try reader.readText()
        guard let estimate = Calibration.Estimate(rawValue: estimateText) else {
            throw .damaged(file, at: 0, what: "an estimate \"\(estimateText)\" of the threshold that is not known")
        }
        let images = try reader.readInt("the held-out images", in: 1...1 << 30)
        let scores = try reader.readBlock(of: Float.self)
        let trainingScores = try reader.readBlock(of: Float.self)
        let chosen = try reader.readBlock(of: Float.self)
        guard chosen.count <= 1, chosen.allSatisfy(\.isFinite), !scores.isEmpty, images <= scores.count,
            (0...1).contains(quantile), scores.allSatisfy(\.isFinite),
            trainingScores.allSatisfy(\.isFinite), mapCeiling.isFinite,
            mean.allSatisfy(\.isFinite), normalization.deviation.isFinite, normalization.deviation > 0,
            (0...1).contains(scoring.topFraction)
        else { throw .damaged(file, at: 0, what: "a calibration without usable scores") }
        calibration = Calibration(
            scores: scores, images: images, trainingScores: trainingScores, quantile: quantile, estimate: estimate,
            chosenThreshold: chosen.first)
        let bounds = try reader.readBlock(of: Float.self)
        if !bounds.isEmpty {
            guard bounds.count == 2, let known = SampleRange(lowest: bounds[0], highest: bounds[1]) else {
                throw .damaged(file, at: 0, what: "a range of samples that nothing could be scaled by")
            }
            range = known
        }
        parameters = try reader.readBlock(of: Float.self)
        try reader.finish()
        let expected = self.architecture.description(baseWidth: baseWidth).parameterCount
        guard parameters.count == expected else {
            throw .damaged(file, at: 0, what: "\(parameters.count) parameters for a network of \(expected)")
        }
        guard parameters.allSatisfy(\.isFinite) else {
            throw .damaged(file, at: 0, what: "a parameter of the network that is not a finite number")
        }
    }
}
