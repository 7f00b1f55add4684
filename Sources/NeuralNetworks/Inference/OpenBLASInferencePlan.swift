import Tensors

/// Inference by matrix products over gathered patches (im2col) and plain loops. Portable, and the reference for the
/// oneDNN engine.
final class OpenBLASInferencePlan: InferencePlan {
    private let request: InferenceRequest
    private let lastUses: [Int]
    var measures = false

    init(_ request: InferenceRequest) {
        self.request = request
        lastUses = request.lastUses
    }

    func prepare(workers: Int) {}
    var nodeSeconds: [(node: String, seconds: Double)] { [] }

    var kernelNames: [(node: String, kernel: String)] {
        zip(request.graph.nodes, request.needed).compactMap { node, isNeeded in
            guard isNeeded else { return nil }
            if case .convolution = node.operation { return (node.name, "im2col+sgemm") }
            return (node.name, "plain")
        }
    }

    func run(_ image: [Float], worker: Int) -> [FeatureMap] {
        let graph = request.graph
        var values = [AlignedBuffer<Float>?](repeating: nil, count: graph.nodes.count + 1)
        let input = AlignedBuffer<Float>(count: image.count)
        InferenceRequest.scale(image, graph.scaling, to: input.pointer)
        values[0] = input
        for (number, node) in graph.nodes.enumerated() where request.needed[number] {
            let inputs = node.inputs.map { PlanarMap(shape: request.shapes[$0]!, values: values[$0]!.pointer) }
            let result = AlignedBuffer<Float>(count: request.shapes[number + 1]!.count)
            node.operation.run(inputs, to: PlanarMap(shape: request.shapes[number + 1]!, values: result.pointer))
            values[number + 1] = result
            for input in node.inputs where lastUses[input] == number { values[input] = nil }
        }
        return request.tapped.map { value in
            request.map(of: value) { $0.update(from: values[value]!.pointer, count: request.shapes[value]!.count) }
        }
    }
}

/// A channel-major map in memory that it does not own.
private struct PlanarMap {
    var shape: FeatureShape
    var values: UnsafeMutablePointer<Float>

    var pixels: Int { shape.height * shape.width }
    func channel(_ channel: Int) -> UnsafeMutablePointer<Float> { values + channel * pixels }
}

extension InferenceOperation {
    fileprivate func run(_ inputs: [PlanarMap], to output: PlanarMap) {
        let count = output.shape.count
        let input = inputs[0].values
        switch self {
        case .convolution(let convolution): convolution.run(inputs, to: output)
        case .clip(let range): output.values.clip(input, range, count: count)
        case .scale(let factors, let offsets):
            for channel in 0..<output.shape.channels {
                let (from, to) = (inputs[0].channel(channel), output.channel(channel))
                for index in 0..<output.pixels { to[index] = from[index] * factors[channel] + offsets[channel] }
            }
        case .add: for index in 0..<count { output.values[index] = input[index] + inputs[1].values[index] }
        case .maxPool(let window):
            pool(window, inputs[0], output) { area, _ in area.reduce(-Float.infinity, max) }
        case .averagePool(let window, let countsPadding):
            pool(window, inputs[0], output) { area, size in
                area.reduce(0, +) / Float(countsPadding ? size : area.count)
            }
        case .globalAverage:
            for channel in 0..<output.shape.channels {
                let from = UnsafeBufferPointer(start: inputs[0].channel(channel), count: inputs[0].pixels)
                output.values[channel] = from.reduce(0, +) / Float(inputs[0].pixels)
            }
        case .concatenate:
            var target = output.values
            for input in inputs {
                target.update(from: input.values, count: input.shape.count)
                target += input.shape.count
            }
        }
    }

    private func pool(
        _ window: InferenceWindow, _ input: PlanarMap, _ output: PlanarMap, _ body: ([Float], _ size: Int) -> Float
    ) {
        guard let placed = window.placed(height: input.shape.height, width: input.shape.width) else { return }
        for channel in 0..<output.shape.channels {
            let (from, to) = (input.channel(channel), output.channel(channel))
            for y in 0..<output.shape.height {
                for x in 0..<output.shape.width {
                    let (top, left) = (y * window.strideHeight - placed.top, x * window.strideWidth - placed.left)
                    var area: [Float] = []
                    for row in max(0, top)..<min(input.shape.height, top + window.kernelHeight) {
                        for column in max(0, left)..<min(input.shape.width, left + window.kernelWidth) {
                            area.append(from[row * input.shape.width + column])
                        }
                    }
                    to[y * output.shape.width + x] = body(area, window.kernelHeight * window.kernelWidth)
                }
            }
        }
    }
}

extension UnsafeMutablePointer<Float> {
    fileprivate func clip(_ source: UnsafePointer<Float>, _ range: ClosedRange<Float>, count: Int) {
        for index in 0..<count { self[index] = min(max(source[index], range.lowerBound), range.upperBound) }
    }
}

extension InferenceConvolution {
    /// Computes a band of output rows per group at a time, which keeps the gathered patches small.
    fileprivate func run(_ inputs: [PlanarMap], to output: PlanarMap) {
        let input = inputs[0]
        guard let placed = window.placed(height: input.shape.height, width: input.shape.width) else { return }
        for channel in 0..<outputChannels {
            output.channel(channel).update(repeating: bias[channel], count: output.pixels)
        }
        if inputs.count == 2 {
            for index in 0..<output.shape.count { output.values[index] += inputs[1].values[index] }
        }
        let (ins, outs) = (inputChannels / groups, outputChannels / groups)
        let patch = ins * window.kernelHeight * window.kernelWidth
        let width = output.shape.width
        let rows = max(1, min(output.shape.height, (1 << 18) / (patch * width)))
        let columns = AlignedBuffer<Float>(count: patch * rows * width)
        weights.withUnsafeBufferPointer { weights in
            for group in 0..<groups {
                for first in stride(from: 0, to: output.shape.height, by: rows) {
                    let count = min(rows, output.shape.height - first) * width
                    gather(input, group * ins, ins, placed, first, count / width, width, to: columns.pointer)
                    OpenBLAS.multiply(
                        rows: outs, columns: count, inner: patch, a: weights.baseAddress! + group * outs * patch,
                        aStride: patch, b: columns.pointer, bStride: count, beta: 1,
                        c: output.channel(group * outs) + first * width, cStride: output.pixels)
                }
            }
        }
        if let clip { output.values.clip(output.values, clip, count: output.shape.count) }
    }

    /// columns[input][ky][kx][row][x] = the value under each kernel element, 0 outside the map.
    private func gather(
        _ input: PlanarMap, _ firstChannel: Int, _ channels: Int, _ placed: InferenceWindow.Placed, _ firstRow: Int,
        _ rows: Int, _ width: Int, to columns: UnsafeMutablePointer<Float>
    ) {
        var target = columns
        for channel in firstChannel..<firstChannel + channels {
            let plane = input.channel(channel)
            for ky in 0..<window.kernelHeight {
                for kx in 0..<window.kernelWidth {
                    for row in firstRow..<firstRow + rows {
                        let y = row * window.strideHeight - placed.top + ky * window.dilationHeight
                        let isInside = y >= 0 && y < input.shape.height
                        let line = plane + y * input.shape.width
                        for column in 0..<width {
                            let x = column * window.strideWidth - placed.left + kx * window.dilationWidth
                            target[column] = isInside && x >= 0 && x < input.shape.width ? line[x] : 0
                        }
                        target += width
                    }
                }
            }
        }
    }
}
