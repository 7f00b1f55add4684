/// The range of the values of a tensor.
public struct ValueRange: Sendable, Equatable {
    public private(set) var lowest = Float.infinity, highest = -Float.infinity

    public init() {}

    mutating func add(_ values: UnsafePointer<Float>, count: Int) {
        for index in 0..<count {
            let value = unsafe values[index]
            lowest = min(lowest, value)
            highest = max(highest, value)
        }
    }

    mutating func add(_ other: ValueRange) {
        (lowest, highest) = (min(lowest, other.lowest), max(highest, other.highest))
    }
}

/// Values as 8-bit integers: `scale * (code - zeroPoint)`, where 0 has a code of its own.
///
/// As in ONNX's `QuantizeLinear`: halves round to even, values out of range to its end
/// (https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html).
public struct LinearQuantization: Sendable, Equatable {
    public let scale: Float
    public let zeroPoint: UInt8

    /// - Parameter range: the range to cover, which is extended to hold 0.
    public init(covering range: ValueRange) {
        let (lowest, highest) = (min(range.lowest, 0), max(range.highest, 0))
        let width = (highest - lowest) / 255
        scale = width > 0 && width.isFinite ? width : 1
        zeroPoint = UInt8(max(0, min(255, (-lowest / scale).rounded(.toNearestOrEven))))
    }

    /// The value that a code stands for after rounding.
    public func rounded(_ value: Float) -> Float {
        let zero = Float(zeroPoint)
        let code = ((value / scale).rounded(.toNearestOrEven) + zero).clamped(to: 0...255)
        return (code - zero) * scale
    }

    func round(_ values: UnsafeMutablePointer<Float>, count: Int) {
        for index in 0..<count { unsafe values[index] = rounded(values[index]) }
    }
}

extension Float {
    fileprivate func clamped(to range: ClosedRange<Float>) -> Float {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}

/// The weights of a convolution as signed 8-bit integers with a scale for each output channel, and its bias as 32-bit
/// integers in units of the product of that scale and its input's.
public struct QuantizedWeights: Sendable, Equatable {
    /// In the order of the parameters: output channel, input channel, row, column.
    public let codes: [Int8]
    public let scales: [Float]
    public let bias: [Int32]
    public let biasScales: [Float]

    init(weights: ArraySlice<Float>, bias: ArraySlice<Float>, inputScale: Float) {
        let fan = weights.count / bias.count
        var codes: [Int8] = []
        var scales: [Float] = []
        codes.reserveCapacity(weights.count)
        for first in stride(from: weights.startIndex, to: weights.endIndex, by: fan) {
            let row = weights[first..<first + fan]
            let largest = row.reduce(0) { max($0, abs($1)) }
            let scale = largest > 0 ? largest / 127 : 1
            scales.append(scale)
            for weight in row { codes.append(Int8((weight / scale).rounded(.toNearestOrEven))) }
        }
        let units = scales.map { $0 * inputScale }
        (self.codes, self.scales, biasScales) = (codes, scales, units)
        self.bias = zip(bias, units).map { value, unit in
            Int32(exactly: (value / unit).rounded(.toNearestOrEven)) ?? (value < 0 ? .min : .max)
        }
    }

    /// The weights and the bias that the integers stand for.
    var values: (weights: [Float], bias: [Float]) {
        let fan = codes.count / scales.count
        return (
            codes.enumerated().map { Float($1) * scales[$0 / fan] }, zip(bias, biasScales).map { Float($0) * $1 }
        )
    }
}
