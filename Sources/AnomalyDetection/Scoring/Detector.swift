import Imaging
import Tensors
import VerdictStatistics

/// A fitted detector. The result for an image does not depend on the rest of the batch.
public protocol Detector: AnyObject {
    /// The anomaly maps of images of the detector's size, before smoothing.
    func maps(_ images: [PlanarImage]) throws -> [DetectorMap]

    /// The scale of the scores; `.logarithmic` unless scores can be 0 or negative.
    var scale: ScoreScale { get }

    /// The number of images that are best given at a time.
    var batchSize: Int { get }

    /// The threads for work on single images; nil for the calling thread alone.
    var workers: WorkerPool? { get }
}

extension Detector {
    public var scale: ScoreScale { .logarithmic }
    public var batchSize: Int { 1 }
    public var workers: WorkerPool? { nil }

    /// The numbers of `count` images in batches of `batchSize`.
    public func batches(of count: Int) -> [Range<Int>] {
        stride(from: 0, to: count, by: batchSize).map { $0..<min($0 + batchSize, count) }
    }
}

/// A detector that maps images to normal images.
public protocol Projection: Detector {
    func reconstruct(_ images: [PlanarImage]) -> [PlanarImage]

    /// Calls `body` with the detector as it was before training.
    func untrained<Value>(seed: UInt64, _ body: (any Projection) throws -> Value) throws -> Value
}

/// The maps of one image.
public struct DetectorMap: Sendable {
    /// Higher is more anomalous. At the image's size.
    public var map: FloatMap
    /// A picture of the image as the detector expected it; nil if the detector makes no pictures.
    public var picture: PlanarImage?
    /// The map from which the image's score is computed; nil for `map`.
    public var scoreMap: FloatMap?
    /// The image's score; nil for one that is made of the map.
    public var score: Float?

    public init(map: FloatMap, picture: PlanarImage? = nil, scoreMap: FloatMap? = nil, score: Float? = nil) {
        (self.map, self.picture, self.scoreMap, self.score) = (map, picture, scoreMap, score)
    }
}

/// The map and the score of one image.
public struct Detection: Sendable {
    /// The smoothed map at the image's size. Around the region of interest, it continues the values inside.
    public var map: FloatMap
    public var score: Float
    /// See `DetectorMap.picture`.
    public var picture: PlanarImage?
    /// The region of interest of the image; see `PlanarImage.regionOfInterest`.
    public var region: [UInt8]?

    /// The values of the map that count.
    package var values: [Float] { map.inside(region) }

    /// The values of a mask of the map's size that count.
    package func inside(_ mask: [UInt8]) -> [UInt8] { mask.inside(region) }
}

extension Detector {
    /// The smoothed maps and the scores of images of the detector's size.
    public func detect(_ images: [PlanarImage], _ scoring: ScoringParameters) throws -> [Detection] {
        func detection(_ found: DetectorMap, _ region: [UInt8]?) -> Detection {
            let map = scoring.smoothed(found.map, within: region)
            let scored = found.scoreMap.map { scoring.smoothed($0, within: region) } ?? map
            return Detection(
                map: map, score: found.score ?? scoring.score(scored.inside(region)),
                picture: found.picture?.restricted(to: region), region: region)
        }
        let found = Array(zip(try maps(images), images.map(\.regionOfInterest)))
        return workers?.map(found, detection) ?? found.map(detection)
    }
}

extension ScoringParameters {
    /// The mean of the map smoothed by each box.
    ///
    /// - Parameter region: the region of interest, height x width values, nonzero inside. Means are those of the pixels
    ///   inside; where a box holds none, the map is 0. Nil for all pixels.
    public func smoothed(_ error: FloatMap, within region: [UInt8]? = nil) -> FloatMap {
        let (width, height) = (error.width, error.height)
        let sizes = boxSizes(shorterSide: min(width, height))
        var map = FloatMap(width: width, height: height, values: [Float](repeating: 0, count: width * height))
        for size in sizes {
            let smooth = RegionMean(region, height: height, width: width, size: size, passes: boxPasses)
                .filtered(error.values)
            for pixel in smooth.indices { map.values[pixel] += smooth[pixel] / Float(sizes.count) }
        }
        return map
    }
}
