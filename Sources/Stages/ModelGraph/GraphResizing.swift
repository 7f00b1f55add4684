import AnomalyDetection
import ONNX

/// Resizing like `PlanarImage.resized`, for lengths that are known only when the graph runs.
extension ONNXGraph {
    /// Resizes a float32 map, first along columns, then along rows.
    ///
    /// - Parameter isExact: computes in float64, rounded to float32 after each axis, as the program does.
    mutating func resized(
        _ value: GraphValue, height: (from: GraphLength, to: GraphLength), width: (from: GraphLength, to: GraphLength),
        isExact: Bool
    ) -> GraphValue {
        var value = value
        let element = isExact ? ONNXElement.double : .float
        if let matrix = resampling(from: height.from, to: height.to, element) {
            value = rounded(add("MatMul", [matrix, widened(value, isExact)]), isExact)
        }
        if let matrix = resampling(from: width.from, to: width.to, element) {
            let transposed = add("Transpose", [matrix], ["perm": .ints([1, 0])])
            value = rounded(add("MatMul", [widened(value, isExact), transposed]), isExact)
        }
        return value
    }

    /// Images as a network sees them, averaged over squares.
    mutating func reduced(_ image: GraphValue, _ whole: TileGrid, to seen: TileGrid) -> GraphValue {
        resized(
            image, height: (.fixed(whole.height), .fixed(seen.height)),
            width: (.fixed(whole.width), .fixed(seen.width)), isExact: true)
    }

    /// A map of what a network sees, at the size of the images.
    mutating func enlarged(_ map: GraphValue, _ seen: TileGrid, to whole: TileGrid) -> GraphValue {
        resized(
            map, height: (.fixed(seen.height), .fixed(whole.height)),
            width: (.fixed(seen.width), .fixed(whole.width)), isExact: false)
    }

    private mutating func widened(_ value: GraphValue, _ isExact: Bool) -> GraphValue {
        isExact ? cast(value, .double) : value
    }

    private mutating func rounded(_ value: GraphValue, _ isExact: Bool) -> GraphValue {
        isExact ? cast(value, .float) : value
    }

    mutating func cast(_ value: GraphValue, _ element: ONNXElement) -> GraphValue {
        add("Cast", [value], ["to": .int(element.rawValue)])
    }

    /// The matrix of a resampling, to x from; nil if it changes nothing.
    private mutating func resampling(
        from old: GraphLength, to new: GraphLength, _ element: ONNXElement
    ) -> GraphValue? {
        if case .fixed(let old) = old, case .fixed(let new) = new {
            guard old != new else { return nil }
            let matrix = AxisMatrix.resampling(from: old, to: new)
            let shape = [matrix.rows, matrix.columns]
            return element == .double
                ? constant(doubles: matrix.values, shape) : constant(matrix.values.map(Float.init), shape)
        }
        let matrix = resampling(from: length(old), to: length(new))
        return element == .double ? matrix : cast(matrix, element)
    }

    private mutating func length(_ length: GraphLength) -> GraphValue {
        switch length {
        case .fixed(let count): constant(ints: [count])
        case .open(let value): value
        }
    }

    /// The weights of `ResamplingTaps` in float64, from integers of the same meaning.
    private mutating func resampling(from old: GraphValue, to new: GraphValue) -> GraphValue {
        // Numbers of new pixels in a column, of old pixels in a row.
        let target = add("Unsqueeze", [range(new), constant(ints: [1])])
        let source = add("Unsqueeze", [range(old), constant(ints: [0])])
        let (zero, one, two) = (constant(ints: [0]), constant(ints: [1]), constant(ints: [2]))

        let begin = add("Mul", [target, old]), pixelBegin = add("Mul", [source, new])
        let end = add("Min", [add("Add", [begin, old]), add("Add", [pixelBegin, new])])
        let overlap = add("Max", [add("Sub", [end, add("Max", [begin, pixelBegin])]), zero])
        let area = add("Div", [cast(overlap, .double), cast(old, .double)])

        let divisor = add("Mul", [new, two])
        let centre = add("Sub", [add("Mul", [add("Add", [add("Mul", [target, two]), one]), old]), new])
        let last = add("Mul", [add("Sub", [old, one]), divisor])
        let position = add("Min", [add("Max", [centre, zero]), last])
        let distance = add("Abs", [add("Sub", [position, add("Mul", [source, divisor])])])
        let nearness = add("Max", [add("Sub", [divisor, distance]), zero])
        let linear = add("Div", [cast(nearness, .double), cast(divisor, .double)])

        return add("Where", [add("Less", [new, old]), area, linear])
    }

    /// 0, 1, ... below a one-element vector.
    private mutating func range(_ count: GraphValue) -> GraphValue {
        add(
            "Range",
            [constant(ints: [0], []), add("Squeeze", [count, constant(ints: [0])]), constant(ints: [1], [])])
    }
}
