import AnomalyDetection
import Backbones
import NeuralNetworks
import ONNX

/// The patch features of a pretrained network as ONNX operators (`PatchExtractor`).
struct FeatureGraph {
    let rows, columns, dimensions: Int
    /// (N * tiles) x patches x dimensions.
    let value: GraphValue

    /// - Parameters:
    ///   - image: N x 3 x height x width, values of 0 to 1.
    ///   - taps: the names of the taps, at least one.
    /// - Throws: `InferenceError`.
    init(_ graph: inout ONNXGraph, image: GraphValue, _ network: InferenceGraph, taps names: [String], grid: TileGrid)
        throws
    {
        let taps = try network.taps(named: names)
        let needed = network.isNeeded(for: taps.map(\.value))
        let shapes = try network.shapes(height: grid.tileHeight, width: grid.tileWidth, needed: needed)
        let tiles = graph.tiles(image, channels: 3, grid)
        var values: [GraphValue?] = [
            graph.standardised(tiles, mean: network.scaling.mean, deviation: network.scaling.deviation)
        ]
        for (node, isNeeded) in zip(network.nodes, needed) {
            guard isNeeded, let shape = shapes[node.inputs[0]] else {
                values.append(nil)
                continue
            }
            values.append(graph.add(node.operation, node.inputs.compactMap { values[$0] }, of: shape))
        }
        let found = taps.compactMap { tap in shapes[tap.value].map { (values[tap.value]!, $0) } }
        let (rows, columns) = (found.map(\.1.height).max() ?? 0, found.map(\.1.width).max() ?? 0)
        let maps = found.map { map, shape in
            graph.filter(
                map,
                down: .interpolation(from: shape.height, to: rows) * .box(shape.height, size: 3, passes: 1),
                across: .interpolation(from: shape.width, to: columns) * .box(shape.width, size: 3, passes: 1))
        }
        dimensions = found.reduce(0) { $0 + $1.1.channels }
        let patches = graph.reshaped(graph.concatenated(maps), [-1, dimensions, rows * columns])
        value = graph.add("Transpose", [patches], ["perm": .ints([0, 2, 1])])
        (self.rows, self.columns) = (rows, columns)
    }
}

extension ONNXGraph {
    /// - Parameter shape: that of the first input.
    fileprivate mutating func add(
        _ operation: InferenceOperation, _ inputs: [GraphValue], of shape: FeatureShape
    ) -> GraphValue {
        switch operation {
        case .convolution(let convolution):
            let window = convolution.window
            var value = self.convolution(
                inputs[0], convolution.weights,
                [
                    convolution.outputChannels, convolution.inputChannels / convolution.groups, window.kernelHeight,
                    window.kernelWidth,
                ], bias: convolution.bias, strides: [window.strideHeight, window.strideWidth],
                dilations: [window.dilationHeight, window.dilationWidth], pads: pads(window, shape),
                groups: convolution.groups)
            if inputs.count == 2 { value = add("Add", [value, inputs[1]]) }
            return convolution.clip.map { clipped(value, $0) } ?? value
        case .clip(let range): return clipped(inputs[0], range)
        case .scale(let factors, let offsets):
            let scaled = add("Mul", [inputs[0], constant(factors, [1, factors.count, 1, 1])])
            return add("Add", [scaled, constant(offsets, [1, offsets.count, 1, 1])])
        case .add: return add("Add", inputs)
        case .maxPool(let window):
            return add(
                "MaxPool", [inputs[0]],
                [
                    "kernel_shape": .ints([window.kernelHeight, window.kernelWidth]),
                    "strides": .ints([window.strideHeight, window.strideWidth]), "pads": .ints(pads(window, shape)),
                ])
        case .averagePool(let window, let countsPadding):
            return add(
                "AveragePool", [inputs[0]],
                [
                    "kernel_shape": .ints([window.kernelHeight, window.kernelWidth]),
                    "strides": .ints([window.strideHeight, window.strideWidth]), "pads": .ints(pads(window, shape)),
                    "count_include_pad": .int(countsPadding ? 1 : 0),
                ])
        case .globalAverage: return add("GlobalAveragePool", inputs)
        case .concatenate: return concatenated(inputs)
        }
    }

    private func pads(_ window: InferenceWindow, _ shape: FeatureShape) -> [Int] {
        guard let placed = window.placed(height: shape.height, width: shape.width) else {
            fatalError("a map of \(shape) is smaller than \(window)")
        }
        return [placed.top, placed.left, placed.bottom, placed.right]
    }

    private mutating func clipped(_ value: GraphValue, _ range: ClosedRange<Float>) -> GraphValue {
        add("Clip", [value, constant(range.lowerBound), constant(range.upperBound)])
    }
}
