import Imaging
import SeededRandom

/// Images with a region of interest as material for corruptions.
extension PlanarImage {
    /// The image with the pixels outside of its region of interest as a smooth continuation of those inside. The grey that
    /// stands there is no material.
    var continuedOutside: PlanarImage {
        guard let regionOfInterest, regionOfInterest.contains(0) else { return self }
        var image = PushPullFill.fill(self, where: regionOfInterest.map { $0 != 0 })
        image.regionOfInterest = regionOfInterest
        return image
    }

    /// The place of a random pixel inside; nil if all pixels count, or none.
    func pixelInside(using generator: inout SeededGenerator) -> SIMD2<Float>? {
        guard let regionOfInterest else { return nil }
        let inside = regionOfInterest.indices.filter { regionOfInterest[$0] != 0 }
        guard !inside.isEmpty else { return nil }
        let index = inside[generator.integer(below: inside.count)]
        return SIMD2(Float(index % width), Float(index / width))
    }
}
