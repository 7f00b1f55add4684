import Imaging

/// Detects images that show the same things at the same places, as those of a label or of a part in a fixture do. Their
/// mirror images are not normal.
enum Arrangement {
    private static let side = 64, blocks = 8
    /// The mean correlation from which on the arrangement is fixed. Toothbrushes in a fixture have 0.95, cookies on a
    /// tray 0.22, tiles 0.13, and fabrics, castings, and screws in any direction 0.0 to 0.1.
    private static let leastCorrelation: Float = 0.3

    /// - Parameter thumbnails: one for each image.
    static func isFixed(_ thumbnails: [[Float]]) -> Bool {
        guard thumbnails.count > 1 else { return false }
        var sum: Float = 0
        for (number, first) in thumbnails.enumerated() {
            for second in thumbnails[..<number] {
                for place in first.indices { sum += first[place] * second[place] }
            }
        }
        let pairs = thumbnails.count * (thumbnails.count - 1) / 2
        return sum / Float(pairs) > leastCorrelation
    }

    /// A small copy of an RGB image without coarse structure, such as a fall-off of light, as a vector of length 1, or
    /// 0 for an image of one colour.
    static func thumbnail(_ image: PlanarImage) -> [Float] {
        let small = image.resized(width: side, height: side)
        let coarse = small.resized(width: blocks, height: blocks).resized(width: side, height: side)
        let fine = zip(small.values, coarse.values).map { $0 - $1 }
        let length = fine.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > 1e-4 ? fine.map { $0 / length } : fine.map { _ in 0 }
    }
}
