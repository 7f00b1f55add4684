import Imaging
import Metrics

/// Evaluates anomaly map files against mask files, one map at a time.
///
/// Labelled pixels are defined by `DecodedMask`. Metrics are computed at the size of the masks. The score of an image
/// is the maximum of its map as stored, unless scores are given.
public struct MapEvaluation: Sendable {
    /// Resizes maps to the size of their masks: bilinear for enlargement, area average for reduction. Maps without a
    /// mask are resized to the common size of all masks, if there is one. Otherwise a different size is an error.
    public var resizesMaps = false
    /// Ignores masks of images without a map. Otherwise they are an error.
    public var allowsMissingMaps = false
    public var scores: ImageScores?
    /// See `PixelMetricsOptions`.
    public var memoryLimitBytes = 1 << 30
    /// The threshold of SegF1; nil leaves it undefined.
    public var pixelThreshold: Float?

    public init() {}

    /// - Parameters:
    ///   - warn: Called with remarks about the interpretation of a mask.
    ///   - progress: Called after each map with the number of finished maps.
    /// - Throws: `EvaluationError`, `ImagingError` if a file cannot be decoded, and `MetricsError` if a map contains a
    ///   value that is not finite or an image in the folder `good` has labelled pixels.
    public func evaluate(
        _ set: MapSet, warn: (String) -> Void = { _ in }, progress: (Int) -> Void = { _ in }
    ) throws -> TestSetResult {
        if !allowsMissingMaps, let first = set.masksWithoutMap.first {
            throw EvaluationError.masksWithoutMap(
                count: set.masksWithoutMap.count, folder: set.masksFolder, first: first)
        }
        if let first = set.unmasked.first, !set.maps.contains(where: \.isAnomalous) {
            throw EvaluationError.noMasks(maps: set.unmasked.count, folder: set.masksFolder, firstMap: first)
        }
        let commonSize = resizesMaps ? try commonMaskSize(set) : nil
        var evaluation = try TestSetEvaluation(memoryLimitBytes: memoryLimitBytes, pixelThreshold: pixelThreshold)
        for (number, file) in set.maps.enumerated() {
            var map = try FloatMap.decode(path: file.path)
            let score = try scores?.score(of: file.name, object: set.object) ?? Self.largest(map.values)
            let mask = try file.maskPath.map { path in
                let decoded = try DecodedMask.decode(path: path)
                for remark in decoded.remarks { warn("\(path) \(remark)") }
                return decoded.mask
            }
            if let size = mask.map({ ($0.width, $0.height) }) ?? commonSize, size != (map.width, map.height) {
                guard resizesMaps else {
                    throw EvaluationError.sizeMismatch(
                        map: file.path, mapSize: "\(map.width) x \(map.height)", mask: file.maskPath ?? "",
                        maskSize: "\(size.0) x \(size.1)")
                }
                map = map.resized(width: size.0, height: size.1)
            }
            try evaluation.add(
                LabelledMap(
                    name: file.name, width: map.width, height: map.height, values: map.values, mask: mask?.values,
                    isAnomalous: file.isAnomalous),
                score: score)
            progress(number + 1)
        }
        return try evaluation.result()
    }

    /// The maximum; NaN if any value is NaN, which a comparison would skip.
    private static func largest(_ values: [Float]) -> Float {
        values.reduce(-.infinity) { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }
    }

    /// The size of the masks; nil if they differ in size.
    private func commonMaskSize(_ set: MapSet) throws -> (Int, Int)? {
        var size: (Int, Int)?
        for path in set.maps.compactMap(\.maskPath) {
            let info = try ImageDecoder.probe(path: path)
            if let size, size != (info.width, info.height) { return nil }
            size = (info.width, info.height)
        }
        return size
    }
}
