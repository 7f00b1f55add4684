import BinaryCoding
import Imaging
import VerdictStatistics

/// A fitted detector with everything needed to score an image, as one file.
public struct Model: Sendable, Equatable {
    /// Version 9: region of interest, pixel threshold, size of a pixel, colours. Version 8: frame around the object,
    /// balanced threshold. Version 7: scale of the scores. Version 6: detectors of several kinds. Version 5: sample
    /// range, user's threshold, digest at the end. Version 4: scores of training images. Version 3: error levels,
    /// contrast response, method of the threshold. Version 2: tiles, scales, map normalisation, expected error. Version
    /// 1: initial.
    public static let format = FileFormat(magic: "NOMMODEL", version: 9)

    /// A limit above the size of any valid model.
    public static let maximumFileBytes = 2 << 30

    /// The name of the category that the model was trained on, for display.
    public var name: String
    /// The sizes of images and of the tiles that the detector sees.
    public var grid: TileGrid
    /// The sample range of the images; nil for the full range of their files.
    public var range: SampleRange?
    /// The colours of the images; nil for those of the files.
    public var colour: ColourRendering?
    /// The frame that is cut out around the object; nil for whole images.
    public var frame: ObjectFrame?
    /// The part of the images that is judged; nil for whole images.
    public var region: RegionOfInterest?
    /// The region of the kind `mask`, a PNG file; empty for other kinds.
    public var regionMask: [UInt8]
    public var scoring: ScoringParameters
    public var calibration: Calibration
    /// The median of the highest values of held-out normal images' maps, from which overlays scale their colours.
    public var mapCeiling: Float
    /// The value of a map from which pixels belong to a region; see `PixelThreshold`.
    public var pixelThreshold: Float
    /// The side of a pixel of the original images in millimetres, above 0; nil if it is not known.
    public var pixelSize: Double?
    /// The kind of the detector, such as "ssae".
    public var kind: String
    /// The detector in the format of its kind.
    public var payload: [UInt8]

    public init(
        name: String, grid: TileGrid, range: SampleRange? = nil, colour: ColourRendering? = nil,
        frame: ObjectFrame? = nil, region: RegionOfInterest? = nil, regionMask: [UInt8] = [],
        scoring: ScoringParameters, calibration: Calibration, mapCeiling: Float, pixelThreshold: Float,
        pixelSize: Double? = nil, kind: String, payload: [UInt8]
    ) {
        (self.name, self.grid, self.range, self.frame, self.scoring) = (name, grid, range, frame, scoring)
        (self.colour, self.region, self.regionMask) = (colour, region, regionMask)
        (self.calibration, self.mapCeiling) = (calibration, mapCeiling)
        (self.pixelThreshold, self.pixelSize) = (pixelThreshold, pixelSize)
        (self.kind, self.payload) = (kind, payload)
    }

    public var bytes: [UInt8] {
        var writer = ByteWriter(Model.format)
        writer.write(name)
        writer.write(kind)
        for number in [grid.width, grid.height, scoring.boxSize, scoring.boxPasses] { writer.write(number) }
        for number in [grid.tileWidth, grid.tileHeight, grid.overlap, scoring.scales, scoring.levels] {
            writer.write(number)
        }
        writer.write(scoring.normalization.rawValue)
        writer.write(scoring.imageScore.rawValue)
        writer.write(scoring.topFraction)
        writer.write(mapCeiling)
        writer.write(pixelThreshold)
        writer.write(block: pixelSize.map { [$0] } ?? [])
        writer.write(calibration.quantile)
        writer.write(calibration.estimate.rawValue)
        writer.write(calibration.scale.rawValue)
        writer.write(calibration.images)
        writer.write(block: calibration.scores)
        writer.write(block: calibration.trainingScores)
        writer.write(block: calibration.chosenThreshold.map { [$0] } ?? [])
        writer.write(block: range.map { [$0.lowest, $0.highest] } ?? [])
        writer.write(colour?.rawValue ?? "")
        writer.write(block: frame.map { [$0.width, $0.height] } ?? [])
        writer.write(region?.kind.rawValue ?? "")
        writer.write(block: region?.corners ?? [])
        writer.write(block: regionMask)
        writer.write(
            block: calibration.balance.map {
                [$0.threshold, $0.falseAlarms, $0.misses, $0.costs.falseAlarm, $0.costs.miss]
            } ?? [])
        writer.write(block: calibration.balance == nil ? [] : calibration.reference)
        writer.write(block: payload)
        return writer.bytes
    }

