import Imaging
import SeededRandom
import Testing

@testable import AnomalyDetection

@Suite("Grey data set") struct GreyDataSetTests {
    private static let normals = ImageList(
        images: (2..<5).map { CorruptionTestImages.grey(CorruptionTestImages.weave(seed: $0)) })

    /// The largest difference between the channels of a pixel.
    private static func spread(_ image: PlanarImage) -> Float {
        let plane = image.width * image.height
        return (0..<plane).map { index in
            let colour = (0..<3).map { image.values[$0 * plane + index] }
            return colour.max()! - colour.min()!
        }.max()!
    }

    private static func packed(_ image: PlanarImage) -> PackedImage {
        PackedImage(
            image,
            original: PackedImage.Original(
                width: image.width, height: image.height, bitDepth: 8, format: .png, colour: .rgb))
    }

    /// Draws a few samples of each kind of corruption.
    private static func samples(
        _ kind: CorruptionKind, isGrey: Bool, of clean: PlanarImage, normals: ImageList, textures: ImageList?
    ) -> [PlanarImage] {
        let parameters = CorruptionParameters(
            model: kind, cleanFraction: 0, isGrey: isGrey,
            nsa: NSAParameters(maximumPatches: 3, resize: 0.5...2, mixedGradients: true))
        let model = CorruptionModel(parameters: parameters, normals: normals, textures: textures)
        var generator = SeededGenerator(seed: 35)
        return (0..<40).map { _ in model.corrupt(clean, using: &generator).corrupted }
    }

    @Test("Every corrupted sample of a grey data set is grey", arguments: CorruptionKind.allCases, [true, false])
    func corruptions(kind: CorruptionKind, hasTextures: Bool) {
        let clean = CorruptionTestImages.grey(CorruptionTestImages.weave())
        let samples = Self.samples(
            kind, isGrey: true, of: clean, normals: Self.normals, textures: hasTextures ? .textures : nil)
        #expect(samples.allSatisfy { Self.spread($0) == 0 })
        #expect(samples.contains { $0 != clean })
    }

    @Test(
        "Corrupted pixels are grey if the images have colour noise only",
        arguments: CorruptionKind.allCases)
    func noisy(kind: CorruptionKind) {
        var generator = SeededGenerator(seed: 36)
        func noisy(_ image: PlanarImage) -> PlanarImage {
            var image = image
            for index in image.values.indices { image.values[index] += 0.003 * generator.normal() }
            return image
        }
        let clean = noisy(CorruptionTestImages.grey(CorruptionTestImages.weave()))
        #expect(Self.packed(clean).isGrey)
        let normals = ImageList(images: Self.normals.images.map(noisy))
        for sample in Self.samples(kind, isGrey: true, of: clean, normals: normals, textures: .textures) {
            #expect(Self.spread(sample) <= Self.spread(clean))
        }
    }

    @Test("A grey image in a coloured data set gets coloured defects", arguments: CorruptionKind.allCases)
    func coloured(kind: CorruptionKind) {
        let clean = CorruptionTestImages.grey(CorruptionTestImages.weave())
        let samples = Self.samples(kind, isGrey: false, of: clean, normals: .weaves, textures: .textures)
        // CutPaste takes all material from the image itself.
        #expect(samples.contains { Self.spread($0) > 0.01 } == (kind != .cutpaste))
    }

    @Test("Augmentation and noise keep a grey image grey and the other random draws unchanged")
    func augmentation() throws {
        let clean = CorruptionTestImages.grey(CorruptionTestImages.weave())
        let plain = Augmentation(flipHorizontal: true, shift: 0.1, brightness: 0.1, contrast: 0.1, sharpness: 0.4)
        var tinted = plain
        (tinted.colour, tinted.isGrey) = (0.1, true)
        for seed in 0..<20 {
            var (first, second) = (SeededGenerator(seed: UInt64(seed)), SeededGenerator(seed: UInt64(seed)))
            let image = tinted.applied(to: clean, using: &first)
            #expect(Self.spread(image) == 0)
            #expect(image == plain.applied(to: clean, using: &second))
        }
        #expect(!Augmentation(colour: 0.1, isGrey: true).changesImages && Augmentation(colour: 0.1).changesImages)
        let bytes = Self.packed(clean).bytes
        let images = try TrainingImages([.init(path: "a", identity: 1)]) { _ in bytes }
        let replay = SampleReplay(images: images, augmentation: tinted, seed: 1, noise: 0.1)
        let sample = replay.sample(
            CorruptionShard.Sample(image: 0, variant: 0, x: 0, y: 0, width: 0, height: 0, mask: [], values: []))
        #expect(Self.spread(sample.clean) == 0 && Self.spread(sample.corrupted.corrupted) == 0)
    }

    @Test("A grey camera has no white balance")
    func cameraChanges() {
        #expect(CameraChange.possible(isGrey: false) == CameraChange.allCases)
        let image = CorruptionTestImages.grey(CorruptionTestImages.weave())
        let possible = CameraChange.possible(isGrey: true)
        #expect(possible.count == CameraChange.allCases.count - 2)
        #expect(possible.allSatisfy { Self.spread($0.applied(to: image)) == 0 })
    }

    @Test("An image is grey up to a mean channel spread of 1 % and a maximum of 1/16")
    func rule() {
        func isGrey(_ change: (inout PlanarImage) -> Void) -> Bool {
            var image = PlanarImage(width: 20, height: 10, channels: 3, repeating: 0.5)
            change(&image)
            return Self.packed(image).isGrey
        }
        #expect(isGrey { _ in })
        // A tint of the whole image, in any channel and direction.
        for channel in 0..<3 {
            for sign: Float in [-1, 1] {
                func tint(_ amount: Float) -> Bool {
                    isGrey { image in for index in 0..<200 { image.values[channel * 200 + index] += sign * amount } }
                }
                #expect(tint(0.0099) && !tint(0.0101))
                func spot(_ amount: Float) -> Bool { isGrey { $0.values[channel * 200 + 77] += sign * amount } }
                #expect(spot(0.0624) && !spot(0.0626))
            }
        }
    }
}
