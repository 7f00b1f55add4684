import Imaging
import SeededRandom
import Testing

@testable import AnomalyDetection

@Suite("Corruption models")
struct CorruptionModelTests {
    private static func model(
        _ kind: CorruptionKind, cleanFraction: Float = 0, foregroundOnly: Bool = false,
        normals: ImageList = .weaves, textures: ImageList? = .textures, nsa: NSAParameters = .objects
    ) -> CorruptionModel {
        CorruptionModel(
            parameters: CorruptionParameters(
                model: kind, cleanFraction: cleanFraction, foregroundOnly: foregroundOnly, nsa: nsa),
            normals: normals, textures: textures)
    }

    /// The number of pixels with a wrong mask, or with a change where the mask is 0.
    private static func faults(_ sample: CorruptedSample, _ clean: PlanarImage) -> Int {
        let plane = clean.width * clean.height
        return (0..<plane).count { index in
            let changes = (0..<3).map {
                abs(sample.corrupted.values[$0 * plane + index] - clean.values[$0 * plane + index])
            }
            let expected: UInt8 = changes.contains { $0 > 1 / 255 } ? 1 : 0
            let isUntouched = (0..<3).allSatisfy {
                sample.corrupted.values[$0 * plane + index].bitPattern == clean.values[$0 * plane + index].bitPattern
            }
            return sample.mask[index] != expected || (expected == 0 && !isUntouched)
        }
    }

    @Test(
        "The mask marks exactly the visible changes, and all other pixels are bit-equal",
        arguments: CorruptionKind.allCases)
    func exactMask(kind: CorruptionKind) {
        let clean = CorruptionTestImages.weave()
        let model = Self.model(kind)
        for seed in 0..<20 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let sample = model.corrupt(clean, using: &generator)
            #expect(sample.mask.contains(1))
            #expect(Self.faults(sample, clean) == 0)
            #expect(sample.corrupted.values.allSatisfy { (0...1).contains($0) })
        }
    }

    @Test("The same generator state gives the same bytes in any task", arguments: CorruptionKind.allCases)
    func determinism(kind: CorruptionKind) async {
        let clean = CorruptionTestImages.weave()
        let model = Self.model(kind)
        let samples = await withTaskGroup(of: (PlanarImage, [UInt8], UInt64).self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var generator = SeededGenerator(seed: 5, stream: "sample", 17)
                    let sample = model.corrupt(clean, using: &generator)
                    return (sample.corrupted, sample.mask, generator.next())
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for sample in samples {
            #expect(sample.0 == samples[0].0)
            #expect(sample.1 == samples[0].1)
            #expect(sample.2 == samples[0].2)
        }
        var other = SeededGenerator(seed: 5, stream: "sample", 18)
        #expect(model.corrupt(clean, using: &other).corrupted != samples[0].0)
    }

    @Test("A share of cleanFraction of the samples stays clean", arguments: [0, 0.1, 0.5, 1] as [Float])
    func cleanFraction(share: Float) {
        let clean = CorruptionTestImages.weave(width: 32, height: 32)
        let model = Self.model(.cutpaste, cleanFraction: share)
        var generator = SeededGenerator(seed: 11)
        let count = 1_000
        var untouched = 0
        for _ in 0..<count {
            let sample = model.corrupt(clean, using: &generator)
            if !sample.mask.contains(1) {
                untouched += 1
                #expect(sample.corrupted == clean)
            }
        }
        // Four standard deviations of a binomial count.
        let tolerance = 4 * (share * (1 - share) * Float(count)).squareRoot()
        #expect(abs(Float(untouched) - share * Float(count)) <= tolerance)
    }

    @Test(
        "Images of any size can be corrupted",
        arguments: CorruptionKind.allCases, [(32, 32), (1000, 40), (40, 1000), (3, 2), (1, 1), (1, 300)])
    func hostileSizes(kind: CorruptionKind, size: (Int, Int)) {
        let clean = CorruptionTestImages.weave(width: size.0, height: size.1)
        for nsa in [NSAParameters.objects, .textures] {
            let model = Self.model(kind, normals: ImageList(images: [clean]), nsa: nsa)
            for seed in 0..<6 as Range<UInt64> {
                var generator = SeededGenerator(seed: seed)
                #expect(Self.faults(model.corrupt(clean, using: &generator), clean) == 0)
            }
        }
    }

    @Test("Without other images and textures, material comes from the image or is computed")
    func noSources() {
        let clean = CorruptionTestImages.weave()
        for kind in CorruptionKind.allCases {
            for textures in [nil, ImageList.none] {
                let model = Self.model(kind, normals: .none, textures: textures)
                var generator = SeededGenerator(seed: 2)
                #expect(model.corrupt(clean, using: &generator).mask.contains(1))
            }
        }
    }

    @Test("Textures with values outside 0...1 are harmless", arguments: CorruptionKind.allCases)
    func wildTextures(kind: CorruptionKind) {
        let clean = CorruptionTestImages.weave(width: 40, height: 40)
        var wild = CorruptionTestImages.weave(width: 30, height: 20)
        for (index, value) in ([-3, 7, .nan, .infinity] as [Float]).enumerated() { wild.values[index * 37] = value }
        let model = Self.model(kind, textures: ImageList(images: [wild]))
        for seed in 0..<100 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let sample = model.corrupt(clean, using: &generator)
            #expect(Self.faults(sample, clean) == 0)
            #expect(sample.corrupted.values.allSatisfy { (0...1).contains($0) })
        }
    }

    @Test("A flat image stays clean if the model cannot change it")
    func nothingToChange() {
        let flat = PlanarImage(width: 48, height: 48, channels: 3, repeating: 0)
        var parameters = CorruptionParameters(cleanFraction: 0)
        parameters.structured.contents = .only(.blur)
        let model = CorruptionModel(parameters: parameters, normals: ImageList.none, textures: nil)
        var generator = SeededGenerator(seed: 2)
        let sample = model.corrupt(flat, using: &generator)
        #expect(sample.corrupted == flat)
        #expect(!sample.mask.contains(1))
    }

    @Test("foregroundOnly keeps the background unchanged", arguments: CorruptionKind.allCases)
    func foregroundOnly(kind: CorruptionKind) {
        let (clean, _) = CorruptionTestImages.disc()
        let object = ForegroundEstimator().foreground(of: clean)
        let model = Self.model(kind, foregroundOnly: true, normals: ImageList(images: [clean]))
        var changed = 0
        for seed in 0..<12 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let sample = model.corrupt(clean, using: &generator)
            #expect(Self.faults(sample, clean) == 0)
            #expect(zip(sample.mask, object).allSatisfy { $0 <= $1 })
            changed += sample.mask.contains(1) ? 1 : 0
        }
        #expect(changed >= 11)
    }

    @Test("All invalid parameters are reported")
    func problems() {
        var parameters = CorruptionParameters()
        #expect(parameters.problems.isEmpty)
        parameters.cleanFraction = .nan
        parameters.structured = StructuredParameters(
            patches: 0...2, size: 0...0.5, opacity: 0...2, softness: -1...0, elasticity: 2,
            shapes: ShapeWeights(ellipse: 0, polygon: 0, stroke: 0), contents: ContentWeights(noise: -1))
        #expect(parameters.problems.count == 8)
        #expect(parameters.problems.contains("cleanFraction is nan; expected 0 to 1"))
        parameters.model = .perlin
        #expect(parameters.problems.count == 1)
        parameters.model = .nsa
        parameters.nsa = NSAParameters(maximumPatches: 0, resize: 0...1, mixedGradients: true)
        #expect(parameters.problems.count == 3)
    }
}