    /// Reads all but the payload, whose kind reads it when it is needed.
    ///
    /// - Throws: `FormatError`.
    public init(bytes: [UInt8], name file: String) throws(FormatError) {
        var reader = try ByteReader(bytes, Model.format, name: file)
        name = try reader.readText()
        kind = try reader.readText()
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
        guard let mapNormalization = ScoringParameters.MapNormalization(rawValue: normalizationText) else {
            throw .damaged(file, what: "unknown map normalisation \"\(normalizationText)\"")
        }
        guard mapNormalization != .none || levels == 1 else {
            throw .damaged(file, what: "\(levels) error levels without a normalisation")
        }
        grid = TileGrid(
            width: width, height: height, tileWidth: tileWidth, tileHeight: tileHeight, overlap: overlap)
        let imageScore = try reader.readText()
        guard let known = ScoringParameters.ImageScore(rawValue: imageScore), boxSize % 2 == 1 else {
            throw .damaged(file, what: "invalid score \"\(imageScore)\" or box size \(boxSize)")
        }
        scoring = ScoringParameters(
            boxSize: boxSize, boxPasses: boxPasses, scales: scales, levels: levels, normalization: mapNormalization,
            imageScore: known,
            topFraction: try reader.readFloat())
        mapCeiling = try reader.readFloat()
        pixelThreshold = try reader.readFloat()
        let pixelSizes = try reader.readBlock(of: Double.self)
        guard pixelThreshold.isFinite, pixelSizes.count <= 1, pixelSizes.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            throw .damaged(file, what: "invalid pixel threshold or size of a pixel")
        }
        pixelSize = pixelSizes.first
        let quantile = try reader.readFloat()
        let estimateText = try reader.readText()
        guard let estimate = Calibration.Estimate(rawValue: estimateText) else {
            throw .damaged(file, what: "unknown threshold estimate \"\(estimateText)\"")
        }
        let scaleText = try reader.readText()
        guard let scale = ScoreScale(rawValue: scaleText) else {
            throw .damaged(file, what: "unknown scale of scores \"\(scaleText)\"")
        }
        let images = try reader.readInt("the held-out images", in: 1...1 << 30)
        let scores = try reader.readBlock(of: Float.self)
        let trainingScores = try reader.readBlock(of: Float.self)
        let chosen = try reader.readBlock(of: Float.self)
        guard chosen.count <= 1, chosen.allSatisfy(\.isFinite), !scores.isEmpty, images <= scores.count,
            (0...1).contains(quantile), scores.allSatisfy(\.isFinite),
            trainingScores.allSatisfy(\.isFinite), mapCeiling.isFinite,
            (0...1).contains(scoring.topFraction)
        else { throw .damaged(file, what: "invalid calibration") }
        let bounds = try reader.readBlock(of: Float.self)
        if !bounds.isEmpty {
            guard bounds.count == 2, let known = SampleRange(lowest: bounds[0], highest: bounds[1]) else {
                throw .damaged(file, what: "invalid sample range")
            }
            range = known
        }
        let colourText = try reader.readText()
        colour = ColourRendering(rawValue: colourText)
        guard colour != nil || colourText.isEmpty else {
            throw .damaged(file, what: "unknown colours \"\(colourText)\"")
        }
        let sides = try reader.readBlock(of: Float.self)
        if !sides.isEmpty {
            guard sides.count == 2, sides.allSatisfy({ $0 > 0 && $0 <= 2 }) else {
                throw .damaged(file, what: "invalid frame")
            }
            frame = ObjectFrame(width: sides[0], height: sides[1])
        }
        let regionKind = try reader.readText(), corners = try reader.readBlock(of: Float.self)
        regionMask = try reader.readBlock(of: UInt8.self)
        if !regionKind.isEmpty {
            guard let kind = RegionOfInterest.Kind(rawValue: regionKind),
                let known = RegionOfInterest(kind, corners: corners.isEmpty ? nil : corners)
            else { throw .damaged(file, what: "invalid region of interest \"\(regionKind)\"") }
            region = known
        }
        guard (region?.kind == .mask) == !regionMask.isEmpty, region != nil || corners.isEmpty,
            region == nil || frame == nil
        else { throw .damaged(file, what: "a region of interest without its mask, or a mask without region") }
        let shares = try reader.readBlock(of: Float.self)
        let unchanged = try reader.readBlock(of: Float.self)
        guard shares.isEmpty == unchanged.isEmpty, shares.isEmpty || shares.count == 5,
            (shares + unchanged).allSatisfy(\.isFinite)
        else {
            throw .damaged(file, what: "invalid balance of the threshold")
        }
        calibration = Calibration(
            scores: scores, images: images, trainingScores: trainingScores, quantile: quantile, estimate: estimate,
            scale: scale,
            balance: shares.isEmpty
                ? nil
                : (
                    ThresholdBalance(
                        threshold: shares[0], falseAlarms: shares[1], misses: shares[2],
                        costs: .init(falseAlarm: shares[3], miss: shares[4])), unchanged
                ), chosenThreshold: chosen.first)
        payload = try reader.readBlock(of: UInt8.self)
        try reader.finish()
    }
}
