/// A colour as hue, saturation and value (Smith 1978), each 0...1.
struct HSVColour {
    var hue: Float
    var saturation: Float
    var value: Float

    init(rgb: SIMD3<Float>) {
        let high = rgb.max(), span = high - rgb.min()
        value = high
        saturation = high > 0 ? span / high : 0
        guard span > 0 else {
            hue = 0
            return
        }
        let sextant =
            if high == rgb.x {
                (rgb.y - rgb.z) / span
            } else if high == rgb.y {
                2 + (rgb.z - rgb.x) / span
            } else {
                4 + (rgb.x - rgb.y) / span
            }
        hue = (sextant < 0 ? sextant + 6 : sextant) / 6
    }

    var rgb: SIMD3<Float> {
        let sextant = min(Int(hue * 6), 5), fraction = hue * 6 - Float(sextant)
        let low = value * (1 - saturation)
        let falling = value * (1 - saturation * fraction), rising = value * (1 - saturation * (1 - fraction))
        return switch sextant {
        case 0: SIMD3(value, rising, low)
        case 1: SIMD3(falling, value, low)
        case 2: SIMD3(low, value, rising)
        case 3: SIMD3(low, falling, value)
        case 4: SIMD3(rising, low, value)
        default: SIMD3(value, low, falling)
        }
    }
}
