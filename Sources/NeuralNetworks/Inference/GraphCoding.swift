import BinaryCoding

/// The binary encoding of a graph within a file.
extension InferenceGraph {
    public func write(to writer: inout ByteWriter) {
        writer.write(block: scaling.mean)
        writer.write(block: scaling.deviation)
        writer.write(nodes.count)
        for node in nodes {
            writer.write(node.name)
            writer.write(block: node.inputs.map(UInt32.init))
            node.operation.write(to: &writer)
        }
        writer.write(taps.count)
        for tap in taps {
            writer.write(tap.name)
            writer.write(tap.value)
        }
    }

    /// Reads a graph.
    ///
    /// - Throws: `FormatError`, and `InferenceError` if the graph is invalid.
    public init(from reader: inout ByteReader) throws {
        scaling = InputScaling(
            mean: try reader.readBlock(of: Float.self), deviation: try reader.readBlock(of: Float.self))
        nodes = []
        for _ in 0..<(try reader.readInt("the number of nodes", in: 0...Self.maximumNodes)) {
            let name = try reader.readText()
            let inputs = try reader.readBlock(of: UInt32.self).map(Int.init)
            nodes.append(Node(name, try InferenceOperation(from: &reader), inputs))
        }
        taps = []
        for _ in 0..<(try reader.readInt("the number of taps", in: 0...Self.maximumNodes)) {
            taps.append(Tap(try reader.readText(), try reader.readInt()))
        }
        try check()
    }
}

extension InferenceOperation {
    private enum Code: Int {
        case convolution, clip, scale, add, maxPool, averagePool, globalAverage, concatenate
    }

    fileprivate func write(to writer: inout ByteWriter) {
        func write(_ code: Code) { writer.write(code.rawValue) }
        switch self {
        case .convolution(let convolution):
            write(.convolution)
            for number in [convolution.inputChannels, convolution.outputChannels, convolution.groups] {
                writer.write(number)
            }
            convolution.window.write(to: &writer)
            writer.write(block: convolution.weights)
            writer.write(block: convolution.bias)
            writer.write(block: convolution.clip.map { [$0.lowerBound, $0.upperBound] } ?? [])
        case .clip(let range):
            write(.clip)
            writer.write(block: [range.lowerBound, range.upperBound])
        case .scale(let factors, let offsets):
            write(.scale)
            writer.write(block: factors)
            writer.write(block: offsets)
        case .add: write(.add)
        case .maxPool(let window):
            write(.maxPool)
            window.write(to: &writer)
        case .averagePool(let window, let countsPadding):
            write(.averagePool)
            window.write(to: &writer)
            writer.write(countsPadding ? 1 : 0)
        case .globalAverage: write(.globalAverage)
        case .concatenate: write(.concatenate)
        }
    }

    fileprivate init(from reader: inout ByteReader) throws {
        switch Code(rawValue: try reader.readInt("an operation", in: 0...7))! {
        case .convolution:
            let limit = 1...InferenceGraph.maximumChannels
            var convolution = InferenceConvolution(
                inputChannels: try reader.readInt("the channels of an input", in: limit),
                outputChannels: try reader.readInt("the channels of an output", in: limit),
                groups: try reader.readInt("the groups of a convolution", in: limit),
                window: try InferenceWindow(from: &reader), weights: try reader.readBlock(of: Float.self),
                bias: try reader.readBlock(of: Float.self))
            convolution.clip = try Self.range(from: &reader)
            self = .convolution(convolution)
        case .clip: self = .clip(try Self.range(from: &reader) ?? .relu)
        case .scale:
            self = .scale(factors: try reader.readBlock(of: Float.self), offsets: try reader.readBlock(of: Float.self))
        case .add: self = .add
        case .maxPool: self = .maxPool(try InferenceWindow(from: &reader))
        case .averagePool:
            self = .averagePool(
                try InferenceWindow(from: &reader), countsPadding: try reader.readInt("a flag", in: 0...1) == 1)
        case .globalAverage: self = .globalAverage
        case .concatenate: self = .concatenate
        }
    }

    private static func range(from reader: inout ByteReader) throws -> ClosedRange<Float>? {
        let limits = try reader.readBlock(of: Float.self)
        if limits.isEmpty { return nil }
        guard limits.count == 2, limits[0] <= limits[1] else {
            throw InferenceError.unsoundGraph(reason: "the limits of a clip are \(limits)")
        }
        return limits[0]...limits[1]
    }
}

extension InferenceWindow {
    private enum PaddingCode: Int { case same, sameLower, explicit }

    fileprivate func write(to writer: inout ByteWriter) {
        for number in [kernelHeight, kernelWidth, strideHeight, strideWidth, dilationHeight, dilationWidth] {
            writer.write(number)
        }
        writer.write(roundsUp ? 1 : 0)
        switch padding {
        case .same: writer.write(PaddingCode.same.rawValue)
        case .sameLower: writer.write(PaddingCode.sameLower.rawValue)
        case .explicit(let top, let left, let bottom, let right):
            writer.write(PaddingCode.explicit.rawValue)
            for number in [top, left, bottom, right] { writer.write(number) }
        }
    }

    fileprivate init(from reader: inout ByteReader) throws(FormatError) {
        let limit = Self.limit
        func number(_ what: String, _ least: Int) throws(FormatError) -> Int {
            try reader.readInt(what, in: least...limit)
        }
        self.init(
            kernelHeight: try number("a kernel", 1), kernelWidth: try number("a kernel", 1),
            strideHeight: try number("a stride", 1), strideWidth: try number("a stride", 1),
            dilationHeight: try number("a dilation", 1), dilationWidth: try number("a dilation", 1))
        roundsUp = try reader.readInt("a flag", in: 0...1) == 1
        switch PaddingCode(rawValue: try reader.readInt("a kind of padding", in: 0...2))! {
        case .same: padding = .same
        case .sameLower: padding = .sameLower
        case .explicit:
            padding = .explicit(
                top: try number("a padding", 0), left: try number("a padding", 0),
                bottom: try number("a padding", 0), right: try number("a padding", 0))
        }
    }
}
