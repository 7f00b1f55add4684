/// The kernel of a convolution or the area of a pool, and how it moves over a map.
public struct InferenceWindow: Sendable, Equatable {
    public enum Padding: Sendable, Equatable {
        /// As many outputs as strides fit in; where the padding is odd, the more below and to the right.
        case same
        /// As `same`, with the more above and to the left.
        case sameLower
        case explicit(top: Int, left: Int, bottom: Int, right: Int)

        public static let none = Padding.explicit(top: 0, left: 0, bottom: 0, right: 0)
    }

    public var kernelHeight, kernelWidth, strideHeight, strideWidth, dilationHeight, dilationWidth: Int
    public var padding: Padding
    /// A last window may reach beyond the padding, as long as it starts before it; of pools.
    public var roundsUp: Bool

    public init(
        kernelHeight: Int, kernelWidth: Int, strideHeight: Int = 1, strideWidth: Int = 1, dilationHeight: Int = 1,
        dilationWidth: Int = 1, padding: Padding = .none, roundsUp: Bool = false
    ) {
        (self.kernelHeight, self.kernelWidth) = (kernelHeight, kernelWidth)
        (self.strideHeight, self.strideWidth) = (strideHeight, strideWidth)
        (self.dilationHeight, self.dilationWidth) = (dilationHeight, dilationWidth)
        (self.padding, self.roundsUp) = (padding, roundsUp)
    }

    public init(square kernel: Int, stride: Int = 1, padding: Padding = .none) {
        self.init(
            kernelHeight: kernel, kernelWidth: kernel, strideHeight: stride, strideWidth: stride, padding: padding)
    }

    /// A window on a map of a size: the padding on each side, and the size of what comes out.
    struct Placed: Equatable {
        var top, left, bottom, right, outputHeight, outputWidth: Int
    }

    /// `nil` where the map with its padding is smaller than the window.
    func placed(height: Int, width: Int) -> Placed? {
        let (before, after): ((Int, Int)?, (Int, Int)?) =
            switch padding {
            case .explicit(let top, let left, let bottom, let right): ((top, left), (bottom, right))
            default: (nil, nil)
            }
        guard
            let rows = axis(
                height, kernelHeight, strideHeight, dilationHeight, explicit: before.map { ($0.0, after!.0) }),
            let columns = axis(
                width, kernelWidth, strideWidth, dilationWidth, explicit: before.map { ($0.1, after!.1) })
        else { return nil }
        return Placed(
            top: rows.before, left: columns.before, bottom: rows.after, right: columns.after,
            outputHeight: rows.count, outputWidth: columns.count)
    }

    private func axis(
        _ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, explicit: (Int, Int)?
    ) -> (before: Int, after: Int, count: Int)? {
        let reach = (kernel - 1) * dilation + 1
        guard let (before, after) = explicit else {
            let count = (size + stride - 1) / stride
            let total = max(0, (count - 1) * stride + reach - size)
            return padding == .same
                ? (total / 2, total - total / 2, count) : (total - total / 2, total / 2, count)
        }
        let room = size + before + after - reach
        guard room >= 0 else { return nil }
        guard roundsUp, room % stride != 0, (room / stride + 1) * stride < size + before else {
            return (before, after, room / stride + 1)
        }
        return (before, after + stride - room % stride, room / stride + 2)
    }

    /// The largest number that its format allows for each part.
    public static let limit = 4096

    var isSound: Bool {
        let parts = [kernelHeight, kernelWidth, strideHeight, strideWidth, dilationHeight, dilationWidth]
        guard parts.allSatisfy((1...Self.limit).contains) else { return false }
        guard case .explicit(let top, let left, let bottom, let right) = padding else { return true }
        return [top, left, bottom, right].allSatisfy((0...Self.limit).contains)
    }
}
