import Imaging

/// The background colour of an image by its border, constant or with a slope, and how far pixels of the background may
/// be from it.
///
/// Median and median absolute deviation are robust while an object covers less than half of the border.
struct PlainBackground {
    enum Shape: CaseIterable {
        case constant
        /// A plane of brightness in each channel, fitted with weights that fall with the distance (Cauchy's), so that
        /// an object on the border does not tilt it.
        case sloped
    }

    /// The maximum distance of a background pixel from the background colour, in robust standard deviations.
    private static let deviations: Float = 5
    /// The minimum tolerance, for backgrounds with almost no variation.
    private static let minimumTolerance: Float = 0.06
    /// The maximum spread of a plain border.
    private static let maximumSpread: Float = 0.08
    /// The minimum share of a plain border within the tolerance.
    private static let plainShare: Float = 0.75
    /// The number of fits of a plane, and the number of border pixels, up to twice as many, that it is fitted to.
    private static let fits = 8, fittedPixels = 2048

    private let shape: Shape
    /// The colour in the middle of the image, and its change from one side to the other.
    private var colour = SIMD3<Float>.zero, acrossWidth = SIMD3<Float>.zero, acrossHeight = SIMD3<Float>.zero
    private var tolerance = SIMD3<Float>.zero

    /// - Returns: nil if the border is not plain.
    init?(of image: PlanarImage, _ shape: Shape) {
        self.shape = shape
        let border = Self.border(width: image.width, height: image.height), plane = image.width * image.height
        for channel in 0..<3 {
            func value(_ place: Int) -> Float { image.values[channel * plane + place] }
            let values = border.map(value)
            colour[channel] = Self.median(values)
            if shape == .sloped {
                let step = max(1, border.count / Self.fittedPixels)
                let fitted = stride(from: 0, to: border.count, by: step).map { border[$0] }
                let fit = Self.plane(
                    fitted.map { (Self.offset(of: $0, in: image), value($0)) }, start: colour[channel])
                (colour[channel], acrossWidth[channel], acrossHeight[channel]) = (fit.x, fit.y, fit.z)
            }
            let distances = border.map { abs(value($0) - background(image, $0)[channel]) }
            // For a normal distribution the standard deviation is 1.4826 median absolute deviations.
            let spread = 1.4826 * Self.median(distances)
            guard spread <= Self.maximumSpread else { return nil }
            tolerance[channel] = max(Self.minimumTolerance, Self.deviations * spread)
        }
        let plain = border.count { !differs(image, $0) }
        guard Float(plain) >= Self.plainShare * Float(border.count) else { return nil }
    }

    /// 1 for each pixel that is not of the background: height x width values.
    func differing(in image: PlanarImage) -> [UInt8] {
        (0..<(image.width * image.height)).map { differs(image, $0) ? 1 : 0 }
    }

    /// The largest difference of a channel from the background colour.
    func distance(_ image: PlanarImage, _ index: Int) -> Float {
        let difference = image.colour(at: index) - background(image, index)
        return max(difference.max(), -difference.min())
    }

    private func differs(_ image: PlanarImage, _ index: Int) -> Bool {
        let distance = image.colour(at: index) - background(image, index)
        return any(distance .> tolerance) || any(distance .< -tolerance)
    }

    private func background(_ image: PlanarImage, _ index: Int) -> SIMD3<Float> {
        guard shape == .sloped else { return colour }
        let offset = Self.offset(of: index, in: image)
        return colour + acrossWidth * offset.x + acrossHeight * offset.y
    }

    /// The place of a pixel, -0.5 to 0.5 from side to side.
    private static func offset(of index: Int, in image: PlanarImage) -> SIMD2<Float> {
        SIMD2(
            (Float(index % image.width) + 0.5) / Float(image.width) - 0.5,
            (Float(index / image.width) + 0.5) / Float(image.height) - 0.5)
    }

    /// The upper median of at least one value.
    static func median(_ values: [Float]) -> Float { values.sorted()[values.count / 2] }

    /// The value in the middle and the slopes of the plane through values at places, by least squares with weights that
    /// are found anew after each fit.
    private static func plane(_ values: [(place: SIMD2<Float>, value: Float)], start: Float) -> SIMD3<Float> {
        var plane = SIMD3<Double>(Double(start), 0, 0)
        let rows = values.map { (SIMD3<Double>(1, Double($0.place.x), Double($0.place.y)), Double($0.value)) }
        for _ in 0..<fits {
            let residuals = rows.map { $0.1 - ($0.0 * plane).sum() }
            let spread = 1.4826 * Double(median(residuals.map { Float(abs($0)) })) + 1e-4
            var moments = [SIMD3<Double>](repeating: .zero, count: 3)
            var sums = SIMD3<Double>.zero
            for (row, residual) in zip(rows, residuals) {
                let weighted = row.0 / (1 + residual * residual / (spread * spread))
                for axis in 0..<3 { moments[axis] += weighted[axis] * row.0 }
                sums += weighted * row.1
            }
            guard let solution = solve(moments, sums) else { break }
            plane = solution
        }
        return SIMD3<Float>(plane)
    }

    /// The solution of three equations by Cramer's rule; nil if they depend on each other.
    private static func solve(_ rows: [SIMD3<Double>], _ sums: SIMD3<Double>) -> SIMD3<Double>? {
        func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
            SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
        }
        // The matrix is symmetric, so its rows are its columns.
        let determinant = (rows[0] * cross(rows[1], rows[2])).sum()
        guard abs(determinant) > 1e-12 else { return nil }
        return SIMD3(
            (sums * cross(rows[1], rows[2])).sum(), (rows[0] * cross(sums, rows[2])).sum(),
            (rows[0] * cross(rows[1], sums)).sum()) / determinant
    }

    /// The pixels of a frame whose width is 1/64 of the shorter side.
    static func border(width: Int, height: Int) -> [Int] {
        let thickness = max(1, min(width, height) / 64)
        return (0..<height).flatMap { y in
            let isInside = y >= thickness && y < height - thickness
            let columns = isInside ? Array(0..<thickness) + Array((width - thickness)..<width) : Array(0..<width)
            return columns.map { y * width + $0 }
        }
    }
}
