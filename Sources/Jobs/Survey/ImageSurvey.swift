import AnomalyDetection
import Datasets
import Imaging

/// Findings about a sample of a category's normal images: if they show an object on a plain background or a surface, if
/// the object has the same direction in all of them, if the light varies, and if mirror images are normal.
struct ImageSurvey {
    /// The number of images that are looked at, spread evenly over the list.
    private static let seenImages = 20
    /// An object has a direction from this elongation on, and the share of objects that must have one.
    private static let leastElongation: Float = 1.5, share: Float = 0.9
    /// Objects lie alike if the mean of their directions as unit vectors, doubled so that both senses count as one, is
    /// longer than this: within some 12 degrees.
    private static let alike: Float = 0.9
    /// Objects are of one kind if their lengths and breadths vary at most by this share of the median, from the
    /// smallest tenth to the largest: marks strewn on a surface are not.
    private static let sizeSpread: Float = 0.3
    /// Space around a large object, on both sides together, in shares of its length.
    private static let margin: Float = 0.1

    /// True if most images show an object on a plain background.
    let showsObject: Bool
    /// The frame for objects in any direction; nil if they lie alike or have no direction.
    let frame: ObjectFrame?
    /// The number of images with an object in any direction, where too few have one for a frame.
    let turned: Int
    /// True if the light varies by more than presets allow for.
    let lightVaries: Bool
    let mirroring: Mirroring
    /// The sizes of the seen images in pixels.
    let sizes: [(width: Int, height: Int)]

    /// - Parameters:
    ///   - images: the normal images of a category.
    ///   - range: the range of the samples of all categories; nil for the full range of the files.
    init(_ images: [SourceImage], range: SampleRange?) {
        var poses: [ObjectPose] = []
        var sizes: [(width: Int, height: Int)] = []
        var light = LightSurvey()
        var thumbnails: [PlanarImage] = []
        for image in Self.chosen(images) {
            guard let decoded = Self.decoded(image) else { continue }
            let scaled = range?.scaled(decoded).0 ?? decoded.image
            sizes.append((scaled.width, scaled.height))
            let colour = scaled.convertedToRGB()
            thumbnails.append(Mirroring.thumbnail(colour))
            light.add(colour)
            if let pose = ObjectPose(of: colour) { poses.append(pose) }
        }
        showsObject = 2 * poses.count > sizes.count
        let elongated = poses.filter { $0.elongation >= Self.leastElongation }
        let liesAnyhow = ObjectPose.concentration(elongated) <= Self.alike
        let isUsual = poses.count > 1 && Float(elongated.count) >= Self.share * Float(sizes.count)
        frame = liesAnyhow && isUsual ? Self.frame(around: poses) : nil
        turned = frame == nil && liesAnyhow && 2 * elongated.count > sizes.count ? elongated.count : 0
        lightVaries = light.varies
        // Objects are not mirrored in any case.
        mirroring = showsObject ? Mirroring([]) : Mirroring(thumbnails)
        self.sizes = sizes
    }

    /// The highest 16-bit sample of the images that a survey looks at; nil for other formats.
    static func highestSample(of images: [SourceImage]) -> Int? {
        chosen(images).filter { image in
            guard let bytes = try? image.bytes() else { return false }
            return (try? ImageDecoder.probe(bytes: bytes, name: image.file))?.bitDepth == 16
        }.compactMap { decoded($0)?.highestSample }.max()
    }

    private static func chosen(_ images: [SourceImage]) -> [SourceImage] { images.evenSample(seenImages) }

    /// Nil for an image that cannot be decoded, which the probe or the job reports.
    private static func decoded(_ image: SourceImage) -> DecodedImage? {
        try? ImageDecoder.decode(bytes: image.bytes(), name: image.file, checksExtension: false)
    }

    /// The frame around objects in any direction; nil if their sizes vary too much.
    private static func frame(around poses: [ObjectPose]) -> ObjectFrame? {
        // A shadow or a second object in a few images must not make the frame larger for all.
        guard let length = large(poses.map(\.length)), let breadth = large(poses.map(\.breadth)) else { return nil }
        // Two digits suffice in the manifest.
        func rounded(_ side: Float) -> Float { min(2, (side * 100).rounded(.up) / 100) }
        return ObjectFrame(width: rounded(length * (1 + margin)), height: rounded(breadth + length * margin))
    }

    /// The size that all but the largest tenth stay below; nil if sizes vary too much.
    private static func large(_ sizes: [Float]) -> Float? {
        let sorted = sizes.sorted()
        func quantile(_ share: Float) -> Float { sorted[Int(share * Float(sorted.count - 1))] }
        return quantile(share) - quantile(1 - share) <= sizeSpread * quantile(0.5) ? quantile(share) : nil
    }
}
