import Imaging
import SeededRandom
import Testing

@testable import AnomalyDetection

/// Square sums of the image's neighbourhoods: a detector that sees one pixel around each.
private final class NeighbourhoodDetector: Detector {
    func maps(_ images: [PlanarImage]) -> [DetectorMap] {
        images.map { image in
            var map = FloatMap(
                width: image.width, height: image.height, values: Array(image.values.prefix(image.width * image.height))
            )
            map = ScoringParameters(boxSize: 3, boxPasses: 1, imageScore: .max, topFraction: 0).smoothed(map)
            return DetectorMap(map: map, picture: image)
        }
    }
}

@Suite("The region of interest")
struct RegionOfInterestTests {
    static let (width, height) = (40, 32)
    /// Columns 10 to 29, rows 8 to 27.
    static let region: [UInt8] = (0..<width * height).map { index in
        (10..<30).contains(index % width) && (8..<28).contains(index / width) ? 1 : 0
    }

    static func image(_ number: UInt64 = 0) -> PlanarImage {
        var generator = SeededGenerator(seed: number, stream: "image")
        return PlanarImage(
            width: width, height: height, channels: 3, values: (0..<3 * width * height).map { _ in generator.uniform() }
        )
    }

    /// The image with other pixels outside the region.
    static func planted(_ image: PlanarImage, _ value: Float = 1) -> PlanarImage {
        var other = image
        for index in other.values.indices where region[index % region.count] == 0 { other.values[index] = value }
        return other
    }

    @Test("Pixels outside become grey, whatever they were")
    func restriction() {
        let image = Self.image().restricted(to: Self.region)
        #expect(image == Self.planted(Self.image()).restricted(to: Self.region))
        #expect(image.regionOfInterest == Self.region)
        for index in image.values.indices {
            let isInside = Self.region[index % Self.region.count] != 0
            #expect(image.values[index] == (isInside ? Self.image().values[index] : PlanarImage.outside))
        }
    }

    @Test("A resized region holds the pixels that are made of pixels inside alone", arguments: [1, 2, 3])
    func resizing(factor: Int) {
        let (width, height) = (Self.width / factor, Self.height / factor)
        let first = Self.image().restricted(to: Self.region).resized(width: width, height: height)
        // Resizing first mixes nothing from outside into the region.
        let region = Mask(width: Self.width, height: Self.height, values: Self.region)
            .eroded(width: width, height: height)
        let other = Self.planted(Self.image(), 0).resized(width: width, height: height).restricted(to: region.values)
        #expect(first == other)
        #expect(region.area > 0 && region.area <= 400 / factor / factor)
    }

