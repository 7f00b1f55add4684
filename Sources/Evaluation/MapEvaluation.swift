import Imaging
import Metrics

/// Judges anomaly maps in files against masks in files, one map at a time.
///
/// `DecodedMask` says which pixels masks label. Figures are computed at the size of the masks. The score of an image is the
/// largest value of its map as it stands in the file, unless scores are given.
public struct MapEvaluation: Sendable {
    /// Resize a map to the size of its mask, linearly between pixel centres where it grows, by area where it shrinks. Maps
    /// without a mask are brought to the size that all masks share, if there is one. Else a different size is an error.
    public var resizesMaps = false
    /// Leave out images that have a mask and no map. Else they are an error.
    public var allowsMissingMaps = false
    public var scores: ImageScores?
    /// See `PixelMetricsOptions`.
    public var memoryLimitBytes = 1 << 30

    public init() {}

    /// - Parameters:
    ///   - warn: called with what a user has to know of how a mask was read.
    ///   - progress: called after each map with how many are done.
    /// - Throws: `EvaluationError`, `ImagingError` for a file that cannot be decoded, `MetricsError` for a map that holds a
    ///   value that is not finite, or for labelled pixels in the folder `good`.
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
        var evaluation = try TestSetEvaluation(memoryLimitBytes: memoryLimitBytes)
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

    /// NaN where any value is: a comparison would pass over it.
    private static func largest(_ values: [Float]) -> Float {
        values.reduce(-.infinity) { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }
    }

    /// The size of the masks, where it is one.
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
