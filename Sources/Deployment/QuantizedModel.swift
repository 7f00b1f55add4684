import AnomalyDetection
import Datasets
import Imaging
import Metrics
import NeuralNetworks
import SeededRandom
import Stages
import VerdictStatistics

/// A model whose network computes with 8-bit integers, with what that changes.
package final class QuantizedModel {
    /// The precision's name in options, metadata and self-tests.
    package static let precision = "int8"
    /// The smallest number of calibration images.
    package static let leastImages = 8
    /// More images take time and change the ranges little.
    package static let mostImages = 256
    /// The largest share of calibration images whose verdict may change.
    private static let allowedChanges = 0.005

    package let quantization: NetworkQuantization
    package let change: QuantizationChange
    private let model: Model
    private let autoencoder: Autoencoder

    /// Measures the ranges of the network's values on normal images, and compares scores of these and of as many
    /// synthetic defects in both precisions.
    ///
    /// - Parameters:
    ///   - folder: normal images that the network was not trained on; at most `mostImages`, evenly chosen, are used.
    ///   - progress: called with the number of finished images and their total.
    /// - Throws: `ModelGraphError` for another kind, too few images or too many changed verdicts, `DatasetError`,
    ///   `ImagingError`, `FormatError`.
    package init(
        _ model: Model, calibratedOn folder: String, threads: Int, progress: (Int, Int) throws -> Void
    ) throws {
        guard model.frame == nil else { throw ModelGraphError.frame(model.name) }
        guard model.region == nil else { throw ModelGraphError.region(model.name) }
        guard model.kind == AutoencoderKind.name else {
            throw ModelGraphError.precision(model.name, kind: model.kind)
        }
        self.model = model
        let payload = try AutoencoderPayload(bytes: model.payload, name: model.name)
        let grid = model.grid.reduced(by: payload.reduction)
        let engine = try NetworkEngine(
            .openblas, network: payload.network, height: grid.tileHeight, width: grid.tileWidth, purpose: .inference,
            threads: threads)
        let autoencoder = try Autoencoder(engine: engine, payload, grid: model.grid, scoring: model.scoring)
        self.autoencoder = autoencoder
        let (images, isGrey) = try QuantizedModel.images(of: model, folder)
        let total = 5 * images.count
        var finished = 0
        func detections(_ images: [PlanarImage]) throws -> [Detection] {
            try images.map { image in
                finished += 1
                try progress(finished, total)
                var detection = try autoencoder.detect([image], model.scoring)[0]
                detection.picture = nil
                return detection
            }
        }
        let defects = QuantizedModel.defects(in: images, isGrey: isGrey)
        let before = try detections(images)
        let defectsBefore = try detections(defects)
        var ranges = [ConvolutionRanges](repeating: ConvolutionRanges(), count: payload.network.convolutions.count)
        for image in images {
            finished += 1
            try progress(finished, total)
            for (number, own) in autoencoder.ranges([image]).enumerated() { ranges[number].add(own) }
        }
        let quantization = autoencoder.quantization(ranges)
        self.quantization = quantization
        try autoencoder.load(quantization)
        let change = try QuantizationChange(
            normal: zip(before, try detections(images)).map { ($0, $1) },
            defects: zip(defectsBefore, try detections(defects)).map { ($0, $1) }, model.calibration)
        self.change = change
        guard Double(change.changedVerdicts) <= QuantizedModel.allowedChanges * Double(images.count) else {
            throw ModelGraphError.verdicts(model.name, changed: change.changedVerdicts, images: images.count)
        }
    }

    /// The detection in an image, whose map has the image's size.
    func detect(_ bytes: [UInt8], name: String) throws -> Detection {
        let decoded = try IngestStage.decode(
            bytes, name: name, width: model.grid.width, height: model.grid.height, range: model.range,
            colour: model.colour)
        var detection = try autoencoder.detect([decoded.packed.image], model.scoring)[0]
        let original = decoded.packed.original
        detection.map = detection.map.resized(width: original.width, height: original.height)
        return detection
    }

    /// The images, and true if all are grey.
    private static func images(of model: Model, _ folder: String) throws -> (images: [PlanarImage], isGrey: Bool) {
        let all = try DatasetScan.images(below: folder).images
        guard all.count >= leastImages else {
            throw ModelGraphError.fewImages(folder, found: all.count, expected: leastImages)
        }
        var isGrey = true
        let images = try all.evenSample(mostImages).map { image in
            let packed = try IngestStage.decode(
                image.bytes(), name: image.file, width: model.grid.width, height: model.grid.height, range: model.range,
                colour: model.colour
            ).packed
            if !packed.isGrey { isGrey = false }
            return packed.image
        }
        return (images, isGrey)
    }

    private static func defects(in images: [PlanarImage], isGrey: Bool) -> [PlanarImage] {
        struct Normals: ImageSource {
            let images: [PlanarImage]
            var count: Int { images.count }
            func image(at index: Int) -> PlanarImage { images[index] }
        }
        let corruption = CorruptionModel(
            parameters: CorruptionParameters(cleanFraction: 0, isGrey: isGrey), normals: Normals(images: images),
            textures: nil)
        return images.enumerated().map { number, image in
            var generator = SeededGenerator(seed: UInt64(number), stream: "8-bit defects")
            return corruption.corrupt(image, using: &generator).corrupted
        }
    }
}

