/// Resizes planes of floats, first the columns, then the rows. Sums are kept in double precision: so a constant stays that
/// constant, and the result does not depend on how the loops are vectorised.
struct PlaneResampler {
    private let oldWidth, oldHeight, newWidth, newHeight: Int

    init(from old: (width: Int, height: Int), to new: (width: Int, height: Int)) {
        guard new.width > 0, new.height > 0 else { fatalError("no image has the size \(new.width) x \(new.height)") }
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
