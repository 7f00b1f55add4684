import Metrics

/// A random test set made from a number by exact arithmetic: the same as `maps_of_case` in make_metrics_cases.py.
struct PortableCase {
    let maps: [LabelledMap]

    init(_ number: Int, seed: UInt64 = 20_240_607) {
        var random = SplitMix64(state: seed + UInt64(number))
        let width = 6 + random.below(8), height = 6 + random.below(8), count = 3 + random.below(4)
        maps = (0..<count).map { image in
            var mask = [UInt8](repeating: 0, count: width * height)
            if image % 2 == 1 {
                for _ in 0..<random.below(4) {
                    let x = random.below(width), y = random.below(height)
                    let bottom = min(height, y + 1 + random.below(4)), right = min(width, x + 1 + random.below(4))
                    for row in y..<bottom {
                        for column in x..<right { mask[row * width + column] = 1 }
                    }
                }
            }
            let values = mask.map { label in
                let base = random.below(1 << 20)
                return Self.value(base + Int(label) * random.below(1 << 19), kind: number % 5)
            }
            return LabelledMap(
                name: "case \(number), image \(image)", width: width, height: height, values: values, mask: mask,
                isAnomalous: mask.contains(1))
        }
    }

    private static func value(_ draw: Int, kind: Int) -> Float {
        switch kind {
        case 0: Float(Double(draw) * 0x1p-20)
        case 1: Float(draw >> 16)
        case 2: Float(Double(draw) * 0x1p-19 - 1)
        case 3: Float(1e6 + Double(draw) / 16)
        default: Float(Double(draw) * -0x1p-40)
        }
    }
}

private struct SplitMix64 {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) >> 33) % bound
    }
}