/// The changes of scores and verdicts by 8 bits.
package struct QuantizationChange: Sendable {
    package let images, changedVerdicts: Int
    /// The median and the largest change of a score, as shares of the score, on normal images and defects.
    package let medianChange, largestChange: Double
    /// The largest change of a map, as a share of the range of its values.
    package let largestMapChange: Double
    /// The thresholds that these normal images would give, and the image AUROCs of the defects, before and after.
    package let thresholds: (before: Float, after: Float)
    package let auroc: (before: Double, after: Double)

    init(
        normal: [(before: Detection, after: Detection)], defects: [(before: Detection, after: Detection)],
        _ calibration: Calibration
    ) throws {
        images = normal.count
        changedVerdicts = normal.count {
            calibration.isAnomaly($0.before.score) != calibration.isAnomaly($0.after.score)
        }
        func share(_ change: Float, of size: Float) -> Double { Double(change / max(size, .leastNormalMagnitude)) }
        let changes = (normal + defects).map {
            share(abs($0.after.score - $0.before.score), of: abs($0.before.score))
        }
        (medianChange, largestChange) = (median(changes), changes.max()!)
        largestMapChange = (normal + defects).reduce(0) { largest, pair in
            let values = pair.before.map.values
            let change = zip(values, pair.after.map.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
            return max(largest, share(change, of: (values.max() ?? 0) - (values.min() ?? 0)))
        }
        func threshold(_ scores: [Float]) -> Float {
            Calibration(
                scores: scores, quantile: calibration.quantile, estimate: calibration.estimate, scale: calibration.scale
            ).threshold
        }
        thresholds = (threshold(normal.map(\.before.score)), threshold(normal.map(\.after.score)))
        let labels = normal.map { _ in false } + defects.map { _ in true }
        func auroc(_ scores: [Float]) throws -> Double {
            // Undefined only without images of both kinds.
            try RankMetrics.auroc(scores: scores, labels: labels) ?? .nan
        }
        self.auroc = (
            try auroc((normal + defects).map(\.before.score)), try auroc((normal + defects).map(\.after.score))
        )
    }

    /// The allowed differences of other runtimes: the largest changes, at least 1 %.
    package var tolerance: SelfTestTolerance {
        SelfTestTolerance(score: min(1, max(0.01, largestChange)), map: min(1, max(0.01, largestMapChange)))
    }

    /// Lines for people.
    package var words: String {
        func percent(_ share: Double) -> String { "\((share * 10_000).rounded() / 100) %" }
        func figure(_ value: Double) -> String { "\((value * 10_000).rounded() / 10_000)" }
        return """
            8 bits, on \(images) normal images and as many synthetic defects:
              scores       change by \(percent(medianChange)) in the median, by \(percent(largestChange)) at most
              maps         change by \(percent(largestMapChange)) of their range at most
              verdicts     \(changedVerdicts) of \(images) normal images have another one
              threshold    \(thresholds.before) -> \(thresholds.after), if set from these images
              image AUROC  \(figure(auroc.before)) -> \(figure(auroc.after)) of the defects
            """
    }
}
