/// The shape of a node's output for one image.
public struct FeatureShape: Sendable, Equatable {
    public var channels, height, width: Int

    public init(channels: Int, height: Int, width: Int) {
        (self.channels, self.height, self.width) = (channels, height, width)
    }

    public var count: Int { channels * height * width }
}

extension InferenceGraph {
    /// The maximum size of a feature map. The libraries use 32-bit byte counts in places.
    public static let maximumValues = 1 << 28
    public static let maximumChannels = 1 << 17
    static let maximumNodes = 1 << 16

    /// Returns the shape of every value for one image size; nil for nodes that are not needed.
    ///
    /// - Throws: `.imageTooSmall`, `.tooLarge`, and `.unsoundNode` if shapes do not match.
    public func shapes(
        height: Int, width: Int, needed: [Bool]? = nil
    ) throws(InferenceError) -> [FeatureShape?] {
        guard height > 0, width > 0 else { throw .imageTooSmall(height: height, width: width, node: "the image") }
        let (area, overflows) = height.multipliedReportingOverflow(by: width)
        guard !overflows, area <= Self.maximumValues / max(1, scaling.channels) else {
            throw .tooLarge(height: height, width: width, node: "the image")
        }
        var shapes: [FeatureShape?] = [FeatureShape(channels: scaling.channels, height: height, width: width)]
        for (number, node) in nodes.enumerated() {
            guard needed?[number] ?? true else {
                shapes.append(nil)
                continue
            }
            var inputs: [FeatureShape] = []
            for input in node.inputs {
                guard input <= number, let shape = shapes[input] else {
                    throw .unsoundNode(node.name, reason: "it reads value \(input), which is computed later")
                }
                inputs.append(shape)
            }
            shapes.append(try shape(of: node, inputs, image: (height, width)))
        }
        return shapes
    }

    /// Validates the last node of a graph under construction and returns its shape, given the shapes of all values
    /// before it.
    public func shapeOfLastNode(
        after shapes: [FeatureShape], image: (height: Int, width: Int)
    ) throws(InferenceError) -> FeatureShape {
        try check(nodes.count - 1)
        let node = nodes[nodes.count - 1]
        return try shape(of: node, node.inputs.map { shapes[$0] }, image: image)
    }

    private func shape(
        of node: Node, _ inputs: [FeatureShape], image: (height: Int, width: Int)
    ) throws(InferenceError) -> FeatureShape {
        let shape = try uncheckedShape(of: node, inputs, image: image)
        guard shape.height <= Self.maximumValues / shape.channels / shape.width else {
            throw .tooLarge(height: image.height, width: image.width, node: node.name)
        }
        return shape
    }

    private func uncheckedShape(
        of node: Node, _ inputs: [FeatureShape], image: (height: Int, width: Int)
    ) throws(InferenceError) -> FeatureShape {
        guard var shape = inputs.first else { throw .unsoundNode(node.name, reason: "it has no input") }
        func move(_ window: InferenceWindow) throws(InferenceError) {
            guard let placed = window.placed(height: shape.height, width: shape.width) else {
                throw .imageTooSmall(height: image.height, width: image.width, node: node.name)
            }
            (shape.height, shape.width) = (placed.outputHeight, placed.outputWidth)
        }
        switch node.operation {
        case .convolution(let convolution):
            guard shape.channels == convolution.inputChannels else {
                throw .unsoundNode(
                    node.name,
                    reason: "its input has \(shape.channels) channels, expected \(convolution.inputChannels)")
            }
            try move(convolution.window)
            shape.channels = convolution.outputChannels
            if inputs.count == 2, inputs[1] != shape { throw .unequal(node.name, shape, inputs[1]) }
        case .maxPool(let window), .averagePool(let window, _): try move(window)
        case .globalAverage: (shape.height, shape.width) = (1, 1)
        case .clip: break
        case .scale(let factors, _):
            guard factors.count == shape.channels else {
                throw .unsoundNode(
                    node.name, reason: "it scales \(factors.count) channels, but its input has \(shape.channels)")
            }
        case .add: if inputs[1] != shape { throw .unequal(node.name, shape, inputs[1]) }
        case .concatenate:
            for other in inputs.dropFirst() {
                guard (other.height, other.width) == (shape.height, shape.width) else {
                    throw .unequal(node.name, shape, other)
                }
                shape.channels += other.channels
            }
            guard shape.channels <= Self.maximumChannels else {
                throw .unsoundNode(node.name, reason: "it has more than \(Self.maximumChannels) channels")
            }
        }
        return shape
    }

