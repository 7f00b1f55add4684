/// The colours of a mask's pixels: one or three planes without negative values.
struct MaskShades {
    /// Planes in a row.
    let values: [Float]
    /// Pixels.
    let count: Int

    /// - Parameter isFloat: negative values and such as are not numbers may occur, and become 0.
    init(_ values: [Float], count: Int, isFloat: Bool) {
        self.count = count
        self.values = isFloat ? values.map { $0 > 0 ? $0 : 0 } : values
    }

    /// Over black.
    func composited(_ alpha: [Float]) -> MaskShades {
        MaskShades(values.indices.map { values[$0] * alpha[$0 % count] }, count: count, isFloat: true)
    }

    /// 1 for each pixel that is not black.
    var isLit: [UInt8] { brightness.map { $0 > 0 ? 1 : 0 } }

    /// - Returns: the labelled pixels and what was decided, after "the mask"; nil where all pixels have one colour.
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

    /// The largest of what is made of each pixel's channels.
    private func strengths(_ strength: (Float, _ channel: Int) -> Float) -> [Float] {
        var strengths = [Float](repeating: 0, count: count)
        for channel in 0..<values.count / count {
            for pixel in 0..<count {
                strengths[pixel] = max(strengths[pixel], strength(values[channel * count + pixel], channel))
            }
        }
        return strengths
    }

    /// The largest of each pixel's channels.
    private var brightness: [Float] { values.count == count ? values : strengths { value, _ in value } }

    /// Of several, the darkest by its channels in their order.
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

/// The indices of a mask with a palette.
struct MaskIndices {
    private let indices: [UInt8]
    private let palette: [Float]
    /// How many pixels have each index that occurs.
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

    /// As `MaskShades.labels`.
    ///
    /// - Parameter colours: of the pixels.
    func labels(_ colours: MaskShades, _ scale: LabelScale) -> (labels: [UInt8], words: String)? {
        let sorted = used.keys.sorted()
        guard sorted.count > 1 else {
            guard sorted == [0] else { return nil }
            return (indices.map { _ in 0 }, "has a palette of which only number 0, the background, occurs")
        }
        let isUsual = sorted[0] == 0 && isBlack(0)
        let background = isUsual ? 0 : sorted.reduce(sorted[0]) { used[$1]! > used[$0]! ? $1 : $0 }
        // Shades of grey on black are an image that somebody stored with a palette, unless it tells them apart by number.
        let areGrey = sorted.allSatisfy { index in colour(index).allSatisfy { $0 == colour(index).first } }
        let isImage = areGrey && isBlack(background) && sorted.count > 2 || sorted.count > MaskRule.largestLabel + 1
        if isImage, let reading = colours.labels(scale) { return reading }
        return (
            indices.map { $0 == background ? 0 : 1 },
            "has a palette, of which number \(background) is the background"
        )
    }
}
