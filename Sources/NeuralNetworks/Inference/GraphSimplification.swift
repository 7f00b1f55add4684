extension InferenceGraph {
    /// Returns an equivalent graph with fewer nodes. Batch norms are folded into the weights of the preceding
    /// convolution; additions and clips are fused with the convolution that they follow. Nodes that no tap needs are
    /// removed.
    ///
    /// Tapped values and values with several readers are preserved.
    public func simplified() -> InferenceGraph {
        let needed = isNeeded(for: taps.map(\.value))
        var uses = [Int](repeating: 0, count: nodes.count + 1)
        for (node, isNeeded) in zip(nodes, needed) where isNeeded { for input in node.inputs { uses[input] += 1 } }
        for tap in taps { uses[tap.value] += 1 }
        var result = InferenceGraph(scaling: scaling)
        // The new number of each value.
        var places = [Int](repeating: 0, count: nodes.count + 1)
        for (number, node) in nodes.enumerated() where needed[number] {
            let inputs = node.inputs.map { places[$0] }
            /// The convolution that computes an input, if it has no other reader.
            func convolution(_ index: Int) -> InferenceConvolution? {
                guard uses[node.inputs[index]] == 1, inputs[index] > 0,
                    case .convolution(let found) = result.nodes[inputs[index] - 1].operation, found.clip == nil
                else { return nil }
                return found
            }
            func replace(_ value: Int, by convolution: InferenceConvolution) {
                result.nodes[value - 1].operation = .convolution(convolution)
                places[number + 1] = value
            }
            switch node.operation {
            case .scale(let factors, let offsets):
                if let before = convolution(0), result.nodes[inputs[0] - 1].inputs.count == 1 {
                    replace(inputs[0], by: before.scaled(factors, offsets))
                } else {
                    places[number + 1] = result.append(
                        node.name, .convolution(.scaling(factors, offsets)), inputs[0])
                }
                continue
            case .clip(let range):
                if var before = convolution(0) {
                    before.clip = range
                    replace(inputs[0], by: before)
                    continue
                }
            case .add:
                // The later of the two convolutions adds, because the other addend exists by then.
                let last = inputs[0] > inputs[1] ? 0 : 1
                if inputs[0] != inputs[1], let before = convolution(last),
                    result.nodes[inputs[last] - 1].inputs.count == 1
                {
                    result.nodes[inputs[last] - 1].inputs.append(inputs[1 - last])
                    replace(inputs[last], by: before)
                    continue
                }
            default: break
            }
            result.nodes.append(Node(node.name, node.operation, inputs))
            places[number + 1] = result.nodes.count
        }
        result.taps = taps.map { Tap($0.name, places[$0.value]) }
        return result
    }
}

extension InferenceConvolution {
    /// The convolution followed by factor * value + offset per channel.
    fileprivate func scaled(_ factors: [Float], _ offsets: [Float]) -> InferenceConvolution {
        var result = self
        let patch = weights.count / outputChannels
        for output in 0..<outputChannels {
            for index in output * patch..<(output + 1) * patch { result.weights[index] *= factors[output] }
            result.bias[output] = bias[output] * factors[output] + offsets[output]
        }
        return result
    }

    /// A 1 x 1 convolution of each channel by itself: factor * value + offset.
    static func scaling(_ factors: [Float], _ offsets: [Float]) -> InferenceConvolution {
        InferenceConvolution(
            inputChannels: factors.count, outputChannels: factors.count, groups: factors.count,
            window: InferenceWindow(square: 1), weights: factors, bias: offsets)
    }
}
