import Imaging

/// The part of images that is judged. Nothing outside is corrupted, trained on, scored or counted.
public struct RegionOfInterest: Codable, Equatable, Sendable {
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// The same polygon in all images.
        case polygon
        /// One mask for all images, of their size.
        case mask
        /// One mask for each image.
        case masks
        /// The object on a plain background.
        case auto

        /// The region in words.
        package var words: String {
            switch self {
            case .polygon: "a polygon"
            case .mask: "the region of a mask"
            case .masks: "the region of a mask for each image"
            case .auto: "the object on a plain background"
            }
        }
    }

    public let kind: Kind
    /// x and y of each corner of a polygon in turn, in fractions of the width and the height of an image; nil for other
    /// kinds.
    public let corners: [Float]?

    private static let cornerCounts = 3...1000
    /// The distance around an object that belongs to it, as a share of the image's shorter side.
    private static let margin = 1.0 / 32

    /// - Returns: nil for corners that make no polygon, or with another kind.
    public init?(_ kind: Kind, corners: [Float]? = nil) {
        guard (kind == .polygon) == (corners != nil) else { return nil }
        if let corners {
            guard corners.count % 2 == 0, Self.cornerCounts.contains(corners.count / 2),
                corners.allSatisfy({ (0...1).contains($0) })
            else { return nil }
        }
        (self.kind, self.corners) = (kind, corners)
    }

    /// The pixels of the polygon in an image; nil for other kinds.
    public func polygon(width: Int, height: Int) -> Mask? {
        corners.map { corners in
            let places = corners.enumerated().map { Double($1) * Double($0 % 2 == 0 ? width : height) }
            return ImageRegions(shapes: [.polygon(places, .coco)]).mask(width: width, height: height)
        }
    }

    /// The pixels of the object that stands out from a plain background, with a margin; all pixels if none does.
    public static func object(in image: PlanarImage) -> Mask {
        let margin = Int((Double(min(image.width, image.height)) * margin).rounded())
        return Mask(
            width: image.width, height: image.height,
            values: ForegroundEstimator().foreground(of: image, margin: margin))
    }
}
