import NeuralNetworks
import ONNX

extension ONNXGraph {
    /// A convolution with bias.
    ///
    /// - Parameters:
    ///   - shape: output channels, input channels of a group, kernel height and width.
    ///   - pads: top, left, bottom, right.
    mutating func convolution(
        _ input: GraphValue, _ weights: [Float], _ shape: [Int], bias: [Float], strides: [Int], dilations: [Int],
        pads: [Int], groups: Int = 1
    ) -> GraphValue {
        convolution(
            input, constant(weights, shape), constant(bias, [bias.count]), kernel: Array(shape.suffix(2)),
            strides: strides, dilations: dilations, pads: pads, groups: groups)
    }

    mutating func convolution(
        _ input: GraphValue, _ weights: GraphValue, _ bias: GraphValue, kernel: [Int], strides: [Int],
        dilations: [Int], pads: [Int], groups: Int = 1
    ) -> GraphValue {
        add(
            "Conv", [input, weights, bias],
            [
                "kernel_shape": .ints(kernel), "strides": .ints(strides), "dilations": .ints(dilations),
                "pads": .ints(pads), "group": .int(groups),
            ])
    }

    /// Values rounded to 8 bits. Runtimes compute what lies between such pairs of nodes with integers.
    mutating func rounded(_ value: GraphValue, _ quantization: LinearQuantization) -> GraphValue {
        let parts = [constant(quantization.scale), constant(uint8s: [quantization.zeroPoint], [])]
        return add("DequantizeLinear", [add("QuantizeLinear", [value] + parts)] + parts)
    }

    /// Integers times a scale for each index of the first axis.
    mutating func restored(_ codes: GraphValue, _ scales: [Float]) -> GraphValue {
        add("DequantizeLinear", [codes, constant(scales, [scales.count])], ["axis": .int(0)])
    }

    mutating func concatenated(_ values: [GraphValue]) -> GraphValue {
        values.count == 1 ? values[0] : add("Concat", values, ["axis": .int(1)])
    }
}

/// A network of `NeuralNetworks` as ONNX operators.
struct NetworkGraph {
    private struct Place: Hashable { var tensor, first, end: Int }

    private let network: NetworkDescription
    private let parameters: [Float]
    /// Nil for float32.
    private let quantization: NetworkQuantization?
    private var values: [Place: GraphValue] = [:]

    init(_ network: NetworkDescription, parameters: [Float], quantization: NetworkQuantization? = nil) {
        (self.network, self.parameters, self.quantization) = (network, parameters, quantization)
    }

    /// Adds the network and returns its output.
    ///
    /// - Parameter inputs: a value for each group of the first tensor.
    mutating func add(to graph: inout ONNXGraph, _ inputs: GraphValue...) -> GraphValue {
        for (group, input) in inputs.enumerated() { values[Place(tensor: 0, first: group, end: group + 1)] = input }
        var number = 0
        for operation in network.operations {
            switch operation {
            case .convolution(let convolution):
                set(
                    convolution.output,
                    self.convolution(convolution, quantization.flatMap { $0.convolutions[number] }, &graph))
                number += 1
            case .upsample(let input, let output):
                let scales = graph.constant([1, 1, 2, 2], [4])
                set(
                    output,
                    graph.add(
                        "Resize", [read(input, &graph), .omitted, scales],
                        ["mode": .text("linear"), "coordinate_transformation_mode": .text("half_pixel")]))
            case .combine(let gate, let first, let second, let output):
                let gate = read(gate, &graph)
                let kept = graph.add("Mul", [gate, read(first, &graph)])
                let rest = graph.add("Sub", [graph.constant(1), gate])
                set(output, graph.add("Add", [kept, graph.add("Mul", [rest, read(second, &graph)])]))
            }
        }
        return read(network.output, &graph)
    }

    private func convolution(
        _ convolution: NetworkDescription.Convolution, _ quantized: NetworkQuantization.Convolution?,
        _ graph: inout ONNXGraph
    ) -> GraphValue {
        let (kernel, pad) = (convolution.kernelSize, convolution.padding)
        let bias = convolution.biasOffset..<convolution.biasOffset + convolution.outputChannels
        let shape = [convolution.outputChannels, convolution.inputChannels, kernel, kernel]
        let input = read(convolution.input, &graph)
        func convolved(_ input: GraphValue, _ weights: GraphValue, _ bias: GraphValue) -> GraphValue {
            graph.convolution(
                input, weights, bias, kernel: [kernel, kernel], strides: [convolution.stride, convolution.stride],
                dilations: [convolution.dilation, convolution.dilation], pads: [pad, pad, pad, pad])
        }
        let value: GraphValue
        if let quantized {
            let weights = graph.restored(
                graph.constant(int8s: quantized.weights.codes, shape), quantized.weights.scales)
            let bias = graph.restored(
                graph.constant(int32s: quantized.weights.bias, [shape[0]]), quantized.weights.biasScales)
            value = graph.rounded(convolved(graph.rounded(input, quantized.input), weights, bias), quantized.output)
        } else {
            value = convolved(
                input, graph.constant(Array(parameters[convolution.parameterOffset..<convolution.biasOffset]), shape),
                graph.constant(Array(parameters[bias]), [shape[0]]))
        }
        return switch convolution.activation {
        case .none: value
        case .elu: graph.add("Elu", [value])
        case .sigmoid: graph.add("Sigmoid", [value])
        }
    }

    private mutating func set(_ view: NetworkDescription.View, _ value: GraphValue) {
        values[Place(tensor: view.tensor, first: view.groups.lowerBound, end: view.groups.upperBound)] = value
    }

    /// A view as it was written, or the parts that were written, concatenated.
    private func read(_ view: NetworkDescription.View, _ graph: inout ONNXGraph) -> GraphValue {
        var parts: [GraphValue] = []
        var next = view.groups.lowerBound
        while next < view.groups.upperBound {
            let ends = (next + 1...view.groups.upperBound).reversed()
            guard let end = ends.first(where: { values[Place(tensor: view.tensor, first: next, end: $0)] != nil }),
                let value = values[Place(tensor: view.tensor, first: next, end: end)]
            else { fatalError("group \(next) of \(network.tensors[view.tensor].name) is read before it is written") }
            parts.append(value)
            next = end
        }
        return graph.concatenated(parts)
    }
}
