import BinaryCoding
import Imaging
import NeuralNetworks

/// A trained model with everything needed to score an image, as one file.
public struct Model: Sendable, Equatable {
    /// Version 5: sample range, user's threshold, digest at the end. Version 4: scores of training images. Version 3:
    /// error levels, contrast response, method of the threshold. Version 2: tiles, scales, map normalisation, expected
    /// error. Version 1: initial.
    public static let format = FileFormat(magic: "NOMMODEL", version: 5)

    /// A limit above the size of any valid model.
    public static let maximumFileBytes = 2 << 30

    /// The name of the category that the model was trained on, for display.
    public var name: String
    public var architecture: NetworkArchitecture
    public var baseWidth: Int
    /// The sizes of images and of the network's input.
    public var grid: TileGrid
    /// The sample range of the images; nil for the full range of their files.
    public var range: SampleRange?
    public var parameters: [Float]
    public var normalization: PixelNormalization
    public var scoring: ScoringParameters
    public var calibration: Calibration
    /// The divisor of each error level. Empty if `scoring` uses no normalisation.
    public var expectedErrors: [ExpectedError]
    /// The error as a function of contrast, if `scoring` uses `localContrast`; otherwise nil.
    public var contrastResponse: ContrastResponse?
    /// The maximum over the maps of held-out normal images, from which overlays scale their colours.
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
            fatalError("a model's scoring does not match its expected errors")
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
            throw .damaged(file, at: 0, what: "unknown network \"\(architecture)\"")
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
            throw .damaged(file, at: 0, what: "unknown map normalisation \"\(normalizationText)\"")
        }
        let fields = mapNormalization == .none ? 0 : levels
        expectedErrors = ExpectedError.fields(errors)
        contrastResponse = ContrastResponse(values: response)
        guard (contrastResponse != nil) == (mapNormalization == .localContrast),
            contrastResponse != nil || response.isEmpty,
            expectedErrors.count == fields, errors.count == fields * ExpectedError.cells * ExpectedError.cells,
            mapNormalization == .none ? levels == 1 : min(width, height) >= ExpectedError.cells
        else { throw .damaged(file, at: 0, what: "invalid expected errors or contrast response") }
        grid = TileGrid(
            width: width, height: height, tileWidth: tileWidth, tileHeight: tileHeight, overlap: overlap)
        let imageScore = try reader.readText()
        guard let known = ScoringParameters.ImageScore(rawValue: imageScore), boxSize % 2 == 1, tileWidth % 8 == 0,
            tileHeight % 8 == 0
        else {
            throw .damaged(
                file, at: 0,
                what: "invalid score \"\(imageScore)\", box size \(boxSize) or tile size \(tileWidth) x \(tileHeight)")
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
            throw .damaged(file, at: 0, what: "unknown threshold estimate \"\(estimateText)\"")
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
        else { throw .damaged(file, at: 0, what: "invalid calibration") }
        calibration = Calibration(
            scores: scores, images: images, trainingScores: trainingScores, quantile: quantile, estimate: estimate,
            chosenThreshold: chosen.first)
        let bounds = try reader.readBlock(of: Float.self)
        if !bounds.isEmpty {
            guard bounds.count == 2, let known = SampleRange(lowest: bounds[0], highest: bounds[1]) else {
                throw .damaged(file, at: 0, what: "invalid sample range")
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
            throw .damaged(file, at: 0, what: "a network parameter is not finite")
        }
    }
}
