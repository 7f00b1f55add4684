import Glibc
import Imaging
import SeededRandom
import Testing

@testable import AnomalyDetection

@Suite("Structured corruption")
struct CorruptionStructuredTests {
    @Test("Patch sizes are log-uniform and opacities uniform over their ranges")
    func distributions() {
        let image = PlanarImage(width: 200, height: 150, channels: 3, repeating: 0.5)
        let parameters = StructuredParameters(size: 0.02...0.4, opacity: 0.3...1)
        let sampler = PatchSampler(parameters: parameters)
        var generator = SeededGenerator(seed: 21)
        let patches = (0..<1_200).map { _ in sampler.draw(in: image, on: nil, using: &generator) }
        let logarithms = patches.map { logf($0.diameter / 150 / 0.02) / logf(0.4 / 0.02) }
        let opacities = patches.map { ($0.opacity - 0.3) / 0.7 }
        for sample in [logarithms.sorted(), opacities.sorted()] {
            #expect(sample[0] >= -1e-5 && sample[sample.count - 1] <= 1 + 1e-5)
            let distance = sample.enumerated().reduce(Float(0)) {
                max($0, abs($1.element - Float($1.offset) / Float(sample.count)))
            }
            // Kolmogorov and Smirnov's critical distance at 0.1 %: 1.95 / sqrt(n).
            #expect(distance < 1.95 / Float(sample.count).squareRoot())
        }
    }

    @Test("An undeformed ellipse has the correct area and diameter", arguments: [3, 10, 40] as [Float])
    func ellipseGeometry(diameter: Float) {
        let image = PlanarImage(width: 100, height: 100, channels: 3, repeating: 0.5)
        let outline = EllipseOutline(diameter: diameter, aspect: 0.5, angle: 0.3)
        let centre = SIMD2<Float>(50.3, 49.8)
        let box = PixelBox.around(centre, reach: SIMD2(repeating: diameter / 2 + 2), in: image)
        let mask = SoftMask(outline, centre: centre, box: box, displacement: nil)
        let area = mask.values.reduce(0, +)
        #expect(abs(area - .pi / 8 * diameter * diameter) < 0.04 * area + 0.3)
        let along = mask.values.indices.filter { mask.values[$0] > 0.5 }.map { index in
            let x = Float(box.x + index % box.width) - centre.x, y = Float(box.y + index / box.width) - centre.y
            return x * cosf(0.3) + y * sinf(0.3)
        }
        #expect(abs(along.max()! - along.min()! - diameter) < 2)
    }

    @Test("A polygon's depth is a signed distance, and its diameter is as given")
    func polygonGeometry() {
        for seed in 0..<20 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let outline = PolygonOutline(diameter: 30, using: &generator)
            #expect(outline.depth(at: .zero) > 0)
            #expect(outline.reach < 30)
            #expect(outline.depth(at: SIMD2(outline.reach + 1, 0)) <= -1)
        }
    }

    @Test("A stroke has its width", arguments: [0.5, 1, 3] as [Float])
    func strokeWidth(width: Float) {
        let image = PlanarImage(width: 200, height: 200, channels: 3, repeating: 0.5)
        for seed in 0..<8 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let path = StrokePath(length: 80, width: width, elasticity: 0.2, using: &generator)
            let box = PixelBox.around(SIMD2(100, 100), reach: path.reach, in: image)
            let mask = path.rendered(centre: SIMD2(100, 100), box: box)
            let area = mask.values.reduce(0, +)
            #expect(area > 0.2 * 80 * width)
            #expect(area < 1.6 * 80 * width)
        }
    }

    @Test(
        "Each content alone gives a visible corruption in at least 95 % of draws",
        arguments: ContentWeights.Content.allCases)
    func families(content: ContentWeights.Content) {
        let clean = CorruptionTestImages.weave()
        var parameters = CorruptionParameters(cleanFraction: 0)
        parameters.structured.contents = .only(content)
        for textures in [ImageList.textures, nil] {
            let model = CorruptionModel(parameters: parameters, normals: ImageList.weaves, textures: textures)
            var generator = SeededGenerator(seed: 31)
            let visible = (0..<60).count { _ in model.corrupt(clean, using: &generator).mask.contains(1) }
            #expect(visible >= 57)
        }
    }

    @Test("Each shape alone gives a visible corruption", arguments: ShapeWeights.Shape.allCases)
    func shapes(shape: ShapeWeights.Shape) {
        let clean = CorruptionTestImages.weave()
        var parameters = CorruptionParameters(cleanFraction: 0)
        parameters.structured.shapes = ShapeWeights(
            ellipse: shape == .ellipse ? 1 : 0, polygon: shape == .polygon ? 1 : 0, stroke: shape == .stroke ? 1 : 0)
        let model = CorruptionModel(parameters: parameters, normals: ImageList.weaves, textures: nil)
        var generator = SeededGenerator(seed: 32)
        #expect((0..<40).count { _ in model.corrupt(clean, using: &generator).mask.contains(1) } >= 38)
    }

    @Test("No pixel changes by more than the opacity allows", arguments: [0.1, 0.4] as [Float])
    func opacityBound(opacity: Float) {
        let clean = CorruptionTestImages.weave()
        var parameters = CorruptionParameters(cleanFraction: 0)
        parameters.structured.patches = 1...1
        parameters.structured.opacity = opacity...opacity
        let model = CorruptionModel(parameters: parameters, normals: ImageList.weaves, textures: ImageList.textures)
        var generator = SeededGenerator(seed: 33)
        var largest: Float = 0
        for _ in 0..<150 {
            let sample = model.corrupt(clean, using: &generator)
            // Contents lie in 0...1, so a change is at most the opacity times the distance to black or white.
            for (old, new) in zip(clean.values, sample.corrupted.values) {
                largest = max(largest, abs(new - old) / (opacity * max(old, 1 - old)))
            }
        }
        #expect(largest <= 1 + 1e-4)
        #expect(largest > 0.9)
    }

    @Test("Tiny, medium and large defects all occur")
    func scales() {
        let clean = CorruptionTestImages.weave(width: 256, height: 256)
        var parameters = CorruptionParameters(cleanFraction: 0)
        parameters.structured.patches = 1...1
        let model = CorruptionModel(parameters: parameters, normals: ImageList.weaves, textures: nil)
        var generator = SeededGenerator(seed: 34)
        let areas = (0..<200).map { _ in
            model.corrupt(clean, using: &generator).mask.reduce(0) { $0 + Int($1) }
        }
        #expect(areas.count { $0 < 60 } >= 20)
        #expect(areas.count { (60..<600).contains($0) } >= 40)
        #expect(areas.count { $0 > 2_000 } >= 20)
    }

    @Test("A soft border falls off gradually, a hard one within two pixels")
    func softness() {
        let image = PlanarImage(width: 256, height: 256, channels: 3, repeating: 0.5)
        func borderShare(_ softness: ClosedRange<Float>) -> Float {
            var parameters = StructuredParameters(size: 0.2...0.2, softness: softness, elasticity: 0)
            parameters.shapes = ShapeWeights(polygon: 0, stroke: 0)
            var generator = SeededGenerator(seed: 36)
            let masks = (0..<30).map { _ in
                PatchSampler(parameters: parameters).draw(in: image, on: nil, using: &generator).mask.values
            }
            let partial = masks.reduce(0) { $0 + $1.count { $0 > 0.02 && $0 < 0.98 } }
            return Float(partial) / masks.reduce(0) { $0 + $1.reduce(0, +) }
        }
        #expect(borderShare(0...0) < 0.2)
        #expect(borderShare(0.02...0.02) > 0.5)
    }
}
