import AnomalyDetection
import ContentStore
import Datasets
import Imaging

/// The properties of an image file that an inspection compares.
package struct InspectedImage: Sendable {
    package let source: SourceImage
    package let fileBytes: Int
    /// The part of the data set, from the names of the folders above the file.
    package let place: ImagePlace
    /// The message for a file that cannot be decoded.
    package private(set) var fault: String?
    package private(set) var info: ImageInfo?
    /// Nil without an embedded colour profile.
    package private(set) var profile: ColourProfile?
    /// The highest sample of a 16-bit image.
    package private(set) var highestSample: Int?
    package private(set) var appearance: ImageAppearance?
    /// The digest of the upright pixels and their size, whatever the format of the file.
    private(set) var pixels: Digest?
    private(set) var hash: PerceptualHash?
    private(set) var descriptor: PlaceDescriptor?

    /// Larger images are reduced to this length of the longer side before they are measured.
    private static let measuredSide = 1024

    package var file: String { source.file }

    /// Reads and measures a file.
    init(_ source: SourceImage) {
        (self.source, place) = (source, ImagePlace(source.file))
        let bytes: [UInt8]
        do {
            bytes = try source.bytes()
        } catch {
            (fileBytes, fault) = (0, "\(error)")
            return
        }
        fileBytes = bytes.count
        do {
            let decoded = try ImageDecoder.decode(bytes: bytes, name: source.file)
            info = decoded.info
            profile = ColourProfile(of: bytes)
            highestSample = decoded.highestSample
            guard decoded.image.values.allSatisfy(\.isFinite) else {
                fault =
                    "\(source.file) holds values that are not finite numbers; expected numbers in each pixel: replace "
                    + "invalid ones"
                return
            }
            pixels = Self.digest(decoded)
            let seen = InspectedImage.reduced(decoded.image, to: Self.measuredSide).convertedToRGB()
            hash = PerceptualHash(seen)
            if min(seen.width, seen.height) > 2 { appearance = ImageAppearance(seen) }
            descriptor = PlaceDescriptor(seen)
        } catch {
            fault = "\(error)"
        }
    }

    /// The image with a longer side of at most `side` pixels.
    static func reduced(_ image: PlanarImage, to side: Int) -> PlanarImage {
        let longer = max(image.width, image.height)
        guard longer > side else { return image }
        return image.resized(
            width: max(1, image.width * side / longer), height: max(1, image.height * side / longer))
    }

    /// Grey and RGB of equal values give the same digest, and so do 8 and 16 bits.
    private static func digest(_ decoded: DecodedImage) -> Digest {
        let image = decoded.image
        let plane = image.width * image.height
        var bytes: [UInt8] = []
        bytes.reserveCapacity(6 * plane + 16)
        for side in [image.width, image.height] {
            for byte in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: side >> (8 * byte))) }
        }
        for channel in 0..<3 {
            let start = image.channels == 3 ? channel * plane : 0
            for value in image.values[start..<(start + plane)] {
                // Floating-point images may have any range.
                let (sample, size) =
                    decoded.info.isFloat
                    ? (value.bitPattern, 4) : (UInt32((min(max(value, 0), 1) * 65535).rounded()), 2)
                for byte in 0..<size { bytes.append(UInt8(truncatingIfNeeded: sample >> (8 * byte))) }
            }
        }
        return Digest.of(bytes)
    }
}

/// The part of a data set that an image belongs to.
package struct ImagePlace: Sendable, Hashable {
    /// The folder whose images are compared with each other: the folders above `train`, `test` or the kinds, or the
    /// folder of the file if no name says more.
    package let group: String
    package let isTraining, isTest: Bool
    /// True for the kinds of defects in a test set.
    package let isDefective: Bool

    init(_ file: String) {
        let folders = file.split(separator: "/").dropLast().map(String.init)
        let roles = folders.map { FolderRole($0) }
        let first = roles.firstIndex { !$0.isEmpty }
        group = folders[..<(first ?? folders.count)].joined(separator: "/")
        isTest = roles.contains { $0.contains(.test) }
        isTraining = !isTest && roles.contains { $0.contains(.train) }
        let isNormal = roles.contains { $0.contains(.normal) }
        let hasKind = roles.lastIndex { $0.contains(.test) }.map { $0 + 1 < folders.count } ?? false
        isDefective = roles.contains { $0.contains(.defects) } || (isTest && hasKind && !isNormal)
    }
}
