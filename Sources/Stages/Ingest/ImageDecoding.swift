import AnomalyDetection
import ContentStore
import Imaging

extension IngestStage {
    /// Decodes an image file to the network's input, with the properties of the file. The result depends only on the
    /// bytes and the numeric settings, which are its memo key. The caller must check that the file extension matches
    /// the format.
    package static func decode(
        _ bytes: [UInt8], name: String, width: Int, height: Int, range: SampleRange? = nil,
        colour: ColourRendering? = nil, frame: ObjectFrame? = nil
    ) throws -> Decoded {
        let decoded = try ImageDecoder.decode(bytes: bytes, name: name, checksExtension: false)
        if decoded.info.isFloat { try requireFinite(decoded.image, name: name) }
        var (scaled, clipped) = range?.scaled(decoded) ?? (decoded.image, 0)
        if decoded.info.isFloat { try requireUnitRange(scaled, name: name) }
        if colour == .sRGB {
            if let profile = ColourProfile(of: bytes) {
                scaled = try profile.convertedToSRGB(scaled, name: name)
            } else if ColourProfile.isDeclared(in: bytes) {
                throw ImagingError.unsupported(
                    name: name, feature: "a colour profile that is damaged or of other colours than the image")
            }
        }
        var pose: ObjectPose?
        let image: PlanarImage
        if let frame {
            let whole = scaled.convertedToRGB()
            pose = ObjectPose(of: whole)
            image = frame.cut(whole, pose, width: width, height: height)
        } else {
            image = scaled.resized(width: width, height: height).convertedToRGB()
        }
        return Decoded(
            packed: PackedImage(image, original: PackedImage.Original(decoded.info)),
            reading: ImageReading(decoded, clipped: clipped), pose: pose)
    }

    /// A decoded image as a detector sees it, with the properties of its file.
    package struct Decoded {
        package var packed: PackedImage
        package var reading: ImageReading
        /// The place of the object; nil without a frame, or if no object stands out.
        package var pose: ObjectPose?
    }

    /// Checks every value. Minimum and maximum are not enough, because comparisons ignore NaN.
    private static func requireFinite(_ image: PlanarImage, name: String) throws(IngestError) {
        guard let index = image.values.firstIndex(where: { !$0.isFinite }) else { return }
        let pixel = index % (image.width * image.height)
        throw .notFinite(
            name, value: image.values[index], x: pixel % image.width, y: pixel / image.width,
            count: image.values.count { !$0.isFinite })
    }

    /// Checks that values lie in 0...1. The decoder scales integers, but floating-point files may hold any value.
    private static func requireUnitRange(_ image: PlanarImage, name: String) throws(IngestError) {
        guard let lowest = image.values.min(), let highest = image.values.max(), lowest >= 0, highest <= 1 else {
            throw .floatRange(name, lowest: image.values.min() ?? 0, highest: image.values.max() ?? 0)
        }
    }
}
