import Imaging
import SeededRandom

/// Images with a region of interest as material for corruptions, which must not contain the grey outside.
extension PlanarImage {
    /// The image with the pixels outside of its region of interest as a smooth continuation of those inside.
    var continuedOutside: PlanarImage {
        guard let regionOfInterest, regionOfInterest.contains(0) else { return self }
        var image = PushPullFill.fill(self, where: regionOfInterest.map { $0 != 0 })
        image.regionOfInterest = regionOfInterest
        return image
    }

    /// False if no pixel counts, as in a tile outside of the region.
    var hasMaterial: Bool { regionOfInterest?.contains { $0 != 0 } ?? true }

    /// The pixels of a box, also those outside of the region of interest.
    func material(_ box: PixelBox) -> PlanarImage {
        var whole = self
        whole.regionOfInterest = nil
        return whole.region(box)
    }

    /// The place of a random pixel inside; nil if all pixels count, or none.
    func pixelInside(using generator: inout SeededGenerator) -> SIMD2<Float>? {
        guard let regionOfInterest else { return nil }
        let count = regionOfInterest.count { $0 != 0 }
        guard count > 0 else { return nil }
        var remaining = generator.integer(below: count)
        for index in regionOfInterest.indices where regionOfInterest[index] != 0 {
            if remaining == 0 { return SIMD2(Float(index % width), Float(index / width)) }
            remaining -= 1
        }
        return nil
    }
}
