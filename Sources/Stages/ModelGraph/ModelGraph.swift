import AnomalyDetection
import Backbones
import Imaging
import NeuralNetworks
import ONNX

/// The maps of a detector in a graph: N x 1 x height x width of its grid.
package struct GraphMaps {
    var map: GraphValue
    /// The map from which scores are computed; nil for `map`.
    var scoreMap: GraphValue?
}

/// The facts with which a kind of detector adds its maps to a graph.
package struct GraphRequest {
    /// The payload in the format of the kind.
    var payload: [UInt8]
    var grid: TileGrid
    var scoring: ScoringParameters
    /// The pretrained network; nil for kinds without one.
    var backbone: Backbone?
    /// N x 3 x height x width of the grid, values of 0 to 1.
    var image: GraphValue
    /// The network of an autoencoder with 8-bit integers; nil for float32.
    var quantization: NetworkQuantization?
    /// The name of the model, for errors.
    var name: String
}

/// A model as a graph of ONNX operators: original pixels in; map, score and verdict out.
///
/// It repeats the operations of ingest, detector, `Detector.detect`, `Calibration` and `ScoreStage`, with the same
/// roundings where they matter.
package struct ModelGraph {
    /// Version 1: initial.
    package static let version = 1

    /// The samples of images.
    package enum Samples: String, CaseIterable, Sendable {
        case uint8, uint16

        var element: ONNXElement { self == .uint8 ? .uint8 : .uint16 }
        /// The value of white.
        package var white: Float { self == .uint8 ? 255 : 65535 }
    }

    /// The size of images in pixels.
    package struct ImageSize: Equatable, Sendable {
        package var width, height: Int

        package init(width: Int, height: Int) { (self.width, self.height) = (width, height) }
    }

    package private(set) var onnx: ONNXGraph
    private let model: Model

    /// - Parameters:
    ///   - model: with the threshold of verdicts.
    ///   - takesFloat: true for samples as float32 of the same values.
    ///   - quantization: of an autoencoder's network; nil for float32.
    ///   - size: of all images; nil for images of any size.
    /// - Throws: `ModelGraphError`, `FormatError`, `InferenceError`.
    package init(
        _ model: Model, backbone: Backbone?, samples: Samples, takesFloat: Bool = false, size: ImageSize?,
        quantization: NetworkQuantization? = nil
    ) throws {
        guard model.frame == nil else { throw ModelGraphError.frame(model.name) }
        guard model.region == nil else { throw ModelGraphError.region(model.name) }
        guard quantization == nil || model.kind == AutoencoderKind.name else {
            throw ModelGraphError.precision(model.name, kind: model.kind)
        }
        self.model = model
        onnx = ONNXGraph(name: model.name)
        let shape: [ONNXGraph.Size] = size.map { [.fixed($0.height), .fixed($0.width)] } ?? [.open("H"), .open("W")]
        let image = onnx.input("image", takesFloat ? .float : samples.element, [.open("N"), 3] + shape)
        let height = size.map { .fixed($0.height) } ?? length(of: image, axis: 2)
        let width = size.map { .fixed($0.width) } ?? length(of: image, axis: 3)
        let grid = model.grid
        let pixels = pixels(image, samples, takesFloat: takesFloat, height: height, width: width)
        let maps = try DetectorKinds.named(model.kind, in: model.name).addMaps(
            GraphRequest(
                payload: model.payload, grid: grid, scoring: model.scoring, backbone: backbone, image: pixels,
                quantization: quantization,
                name: model.name), to: &onnx)
        let map = smoothed(maps.map)
        let score = score(maps.scoreMap.map { smoothed($0) } ?? map)
        let original = onnx.resized(
            map, height: (.fixed(grid.height), height), width: (.fixed(grid.width), width), isExact: false)
        onnx.output(original, as: "anomaly_map", .float, [.open("N"), 1] + shape)
        onnx.output(score, as: "score", .float, [.open("N")])
        onnx.output(normalized(score), as: "normalized_score", .float, [.open("N")])
        let verdict = onnx.add("GreaterOrEqual", [score, onnx.constant(model.calibration.threshold)])
        onnx.output(verdict, as: "is_anomalous", .bool, [.open("N")])
    }

    package mutating func describe(_ entries: [(key: String, value: String)]) { onnx.metadata += entries }

    /// The graph as an ONNX file.
    ///
    /// - Throws: `ModelGraphError` for a file that is too long for protobuf.
    package func file() throws -> [UInt8] {
        let bytes = onnx.file(producer: "nominal", version: NominalVersion.current)
        guard bytes.count <= ONNXGraph.maximumBytes else {
            throw ModelGraphError.tooLarge(model.name, bytes: bytes.count)
        }
        return bytes
    }

    private mutating func length(of image: GraphValue, axis: Int) -> GraphLength {
        .open(onnx.add("Shape", [image], ["start": .int(axis), "end": .int(axis + 1)]))
    }

    /// Images of the grid's size with values of 0 to 1 in steps of 1/65535, like a `PackedImage`.
    private mutating func pixels(
        _ image: GraphValue, _ samples: Samples, takesFloat: Bool, height: GraphLength, width: GraphLength
    ) -> GraphValue {
        let white = onnx.constant(samples.white)
        var value = onnx.add("Div", [takesFloat ? image : onnx.cast(image, .float), white])
        if let range = model.range, samples == .uint16 {
            let above = onnx.add("Sub", [onnx.add("Mul", [value, white]), onnx.constant(range.lowest)])
            value = clipped(onnx.add("Div", [above, onnx.constant(range.highest - range.lowest)]), 0, 1)
        }
        value = onnx.resized(
            value, height: (height, .fixed(model.grid.height)), width: (width, .fixed(model.grid.width)), isExact: true)
        let scaled = onnx.add("Mul", [clipped(value, 0, 1), onnx.constant(65535)])
        // In float64, where adding a half is exact.
        let half = onnx.constant(doubles: [0.5], [])
        let rounded = onnx.add("Floor", [onnx.add("Add", [onnx.cast(scaled, .double), half])])
        return onnx.add("Mul", [onnx.cast(rounded, .float), onnx.constant(1 / 65535)])
    }

    private mutating func clipped(_ value: GraphValue, _ low: Float, _ high: Float) -> GraphValue {
        onnx.add("Clip", [value, onnx.constant(low), onnx.constant(high)])
    }

    /// `ScoringParameters.smoothed`.
    private mutating func smoothed(_ map: GraphValue) -> GraphValue {
        let grid = model.grid
        let sizes = model.scoring.boxSizes(shorterSide: min(grid.width, grid.height))
        var maps = sizes.map { onnx.boxFilter(map, grid, size: $0, passes: model.scoring.boxPasses) }
        guard maps.count > 1 else { return maps[0] }
        let first = maps.removeFirst()
        let sum = maps.reduce(first) { onnx.add("Add", [$0, $1]) }
        return onnx.add("Div", [sum, onnx.constant(Float(sizes.count))])
    }

    /// `ScoringParameters.score`: one number for each image.
    private mutating func score(_ map: GraphValue) -> GraphValue {
        let pixels = model.grid.width * model.grid.height
        var values = onnx.reshaped(map, [-1, pixels])
        let kind =
            switch model.scoring.imageScore {
            case .sum: "ReduceSum"
            case .max: "ReduceMax"
            case .mean, .topK: "ReduceMean"
            }
        if model.scoring.imageScore == .topK {
            let count = max(1, Int((model.scoring.topFraction * Float(pixels)).rounded()))
            values = onnx.add(
                "TopK", [values, onnx.constant(ints: [count])], ["axis": .int(1), "sorted": .int(0)], outputs: 2)
        }
        return onnx.add(kind, [values, onnx.constant(ints: [1])], ["keepdims": .int(0)])
    }

    /// `Calibration.normalized`.
    private mutating func normalized(_ score: GraphValue) -> GraphValue {
        let above = onnx.add("Sub", [score, onnx.constant(model.calibration.median)])
        let largest = Float.greatestFiniteMagnitude
        return clipped(onnx.add("Div", [above, onnx.constant(model.calibration.unit)]), -largest, largest)
    }
}