    @Test("Augmentation, crops and changes of the camera take the region along")
    func changes() {
        // The region is where the image is not grey.
        var plain = PlanarImage(width: 32, height: 32, channels: 3, repeating: 0.9)
        let region: [UInt8] = (0..<32 * 32).map { $0 % 32 < 20 && $0 / 32 > 8 && $0 % 32 + $0 / 32 > 15 ? 1 : 0 }
        plain = plain.restricted(to: region)
        let augmentation = Augmentation(
            flipHorizontal: true, flipVertical: true, quarterTurns: true, shift: 0.25, brightness: 0.1, contrast: 0.1,
            colour: 0.1, sharpness: 0.5, crop: Augmentation.Crop(width: 24, height: 24))
        func isConsistent(_ image: PlanarImage) -> Bool {
            let plane = image.width * image.height
            return (image.regionOfInterest?.count == plane)
                && (0..<plane).allSatisfy { pixel in
                    (image.regionOfInterest?[pixel] == 0)
                        == (0..<3).allSatisfy { image.values[$0 * plane + pixel] == PlanarImage.outside }
                }
        }
        for seed in 0..<20 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed, stream: "augmentation")
            #expect(isConsistent(augmentation.applied(to: plain, using: &generator)))
        }
        for change in CameraChange.allCases { #expect(isConsistent(change.applied(to: plain)), "\(change)") }
        for tile in TileGrid(width: 32, height: 32, tileWidth: 16, tileHeight: 24, overlap: 4).tiles(of: plain) {
            #expect(isConsistent(tile))
        }
    }

    @Test("A shift never moves the whole region out of the image")
    func shifts() {
        let region: [UInt8] = (0..<32 * 32).map { $0 % 32 < 3 ? 1 : 0 }
        let image = PlanarImage(width: 32, height: 32, channels: 3, repeating: 0.9).restricted(to: region)
        let augmentation = Augmentation(shift: 0.25)
        for seed in 0..<40 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed, stream: "augmentation")
            let changed = augmentation.applied(to: image, using: &generator)
            #expect(changed.regionOfInterest?.contains { $0 != 0 } == true)
        }
    }

    @Test("Maps inside keep their bits where detector and smoothing see the region alone")
    func mapsInside() throws {
        let scoring = ScoringParameters(boxSize: 3, boxPasses: 2, scales: 1, imageScore: .max, topFraction: 0)
        let image = Self.image(), detector = NeighbourhoodDetector()
        let (whole, restricted) = (
            try detector.detect([image], scoring)[0],
            try detector.detect([image.restricted(to: Self.region)], scoring)[0]
        )
        // One pixel of the detector, two of the smoothing.
        for y in 8 + 3..<28 - 3 {
            for x in 10 + 3..<30 - 3 {
                let pixel = y * Self.width + x
                #expect(whole.map.values[pixel].bitPattern == restricted.map.values[pixel].bitPattern)
            }
        }
        #expect(restricted.values.count == 400 && restricted.picture?.values[0] == PlanarImage.outside)
    }

    @Test("Scores are those of the region, whatever lies outside", arguments: ScoringParameters.ImageScore.allCases)
    func scores(imageScore: ScoringParameters.ImageScore) throws {
        let scoring = ScoringParameters(boxSize: 5, boxPasses: 2, imageScore: imageScore, topFraction: 0.1)
        func score(_ image: PlanarImage) throws -> Float {
            try NeighbourhoodDetector().detect([image.restricted(to: Self.region)], scoring)[0].score
        }
        let first = try score(Self.image())
        #expect(try score(Self.planted(Self.image())) == first)
        #expect(first < (imageScore == .sum ? 400 : 1))
    }

    @Test("Smoothing takes means over the region alone")
    func smoothing() {
        let scoring = ScoringParameters(boxSize: 5, boxPasses: 2, scales: 2, imageScore: .max, topFraction: 0)
        var map = FloatMap(
            width: Self.width, height: Self.height, values: [Float](repeating: 100, count: Self.region.count))
        for pixel in Self.region.indices where Self.region[pixel] != 0 { map.values[pixel] = 2 }
        let smooth = scoring.smoothed(map, within: Self.region)
        for value in smooth.inside(Self.region) { #expect(abs(value - 2) < 1e-5) }
    }

    @Test("Corruptions of every kind stay inside", arguments: CorruptionKind.allCases)
    func corruption(kind: CorruptionKind) {
        struct Normals: ImageSource {
            var count: Int { 3 }
            func image(at index: Int) -> PlanarImage {
                RegionOfInterestTests.image(UInt64(index)).restricted(to: RegionOfInterestTests.region)
            }
        }
        let model = CorruptionModel(
            parameters: CorruptionParameters(model: kind, cleanFraction: 0), normals: Normals(), textures: nil)
        let clean = Normals().image(at: 0)
        var changed = 0
        for seed in 0..<12 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed, stream: "corruption")
            let sample = model.corrupt(clean, using: &generator)
            #expect(zip(sample.mask, Self.region).allSatisfy { $0 == 0 || $1 != 0 })
            #expect(sample.corrupted.restricted(to: Self.region) == sample.corrupted)
            changed += sample.mask.contains(1) ? 1 : 0
        }
        #expect(changed >= 6)
        // A crop may hold no pixel of the region.
        var generator = SeededGenerator(seed: 0, stream: "corruption")
        let outside = clean.cropped(x: 0, y: 0, width: 8, height: 8)
        #expect(model.corrupt(outside, using: &generator).corrupted == outside)
    }

    /// Computations on an image with a region, by name: the values that count.
    private static let computations: [(name: String, values: @Sendable (PlanarImage) -> [Float])] = {
        @Sendable func inside(_ image: PlanarImage) -> [Float] {
            (0..<3).flatMap { Array(image.values[$0 * region.count..<($0 + 1) * region.count]).inside(region) }
        }
        struct Normals: ImageSource {
            let images: [PlanarImage]
            var count: Int { images.count }
            func image(at index: Int) -> PlanarImage { images[index] }
        }
        @Sendable func reconstruction(_ image: PlanarImage) -> PlanarImage {
            var other = image
            for index in other.values.indices where region[index % region.count] != 0 { other.values[index] *= 0.7 }
            return other
        }
        var all: [(String, @Sendable (PlanarImage) -> [Float])] = [
            ("contrast", { inside($0.contrast(1.3)) }),
            ("blur", { inside($0.blurred(sigma: 1.5)) }),
            (
                "appearance",
                { image in
                    let seen = ImageAppearance(image)
                    return [seen.brightness, seen.contrast, seen.warmth, seen.saturation, seen.sharpness].map {
                        Float($0)
                    }
                }
            ),
            ("contrast of a reconstruction", { ContrastResponse.contrasts(of: $0, boxSize: 5).inside(region) }),
            (
                "errors at levels",
                { ErrorPyramid.maps($0, reconstruction($0), levels: 3).flatMap { $0.inside(region) } }
            ),
            (
                "augmentation",
                { image in
                    var generator = SeededGenerator(seed: 1, stream: "augmentation")
                    return inside(
                        Augmentation(brightness: 0.1, contrast: 0.2, colour: 0.1, sharpness: 0.5)
                            .applied(to: image, using: &generator))
                }
            ),
        ]
        for change in CameraChange.allCases where change != .shiftedAcross && change != .shiftedDown {
            all.append(("\(change)", { inside(change.applied(to: $0)) }))
        }
        for kind in CorruptionKind.allCases {
            all.append(
                (
                    "corruption \(kind)",
                    { image in
                        let model = CorruptionModel(
                            parameters: CorruptionParameters(model: kind, cleanFraction: 0),
                            normals: Normals(images: [image, image.contrast(0.5)]), textures: nil)
                        return (0..<12 as Range<UInt64>).flatMap { seed in
                            var generator = SeededGenerator(seed: seed, stream: "corruption")
                            return inside(model.corrupt(image, using: &generator).corrupted)
                        }
                    }
                ))
        }
        return all
    }()

    @Test("No computation depends on what lies outside", arguments: computations.indices)
    func independence(number: Int) {
        func values(_ outside: Float) -> [Float] {
            var image = Self.planted(Self.image(), outside)
            image.regionOfInterest = Self.region
            return Self.computations[number].values(image)
        }
        #expect(values(0.5) == values(0.9), "\(Self.computations[number].name)")
        #expect(values(0.5) == values(0), "\(Self.computations[number].name)")
    }

    /// Images that are 0.2 inside the region.
    private struct Plain: ImageSource {
        var count = 2
        func image(at index: Int) -> PlanarImage {
            PlanarImage(
                width: RegionOfInterestTests.width, height: RegionOfInterestTests.height, channels: 3, repeating: 0.2
            ).restricted(to: RegionOfInterestTests.region)
        }
    }

    @Test("The grey outside is no material: copies of an image of one colour change nothing")
    func material() {
        for mixed in [false, true] {
            let parameters = NSAParameters(maximumPatches: 4, resize: 0.5...2, mixedGradients: mixed)
            var settings = CorruptionParameters(model: .nsa, cleanFraction: 0)
            settings.nsa = parameters
            let model = CorruptionModel(parameters: settings, normals: Plain(), textures: nil)
            for seed in 0..<10 as Range<UInt64> {
                var generator = SeededGenerator(seed: seed, stream: "nsa")
                #expect(!model.corrupt(Plain().image(at: 0), using: &generator).mask.contains(1), "\(mixed) \(seed)")
            }
        }
        let image = Plain().image(at: 0).continuedOutside
        #expect(image.values.allSatisfy { abs($0 - 0.2) < 1e-6 })
        // Across the border of the region.
        let box = PixelBox(x: 2, y: 2, width: 20, height: 20)
        #expect(image.material(box).values.allSatisfy { abs($0 - 0.2) < 1e-6 })
        let patch = Patch(
            shape: .ellipse, diameter: 20, opacity: 1, mask: SoftMask(box: box, values: .init(repeating: 1, count: 400))
        )
        var generator = SeededGenerator(seed: 1, stream: "background")
        let background = BackgroundContent.render(for: patch, in: image, using: &generator)
        #expect(background.values.allSatisfy { abs($0 - 0.2) < 1e-5 })
    }

    @Test("A tile outside of the region is no material")
    func emptyTiles() {
        struct Outside: ImageSource {
            var count: Int { 1 }
            func image(at index: Int) -> PlanarImage {
                PlanarImage(
                    width: RegionOfInterestTests.width, height: RegionOfInterestTests.height, channels: 3,
                    repeating: 0.5
                ).restricted(to: .init(repeating: 0, count: RegionOfInterestTests.region.count))
            }
        }
        #expect(!Outside().image(at: 0).hasMaterial && Plain().image(at: 0).hasMaterial)
        let model = CorruptionModel(
            parameters: CorruptionParameters(model: .nsa, cleanFraction: 0), normals: Outside(), textures: nil)
        for seed in 0..<10 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed, stream: "nsa")
            #expect(!model.corrupt(Plain().image(at: 0), using: &generator).mask.contains(1), "\(seed)")
        }
    }

    @Test("Contrast and blur of a region are those of its crop", arguments: [Float(0.5), 1.5])
    func crops(amount: Float) {
        var image = Self.image()
        image.regionOfInterest = Self.region
        let crop = Self.image().cropped(x: 10, y: 8, width: 20, height: 20)
        let (changed, expected) = (
            image.contrast(amount).cropped(x: 10, y: 8, width: 20, height: 20), crop.contrast(amount)
        )
        #expect(zip(changed.values, expected.values).allSatisfy { abs($0 - $1) < 1e-5 })
        let (whole, part) = (ImageAppearance(image), ImageAppearance(crop))
        #expect(abs(whole.brightness - part.brightness) < 1e-9 && abs(whole.contrast - part.contrast) < 1e-9)
        #expect(abs(whole.sharpness - part.sharpness) < 1e-9 && abs(whole.warmth - part.warmth) < 1e-9)
        // A blur keeps an image of one colour, up to its border.
        var plain = Self.planted(PlanarImage(width: Self.width, height: Self.height, channels: 3, repeating: 0.2))
        plain.regionOfInterest = Self.region
        let blurred = plain.blurred(sigma: amount).cropped(x: 10, y: 8, width: 20, height: 20)
        #expect(blurred.values.allSatisfy { abs($0 - 0.2) < 1e-6 })
    }

    @Test("Statistics, greyness and expected errors are those of the region")
    func statistics() {
        var (first, second) = (PixelStatistics(), PixelStatistics())
        first.add(Self.image().restricted(to: Self.region))
        second.add(Self.image().cropped(x: 10, y: 8, width: 20, height: 20))
        #expect(first.pixels == second.pixels && first.pixels == 400)
        #expect(zip(first.sums, second.sums).allSatisfy { abs($0 - $1) < 1e-9 })
        let grey = PlanarImage(width: Self.width, height: Self.height, channels: 3, repeating: 0.3)
        var coloured = grey
        for pixel in Self.region.indices where Self.region[pixel] == 0 { coloured.values[pixel] = 1 }
        let packed = PackedImage(coloured, original: PackedImageTests.packed.original)
        #expect(!packed.isGrey && packed.isGrey(within: Self.region))
        // The error of the region alone, continued outside.
        let errors = FloatMap(
            width: Self.width, height: Self.height, values: Self.region.map { $0 == 0 ? 1000 : 3 })
        let expected = ExpectedError(meanError: errors, counts: Self.region.map { Float($0) * 5 })
        #expect(expected.values.allSatisfy { abs($0 - 4.5) < 1e-4 })
    }

    @Test("A polygon is the same share of images of all sizes, and one that covers an image holds all pixels")
    func polygon() throws {
        let region = try #require(
            RegionOfInterest(.polygon, corners: [0.25, 0.25, 0.75, 0.25, 0.75, 0.75, 0.25, 0.75]))
        for (width, height) in [(64, 32), (100, 100), (1000, 40)] {
            let mask = try #require(region.polygon(width: width, height: height))
            #expect(mask.area == width * height / 4)
        }
        let all = try #require(RegionOfInterest(.polygon, corners: [0, 0, 1, 0, 1, 1, 0, 1]))
        for (width, height) in [(64, 32), (37, 101), (1, 1), (800, 600)] {
            #expect(all.polygon(width: width, height: height)?.isFull == true)
        }
    }
}
