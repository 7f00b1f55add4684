import Imaging
import SeededRandom

/// Changes the colours of a patch's content: of pasted material, so that no single source can be learned by heart.
struct ColourJitter {
    var gain = SIMD3<Float>.one
    var offset = SIMD3<Float>.zero
    /// 0 makes the content grey, 1 leaves its colours.
    var saturation: Float = 1

    /// Factors and offsets for each channel, about 1 and 0.
    static func draw(strength: Float, using generator: inout SeededGenerator) -> ColourJitter {
        let common = generator.uniform(-strength, strength)
        func factor() -> Float { 1 + generator.uniform(-strength, strength) }
        func shift() -> Float { 0.5 * (common + 0.5 * generator.uniform(-strength, strength)) }
        return ColourJitter(
            gain: SIMD3(factor(), factor(), factor()), offset: SIMD3(shift(), shift(), shift()),
            saturation: generator.chance(0.3) ? generator.uniform(0, 1) : 1)
    }

    func apply(to content: inout PlanarImage) {
        let plane = content.width * content.height
        for index in 0..<plane {
            let colour = SIMD3(
                content.values[index], content.values[plane + index], content.values[2 * plane + index])
            let grey = colour.sum() / 3
            let result = ((colour - grey) * saturation + grey - 0.5) * gain + 0.5 + offset
            content.values[index] = result.x
            content.values[plane + index] = result.y
            content.values[2 * plane + index] = result.z
        }
    }

    /// Brings the content's mean colour nearer to that of the region it will lie on, and lowers its contrast: the
    /// subtle part of all foreign material.
    ///
    /// - Parameter strength: 0 changes nothing, 1 makes the means equal.
    static func assimilate(
        _ content: inout PlanarImage, to region: PlanarImage, strength: Float, contrast: Float
    ) {
        let plane = content.width * content.height
        for channel in 0..<3 {
            let start = channel * plane
            let mean = content.values[start..<(start + plane)].reduce(0, +) / Float(plane)
            let aim = region.values[start..<(start + plane)].reduce(0, +) / Float(plane)
            let middle = mean + (aim - mean) * strength
            for index in start..<(start + plane) {
                content.values[index] = middle + (content.values[index] - mean) * contrast
            }
        }
    }
}
