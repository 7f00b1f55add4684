/// Decides which pixels of an image file are labelled by a mask.
///
/// - Black is the background; all other pixels are labelled. If no pixel is black, the most frequent colour is the
///   background.
/// - With two values, or label numbers up to 31, every non-zero value is labelled. Otherwise the threshold is half of
///   the largest value, because JPEG compression and smooth edges turn zeros into small values.
/// - A palette is read by its indices. Its background is index 0 if that is black, otherwise the most frequent index.
/// - Alpha decides if all colours are equal; colours decide if all pixels are transparent.
///
/// Negative values and NaN count as black.
struct MaskRule {
    /// 1 for each labelled pixel of the stored raster, otherwise 0.
    let labels: [UInt8]
    /// A description of the rule that was used, if the result differs from labelling every pixel that is not black.
    let remark: String?
    /// The number of NaN samples.
    let notNumbers: Int

    /// The maximum label number. Label maps have few classes; larger values are shades.
    static let largestLabel = 31

    init(_ pixels: NativeCodecs.Pixels, _ header: NativeCodecs.Header) {
        let count = header.pixelCount
        var colours = header.hasAlpha ? Array(pixels.values.dropLast(count)) : pixels.values
        notNumbers = header.isFloat ? colours.count { $0.isNaN } : 0
        let alpha = header.hasAlpha ? Array(pixels.values.suffix(count)) : nil
        var indices: MaskIndices?
        if header.colour == .palette {
            indices = MaskIndices(colours, palette: pixels.palette)
            colours = (0..<3).flatMap { channel in colours.map { pixels.palette[3 * Int($0) + channel] } }
        }
        let raw = MaskShades(colours, count: count, isFloat: header.isFloat)
        let seen = alpha.map { raw.composited($0) } ?? raw
        let scale = LabelScale(header)

        let plain = seen.isLit
        let isMixed = alpha.map { $0.contains(0) && !$0.allSatisfy { $0 == 0 } } ?? false
        var reading: (labels: [UInt8], words: String)?
        if let indices, !isMixed {
            reading = indices.labels(raw, scale)
        } else {
            let isLabelled = indices.map { $0.used.count <= Self.largestLabel + 1 } ?? false
            reading = seen.labels(isLabelled ? .labels : scale)
            if reading == nil, let alpha {
                if let opaque = MaskShades(alpha, count: count, isFloat: header.isFloat).labels(.shades) {
                    reading = (opaque.labels, "has one colour only, so its opaque pixels are labelled")
                } else if let coloured = raw.labels(scale) {
                    reading = (coloured.labels, "is transparent all over, so it is read by its colours")
                }
            }
        }
        let labels = reading?.labels ?? plain
        self.labels = labels
        guard labels != plain, let words = reading?.words else {
            remark = nil
            return
        }
        remark = "\(words): \(labels.count { $0 != 0 }) of \(count) pixels"
    }
}

/// The criterion that distinguishes label numbers from shades.
enum LabelScale {
    /// Values are labels.
    case labels
    /// Values are shades, because of lossy compression or fewer bits than label maps have.
    case shades
    /// Values are labels if they are small integers after multiplication by the factor.
    case factor(Float)

    init(_ header: NativeCodecs.Header) {
        if header.isLossy || header.bitDepth < 8 && header.colour != .palette && header.largestSample == nil {
            self = .shades
        } else if header.isFloat {
            self = .factor(1)
        } else {
            self = .factor(Float(header.largestSample ?? (header.bitDepth == 16 ? 65535 : 255)))
        }
    }

    /// A value in the units of the file.
    func words(_ value: Float) -> String {
        let scaled: Float = if case .factor(let factor) = self { value * factor } else { value * 255 }
        return scaled == scaled.rounded() && scaled < 1e6 ? "\(Int(scaled))" : "\(scaled)"
    }

    func areLabels(_ values: [Float]) -> Bool {
        switch self {
        case .labels: true
        case .shades: false
        case .factor(let factor):
            values.allSatisfy { value in
                let number = (value * factor).rounded()
                return number <= Float(MaskRule.largestLabel) && abs(value * factor - number) <= 1e-3
            }
        }
    }
}

/// The colours of a mask's pixels: one or three planes of non-negative values.
struct MaskShades {
    /// Consecutive planes.
    let values: [Float]
    /// The number of pixels.
    let count: Int

    /// - Parameter isFloat: true if negative values and NaN can occur. They become 0.
    init(_ values: [Float], count: Int, isFloat: Bool) {
        self.count = count
        self.values = isFloat ? values.map { $0 > 0 ? $0 : 0 } : values
    }

