import AnomalyDetection

/// The size to which images are brought for a detector, in pixels.
struct NetworkSize: Hashable {
    let width, height: Int
    /// The side of the square tiles that a network sees; nil if it sees whole images.
    var tile: Int?

    /// The number of pixels that a network sees at a time.
    var seenPixels: Int { tile.map { $0 * $0 } ?? width * height }

    /// From this reduction on, an image loses details that tiles would keep.
    private static let largeReduction = 6

    /// For a frame: as many pixels as 256 x 256 in multiples of 16, at most 4:1, and at most twice as many along a side
    /// as the images have.
    init(of frame: ObjectFrame, in sizes: [(width: Int, height: Int)]) {
        let ratio = min(4, max(0.25, frame.width / frame.height))
        let width = min(256 * ratio.squareRoot(), 2 * frame.width * Float(Self.shorterSide(sizes)))
        func multiple(_ length: Float) -> Int { max(32, Int((length / 16).rounded()) * 16) }
        (self.width, height) = (multiple(width), multiple(width / ratio))
    }

    /// 256 pixels on the shorter side, or `smallest` for small images, and the aspect ratio of the median image, in
    /// multiples of 16. Whole images have at most 2:1; longer strips of a surface, up to 16:1, are seen in tiles.
    ///
    /// - Parameter isSurface: false for objects, of which a tile shows a part.
    init(of sizes: [(width: Int, height: Int)], smallest: Int, isSurface: Bool) {
        guard !sizes.isEmpty else {
            (width, height) = (256, 256)
            return
        }
        let side = Self.shorterSide(sizes) <= 160 ? smallest : 256
        let ratio = Self.median(sizes.map { Double($0.width) / Double($0.height) })
        let isStrip = isSurface && max(ratio, 1 / ratio) > 2
        let longest: Double = isStrip ? 16 : 2
        let length = Int((Double(side) * min(longest, max(ratio, 1 / ratio)) / 16).rounded()) * 16
        (width, height) = ratio >= 1 ? (length, side) : (side, length)
        tile = isStrip ? side : nil
    }

    /// Lines on what the size means for images of these sizes.
    ///
    /// - Parameter reduction: the factor by which an autoencoder reduces this size further; 1 for other detectors.
    func findings(for sizes: [(width: Int, height: Int)], reduction: Int) -> [String] {
        if let tile { return ["long strips: the network sees tiles of \(tile) x \(tile) pixels"] }
        let factor = Int((Self.shorterSide(sizes) * Double(reduction) / Double(min(width, height))).rounded())
        guard factor >= Self.largeReduction else { return [] }
        return [
            "large images: \(reduction > 1 ? "the autoencoder sees them" : "they are") reduced by a factor of \(factor), and defects of a few pixels vanish; \"tile\" in the "
                + "image section keeps them"
        ]
    }

    private static func shorterSide(_ sizes: [(width: Int, height: Int)]) -> Double {
        sizes.isEmpty ? 0 : median(sizes.map { Double(min($0.width, $0.height)) })
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
