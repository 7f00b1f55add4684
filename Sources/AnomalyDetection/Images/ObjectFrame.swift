import Imaging

/// The frame that is cut out around an object: centred on its box and turned with it, so that all objects lie alike.
///
/// Detectors see the frame alone. What lies outside is not judged.
public struct ObjectFrame: Codable, Equatable, Sendable {
    /// The size along the object and across it, in shares of the image's shorter side: above 0, at most 2.
    public var width, height: Float

    public init(width: Float, height: Float) { (self.width, self.height) = (width, height) }

    /// The frame's content at a new size. Each pixel is the mean of bilinear samples, at most a pixel of the image
    /// apart up to a reduction of 8 times. Beyond its edges, the image continues with its outermost pixels.
    ///
    /// - Parameters:
    ///   - image: an RGB image.
    ///   - pose: the place of the object; nil for the middle of the image.
    public func cut(_ image: PlanarImage, _ pose: ObjectPose?, width: Int, height: Int) -> PlanarImage {
        let size = (image.width, image.height)
        let map = FrameMap(self, pose ?? ObjectPose(unknownIn: size), in: size)
        let step = max(map.across.length / Float(width), map.down.length / Float(height))
        let samples = max(1, min(8, Int(step.rounded(.up))))
        let limit = SIMD2(Float(image.width - 1), Float(image.height - 1))
        let fine = image.resampled(width: width * samples, height: height * samples) { column, row in
            let place =
                SIMD2(Float(column) + 0.5, Float(row) + 0.5)
                / SIMD2(Float(width * samples), Float(height * samples))
            return (map.place(place) - 0.5).clamped(lowerBound: .zero, upperBound: limit)
        }
        return fine.resized(width: width, height: height)
    }

    /// The frame's part of a map of the whole image.
    public func cut(_ map: FloatMap, _ pose: ObjectPose?, width: Int, height: Int) -> FloatMap {
        let image = PlanarImage(width: map.width, height: map.height, channels: 1, values: map.values).convertedToRGB()
        let cut = cut(image, pose, width: width, height: height)
        return FloatMap(width: width, height: height, values: Array(cut.values.prefix(width * height)))
    }

    /// The frame's part of a mask of the whole image.
    public func cut(_ mask: Mask, _ pose: ObjectPose?, width: Int, height: Int) -> Mask {
        let map = FloatMap(width: mask.width, height: mask.height, values: mask.values.map(Float.init))
        return Mask(
            width: width, height: height,
            values: cut(map, pose, width: width, height: height).values.map { $0 >= 0.5 ? 1 : 0 })
    }

    /// A map of the frame, placed where the frame lies in the image. Outside the frame it has its lowest value.
    ///
    /// - Parameters:
    ///   - width: that of the image.
    ///   - height: that of the image.
    public func placed(_ map: FloatMap, _ pose: ObjectPose?, width: Int, height: Int) -> FloatMap {
        let outside = map.values.min() ?? 0
        let image = (width, height)
        let frame = FrameMap(self, pose ?? ObjectPose(unknownIn: image), in: image)
        var values = [Float](repeating: outside, count: width * height)
        let size = SIMD2(Float(map.width), Float(map.height)), last = size - 1
        for y in 0..<height {
            for x in 0..<width {
                let share = frame.share(SIMD2(Float(x), Float(y)) + 0.5)
                guard all(share .>= 0), all(share .<= 1) else { continue }
                let place = (share * size - 0.5).clamped(lowerBound: .zero, upperBound: last)
                let column = Int(place.x), row = Int(place.y)
                let right = min(column + 1, map.width - 1), below = min(row + 1, map.height - 1)
                let u = place.x - Float(column), v = place.y - Float(row)
                func line(_ row: Int) -> Float {
                    let first = map.values[row * map.width + column]
                    return first + (map.values[row * map.width + right] - first) * u
                }
                values[y * width + x] = line(row) + (line(below) - line(row)) * v
            }
        }
        return FloatMap(width: width, height: height, values: values)
    }

    /// The frame's size in pixels of an image.
    public func pixels(in image: (width: Int, height: Int)) -> (width: Int, height: Int) {
        let side = Float(min(image.width, image.height))
        return (max(1, Int((width * side).rounded())), max(1, Int((height * side).rounded())))
    }
}

/// The map between an image's pixels and shares of a frame, 0...1 along each side.
private struct FrameMap {
    private let origin: SIMD2<Float>
    /// The frame's sides in the image, in pixels.
    let across, down: SIMD2<Float>

    init(_ frame: ObjectFrame, _ pose: ObjectPose, in image: (width: Int, height: Int)) {
        let side = Float(min(image.width, image.height)), axes = pose.axes
        across = axes.along * (frame.width * side)
        down = axes.across * (frame.height * side)
        origin = SIMD2(pose.x, pose.y) * side - across / 2 - down / 2
    }

    func place(_ share: SIMD2<Float>) -> SIMD2<Float> { origin + across * share.x + down * share.y }

    func share(_ place: SIMD2<Float>) -> SIMD2<Float> {
        let offset = place - origin
        return SIMD2((offset * across).sum() / across.squared, (offset * down).sum() / down.squared)
    }
}

extension SIMD2<Float> {
    fileprivate var squared: Float { (self * self).sum() }
    fileprivate var length: Float { squared.squareRoot() }
}
