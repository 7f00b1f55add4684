internal import CTensorKernels

/// Kernels on anomaly maps, as arrays.
public enum MapKernels {
    /// The mean over channels of the squared difference of two channel-major images.
    public static func squaredError(_ first: [Float], _ second: [Float], channels: Int) -> [Float] {
        guard first.count == second.count, channels > 0 else {
            fatalError("images of \(first.count) and \(second.count)")
        }
        let pixels = first.count / channels
        return [Float](unsafeUninitializedCapacity: pixels) { map, count in
            first.withUnsafeBufferPointer { first in
                second.withUnsafeBufferPointer { second in
                    kernel_squared_error_map(
                        first.baseAddress, second.baseAddress, map.baseAddress, Int32(channels), pixels)
                }
            }
            count = pixels
        }
    }

    /// Applies `passes` box filters of size x size (odd) with reflected borders, which preserve the sum of the map.
    /// Together they have a variance of passes * (size^2 - 1) / 12 pixels^2 per axis.
    public static func boxFiltered(_ map: [Float], height: Int, width: Int, size: Int, passes: Int) -> [Float] {
        guard map.count == height * width, size % 2 == 1 else {
            fatalError("box filter of \(size) on \(map.count) values")
        }
        guard size > 1, passes > 0, !map.isEmpty else { return map }
        var filtered = map
        var scratch = [Float](repeating: 0, count: map.count)
        filtered.withUnsafeMutableBufferPointer { filtered in
            scratch.withUnsafeMutableBufferPointer { scratch in
                for _ in 0..<passes {
                    kernel_box_filter(
                        filtered.baseAddress, filtered.baseAddress, scratch.baseAddress, Int32(height), Int32(width),
                        Int32(size))
                }
            }
        }
        return filtered
    }

    /// Filters a plane of height x width values within an array, in place, with an odd number of taps along both axes.
    /// Edges are repeated. Results are bit-identical on every processor.
    ///
    /// - Parameter start: The index of the plane's first value in `values`.
    public static func filterSeparably(
        _ values: inout [Float], from start: Int = 0, height: Int, width: Int, taps: [Float]
    ) {
        guard start >= 0, values.count >= start + height * width, taps.count % 2 == 1 else {
            fatalError("\(taps.count) taps on \(height) x \(width) of \(values.count) values")
        }
        guard height > 0, width > 0 else { return }
        var scratch = [Float](repeating: 0, count: height * width + width + taps.count)
        values.withUnsafeMutableBufferPointer { values in
            scratch.withUnsafeMutableBufferPointer { scratch in
                taps.withUnsafeBufferPointer { taps in
                    kernel_separable_filter(
                        values.baseAddress! + start, scratch.baseAddress!, taps.baseAddress!, Int32(taps.count),
                        Int32(height), Int32(width))
                }
            }
        }
    }
}
