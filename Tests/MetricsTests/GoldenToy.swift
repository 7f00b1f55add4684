import Metrics

/// A test set by formula: 4 maps of 32 rows and 48 columns, the first two normal, the other two with a rectangle and a
/// single pixel each; in the third image the pixel touches the rectangle at a corner, so both are one region.
enum GoldenToy {
    static let height = 32, width = 48

    static func isLabelled(image k: Int, row i: Int, column j: Int) -> Bool {
        switch k {
        case 2: (4...9 ~= i && 5...11 ~= j) || (i == 10 && j == 12)
        case 3: (20...23 ~= i && 30...39 ~= j) || (i == 2 && j == 2)
        default: false
        }
    }

    static func value(image k: Int, row i: Int, column j: Int) -> Double {
        let base = Double((7919 * k + 104_729 * i + 1_299_709 * j + 31 * i * j) % 10_007) / 10_007
        return isLabelled(image: k, row: i, column: j) && (i + 2 * j) % 5 > 0 ? base + 0.6 : base
    }

    static let maps: [LabelledMap] = (0..<4).map { image in
        let pixels = (0..<height).flatMap { row in (0..<width).map { (row: row, column: $0) } }
        return LabelledMap(
            name: "toy \(image)", width: width, height: height,
            values: pixels.map { Float(value(image: image, row: $0.row, column: $0.column)) },
            mask: pixels.map { isLabelled(image: image, row: $0.row, column: $0.column) ? 1 : 0 },
            isAnomalous: image >= 2)
    }
}