    /// The colours composited over black.
    func composited(_ alpha: [Float]) -> MaskShades {
        MaskShades(values.indices.map { values[$0] * alpha[$0 % count] }, count: count, isFloat: true)
    }

    /// 1 for each pixel that is not black.
    var isLit: [UInt8] { brightness.map { $0 > 0 ? 1 : 0 } }

    /// - Returns: the labelled pixels and a description that continues "the mask"; nil if all pixels have one colour.
    func labels(_ scale: LabelScale) -> (labels: [UInt8], words: String)? {
        guard !hasOneColour else { return nil }
        var strengths = brightness
        var words: String?
        if !strengths.contains(0) {
            let background = mostFrequentColour
            strengths = self.strengths { abs($0 - background[$1]) }
            words = "has no black background, so what differs from its most frequent colour is labelled"
        }
        let largest = strengths.max() ?? 0
        let hasTwoValues = strengths.allSatisfy { $0 == 0 || $0 == largest }
        if hasTwoValues || scale.areLabels(strengths) {
            return (strengths.map { $0 > 0 ? 1 : 0 }, words ?? "")
        }
        return (
            strengths.map { 2 * $0 >= largest ? 1 : 0 },
            words
                ?? "has more than two values, so those from half of the largest, \(scale.words(largest)), on are labelled"
        )
    }

    private var hasOneColour: Bool {
        (0..<values.count / count).allSatisfy { channel in
            let plane = values[channel * count..<(channel + 1) * count]
            return plane.allSatisfy { $0 == plane.first }
        }
    }

    /// The maximum over channels of a function of each pixel's value.
    private func strengths(_ strength: (Float, _ channel: Int) -> Float) -> [Float] {
        var strengths = [Float](repeating: 0, count: count)
        for channel in 0..<values.count / count {
            for pixel in 0..<count {
                strengths[pixel] = max(strengths[pixel], strength(values[channel * count + pixel], channel))
            }
        }
        return strengths
    }

    /// The maximum channel of each pixel.
    private var brightness: [Float] { values.count == count ? values : strengths { value, _ in value } }

    /// The most frequent colour. Ties go to the colour with the lowest channels, compared in order.
    private var mostFrequentColour: SIMD3<Float> {
        var counts: [SIMD3<Float>: Int] = [:]
        for pixel in 0..<count {
            var colour = SIMD3<Float>.zero
            for channel in 0..<values.count / count { colour[channel] = values[channel * count + pixel] }
            counts[colour, default: 0] += 1
        }
        func order(_ colour: SIMD3<Float>) -> (Float, Float, Float) { (colour.x, colour.y, colour.z) }
        let found = counts.max { first, second in
            first.value == second.value ? order(first.key) > order(second.key) : first.value < second.value
        }
        return found?.key ?? .zero
    }
}

/// The palette indices of a mask.
struct MaskIndices {
    private let indices: [UInt8]
    private let palette: [Float]
    /// The number of pixels of each index that occurs.
    let used: [UInt8: Int]

    init(_ indices: [Float], palette: [Float]) {
        self.indices = indices.map { UInt8($0) }
        self.palette = palette
        var counts = [Int](repeating: 0, count: 256)
        for index in self.indices { counts[Int(index)] += 1 }
        used = Dictionary(
            uniqueKeysWithValues: counts.enumerated().compactMap { $1 > 0 ? (UInt8($0), $1) : nil })
    }

    private func colour(_ index: UInt8) -> ArraySlice<Float> { palette[3 * Int(index)..<3 * Int(index) + 3] }

    private func isBlack(_ index: UInt8) -> Bool { colour(index).allSatisfy { $0 == 0 } }

    /// Labels the pixels as `MaskShades.labels` does.
    ///
    /// - Parameter colours: the colours of the pixels.
    func labels(_ colours: MaskShades, _ scale: LabelScale) -> (labels: [UInt8], words: String)? {
        let sorted = used.keys.sorted()
        guard sorted.count > 1 else {
            guard sorted == [0] else { return nil }
            return (indices.map { _ in 0 }, "has a palette of which only number 0, the background, occurs")
        }
        let isUsual = sorted[0] == 0 && isBlack(0)
        let background = isUsual ? 0 : sorted.reduce(sorted[0]) { used[$1]! > used[$0]! ? $1 : $0 }
        // More than two greys on black are a grey image stored with a palette.
        let areGrey = sorted.allSatisfy { index in colour(index).allSatisfy { $0 == colour(index).first } }
        let isImage = areGrey && isBlack(background) && sorted.count > 2 || sorted.count > MaskRule.largestLabel + 1
        if isImage, let reading = colours.labels(scale) { return reading }
        return (
            indices.map { $0 == background ? 0 : 1 },
            "has a palette, of which number \(background) is the background"
        )
    }
}
