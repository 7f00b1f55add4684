/// Resizes planes of floats, first along columns, then along rows. Sums have double precision, which preserves
/// constants and makes the result independent of vectorisation.
struct PlaneResampler {
    private let oldWidth, oldHeight, newWidth, newHeight: Int

    init(from old: (width: Int, height: Int), to new: (width: Int, height: Int)) {
        guard new.width > 0, new.height > 0 else { fatalError("invalid image size \(new.width) x \(new.height)") }
        (oldWidth, oldHeight) = old
        (newWidth, newHeight) = new
    }

    func resample(_ values: [Float], planes: Int) -> [Float] {
        guard values.count == oldWidth * oldHeight * planes else {
            fatalError("\(values.count) values for \(planes) planes of \(oldWidth) x \(oldHeight)")
        }
        let columns = oldHeight == newHeight ? values : resampleColumns(values, planes)
        return oldWidth == newWidth ? columns : resampleRows(columns, planes * newHeight)
    }

    private func resampleColumns(_ values: [Float], _ planes: Int) -> [Float] {
        let taps = ResamplingTaps(from: oldHeight, to: newHeight)
        let width = oldWidth
        var sums = [Double](repeating: 0, count: width)
        return unsafe [Float](unsafeUninitializedCapacity: planes * newHeight * width) { output, count in
            unsafe values.withUnsafeBufferPointer { source in
                unsafe sums.withUnsafeMutableBufferPointer { sums in
                    for row in 0..<(planes * newHeight) {
                        let (plane, y) = row.quotientAndRemainder(dividingBy: newHeight)
                        var line = (plane * oldHeight + taps.starts[y]) * width
                        unsafe sums.update(repeating: 0)
                        for tap in taps.offsets[y]..<taps.offsets[y + 1] {
                            let weight = taps.weights[tap]
                            for x in 0..<width { unsafe sums[x] += weight * Double(source[line + x]) }
                            line += width
                        }
                        for x in 0..<width {
                            unsafe output.initializeElement(at: row * width + x, to: Float(sums[x]))
                        }
                    }
                }
            }
            count = planes * newHeight * width
        }
    }

    private func resampleRows(_ values: [Float], _ rows: Int) -> [Float] {
        let taps = ResamplingTaps(from: oldWidth, to: newWidth)
        return unsafe [Float](unsafeUninitializedCapacity: rows * newWidth) { output, count in
            let (starts, offsets, weights) = (taps.starts.span, taps.offsets.span, taps.weights.span)
            let source = values.span
            for row in 0..<rows {
                for x in 0..<newWidth {
                    var position = row * oldWidth + starts[x]
                    var sum = 0.0
                    for tap in offsets[x]..<offsets[x + 1] {
                        sum += weights[tap] * Double(source[position])
                        position += 1
                    }
                    unsafe output.initializeElement(at: row * newWidth + x, to: Float(sum))
                }
            }
            count = rows * newWidth
        }
    }
}

/// The old pixels that contribute to each pixel of a resized axis, with weights that sum to 1.
///
/// Positions are computed in integers, so that rounding cannot move a pixel's borders.
package struct ResamplingTaps {
    /// The first contributing old pixel of each new pixel.
    package private(set) var starts: [Int] = []
    /// The index of each new pixel's first weight, and the total number of weights at the end.
    package private(set) var offsets: [Int] = [0]
    package private(set) var weights: [Double] = []

    package init(from oldCount: Int, to newCount: Int) {
        for index in 0..<newCount {
            if newCount < oldCount {
                appendArea(index, oldCount, newCount)
            } else {
                appendLinear(index, oldCount, newCount)
            }
            offsets.append(weights.count)
        }
    }

    /// In units of 1 / newCount old pixels, old pixel i covers [i * newCount, (i + 1) * newCount) and new pixel o
    /// covers [o * oldCount, (o + 1) * oldCount).
    private mutating func appendArea(_ index: Int, _ oldCount: Int, _ newCount: Int) {
        let begin = index * oldCount
        let end = begin + oldCount
        var pixel = begin / newCount
        starts.append(pixel)
        while pixel * newCount < end {
            let overlap = min(end, (pixel + 1) * newCount) - max(begin, pixel * newCount)
            weights.append(Double(overlap) / Double(oldCount))
            pixel += 1
        }
    }

    /// The centre of new pixel o lies at (o + 1/2) * oldCount / newCount - 1/2 old pixels: a fraction of 2 * newCount.
    private mutating func appendLinear(_ index: Int, _ oldCount: Int, _ newCount: Int) {
        let divisor = 2 * newCount
        let position = min(max((2 * index + 1) * oldCount - newCount, 0), (oldCount - 1) * divisor)
        let fraction = Double(position % divisor) / Double(divisor)
        starts.append(position / divisor)
        // Omits a weight of zero, because the pixel can be infinite or NaN.
        weights.append(1 - fraction)
        if fraction > 0 { weights.append(fraction) }
    }
}