    /// Validates everything that does not depend on the image size.
    ///
    /// - Throws: `.unsoundNode` and `.unsoundGraph`.
    public func check() throws(InferenceError) {
        guard (1...Self.maximumChannels).contains(scaling.channels), scaling.deviation.count == scaling.channels,
            (scaling.mean + scaling.deviation).allSatisfy(\.isFinite), scaling.deviation.allSatisfy({ $0 != 0 })
        else {
            throw .unsoundGraph(reason: "its input scaling is invalid: \(scaling)")
        }
        guard nodes.count <= Self.maximumNodes else {
            throw .unsoundGraph(reason: "it has \(nodes.count) nodes, expected at most \(Self.maximumNodes)")
        }
        for number in nodes.indices { try check(number) }
        guard !taps.isEmpty else { throw .unsoundGraph(reason: "it has no tap") }
        guard Set(taps.map(\.name)).count == taps.count else {
            throw .unsoundGraph(reason: "two of its taps have the same name: \(taps.map(\.name))")
        }
        guard taps.allSatisfy({ $0.value >= 1 && $0.value <= nodes.count }) else {
            throw .unsoundGraph(reason: "one of its taps refers to a value that no node computes")
        }
    }

    private func check(_ number: Int) throws(InferenceError) {
        let node = nodes[number]
        guard node.operation.inputCounts.contains(node.inputs.count) else {
            throw .unsoundNode(node.name, reason: "a \(node.operation.name) does not take \(node.inputs.count) inputs")
        }
        guard node.inputs.allSatisfy((0...number).contains) else {
            throw .unsoundNode(node.name, reason: "it reads values that no earlier node computes: \(node.inputs)")
        }
        if let reason = node.operation.fault { throw .unsoundNode(node.name, reason: reason) }
    }
}

extension InferenceError {
    fileprivate static func unequal(_ name: String, _ first: FeatureShape, _ second: FeatureShape) -> InferenceError {
        func text(_ shape: FeatureShape) -> String { "\(shape.channels) x \(shape.height) x \(shape.width)" }
        return .unsoundNode(name, reason: "its inputs differ in shape, \(text(first)) and \(text(second))")
    }
}

extension InferenceOperation {
    /// The reason why the operation by itself is invalid; nil if it is valid.
    fileprivate var fault: String? {
        switch self {
        case .convolution(let convolution): convolution.fault
        case .clip(let range):
            range.lowerBound.isFinite && range.upperBound.isFinite ? nil : "its limits are not finite"
        case .scale(let factors, let offsets):
            if factors.isEmpty || factors.count != offsets.count {
                "it has \(factors.count) factors and \(offsets.count) offsets"
            } else if !(factors + offsets).allSatisfy(\.isFinite) {
                "its factors are not finite"
            } else {
                nil
            }
        case .maxPool(let window), .averagePool(let window, _): window.poolFault
        case .add, .globalAverage, .concatenate: nil
        }
    }
}

extension InferenceConvolution {
    fileprivate var fault: String? {
        let channels = 1...InferenceGraph.maximumChannels
        guard channels.contains(inputChannels), channels.contains(outputChannels), channels.contains(groups),
            inputChannels % groups == 0, outputChannels % groups == 0
        else { return "\(inputChannels) to \(outputChannels) channels cannot be split into \(groups) groups" }
        guard window.isSound, !window.roundsUp else { return "its window is invalid: \(window)" }
        // Each factor is small, so the product does not overflow.
        guard weightCount == weights.count, bias.count == outputChannels else {
            return
                "it has \(weights.count) weights and \(bias.count) biases, expected \(weightCount) and \(outputChannels)"
        }
        guard weights.allSatisfy(\.isFinite), bias.allSatisfy(\.isFinite) else { return "its weights are not finite" }
        guard clip.map({ $0.lowerBound.isFinite && $0.upperBound.isFinite }) ?? true else {
            return "its limits are not finite"
        }
        return nil
    }
}

extension InferenceWindow {
    /// Every position of a pool must cover at least one value.
    fileprivate var poolFault: String? {
        guard isSound, dilationHeight == 1, dilationWidth == 1 else { return "its window is invalid: \(self)" }
        guard case .explicit(let top, let left, let bottom, let right) = padding else { return nil }
        guard max(top, bottom) < kernelHeight, max(left, right) < kernelWidth else {
            return "its padding is as large as the pool: \(self)"
        }
        return nil
    }
}
