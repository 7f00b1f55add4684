import AnomalyDetection
import Datasets
import Foundation
import Imaging

/// Findings about a sample of normal images: if they show an object on a plain background or a surface, if the object
/// has the same direction in all of them, if the light varies, and if they show the same things at the same places.
struct ImageSurvey {
    /// The number of images of each category that are looked at, spread evenly over its list.
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
    /// Light varies if the standard deviation of the logarithms of the images' mean values is above this: the presets'
    /// `augmentation` changes brightness by up to a tenth.
    private static let alikeLight = 0.1

    /// True if most images show an object on a plain background.
    let showsObject: Bool
    /// The frame for objects in any direction; nil if those of one category lie alike or have no direction.
    let frame: ObjectFrame?
    /// The numbers of the categories that would need a frame where others do not.
    let turned: [Int]
    /// True if brightness varies among the images of each category by more than presets allow for.
    let lightVaries: Bool
    /// True if the images of each category show the same things at the same places, so that a mirrored one is not
    /// normal.
    let isFixed: Bool
    /// The numbers of the categories of which that is true, where it is not of all.
    let fixed: [Int]
    /// The highest 16-bit sample; nil for other formats.
    let highestSample: Int?
    /// The median of the images' shorter sides in pixels; 0 without an image.
    private let shorterSide: Int

    /// - Parameter categories: the normal images of each category.
    init(_ categories: [[SourceImage]]) {
        var poses = 0
        var sides: [Int] = []
        var frames: [ObjectFrame?] = []
        var highest: Int?
        var varying = 0
        var fixed: [Int] = []
        for images in categories {
            let seen = Self.look(at: images)
            if Self.deviation(seen.levels.map(log)) > Self.alikeLight { varying += 1 }
            poses += seen.poses.count
            sides += seen.sides
            highest = [highest, seen.highestSample].compactMap { $0 }.max()
            if Arrangement.isFixed(seen.thumbnails) { fixed.append(frames.count) }
            frames.append(Self.frame(around: seen.poses, of: seen.sides.count))
        }
        showsObject = 2 * poses > sides.count
        lightVaries = !categories.isEmpty && varying == categories.count
        highestSample = highest
        isFixed = !categories.isEmpty && fixed.count == categories.count
        self.fixed = isFixed ? [] : fixed
        shorterSide = sides.sorted().dropFirst(sides.count / 2).first ?? 0
        let known = frames.compactMap(\.self)
        if !known.isEmpty, known.count == frames.count {
            frame = ObjectFrame(width: known.map(\.width).max()!, height: known.map(\.height).max()!)
        } else {
            frame = nil
        }
        turned = frame == nil ? frames.indices.filter { frames[$0] != nil } : []
    }

    /// The size of the network's input for a frame: as many pixels as 256 x 256 in multiples of 16, at most 4:1, and at
    /// most twice as many along a side as the images have.
    func size(of frame: ObjectFrame) -> NetworkSize {
        let ratio = min(4, max(0.25, frame.width / frame.height))
        let width = min(256 * ratio.squareRoot(), 2 * frame.width * Float(shorterSide))
        func multiple(_ length: Float) -> Int { max(32, Int((length / 16).rounded()) * 16) }
        return NetworkSize(width: multiple(width), height: multiple(width / ratio))
    }

    /// The properties of the seen images of a category.
    private struct Seen {
        var poses: [ObjectPose] = []
        var sides: [Int] = []
        /// The mean value of each image.
        var levels: [Double] = []
        /// See `Arrangement.thumbnail`.
        var thumbnails: [[Float]] = []
        var highestSample: Int?
    }

    private static func look(at images: [SourceImage]) -> Seen {
        let chosen = images.evenSample(seenImages)
        let seen = look(at: chosen, range: nil)
        // The range is that of all images together, and known only now.
        guard let range = seen.highestSample.flatMap(SampleRange.init(highestSample:)) else { return seen }
        return look(at: chosen, range: range)
    }

    private static func look(at images: [SourceImage], range: SampleRange?) -> Seen {
        var seen = Seen()
        for image in images {
            guard let decoded = decoded(image) else { continue }
            seen.highestSample = [seen.highestSample, decoded.highestSample].compactMap(\.self).max()
            let scaled = range?.scaled(decoded).0 ?? decoded.image
            seen.sides.append(min(scaled.width, scaled.height))
            // A black image has no logarithm.
            seen.levels.append(max(scaled.values.reduce(0) { $0 + Double($1) } / Double(scaled.values.count), 1e-3))
            let colour = scaled.convertedToRGB()
            seen.thumbnails.append(Arrangement.thumbnail(colour))
            if let pose = ObjectPose(of: colour) { seen.poses.append(pose) }
        }
        return seen
    }

    /// Nil for an image that cannot be decoded, which the probe or the job reports.
    private static func decoded(_ image: SourceImage) -> DecodedImage? {
        try? ImageDecoder.decode(bytes: image.bytes(), name: image.file, checksExtension: false)
    }

    /// The standard deviation; 0 for fewer than two values.
    private static func deviation(_ values: [Double]) -> Double {
        guard values.count > 1 else { return 0 }
        let mean = values.reduce(0, +) / Double(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
    }

    private static func frame(around poses: [ObjectPose], of seen: Int) -> ObjectFrame? {
        let elongated = poses.filter { $0.elongation >= leastElongation }
        guard poses.count > 1, Float(elongated.count) >= share * Float(seen),
            ObjectPose.concentration(elongated) <= alike
        else { return nil }
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
