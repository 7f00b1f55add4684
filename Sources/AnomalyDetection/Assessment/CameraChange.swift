import Imaging

/// A harmless change of the camera or its lighting from one day to the next.
public enum CameraChange: String, Sendable, CaseIterable, Codable {
    case darker, brighter, lessContrast, moreContrast, warmer, cooler, blurred, sharper, shiftedAcross, shiftedDown

    /// The changes that can occur for a data set: a grey camera has no white balance.
    public static func possible(isGrey: Bool) -> [CameraChange] {
        allCases.filter { !isGrey || ($0 != .warmer && $0 != .cooler) }
    }

    /// A description with the amount of the change.
    public var label: String {
        switch self {
        case .darker: "brightness x 0.9"
        case .brighter: "brightness x 1.1"
        case .lessContrast: "contrast x 0.9"
        case .moreContrast: "contrast x 1.1"
        case .warmer: "red x 1.04, blue x 0.96"
        case .cooler: "red x 0.96, blue x 1.04"
        case .blurred: "Gaussian blur, 0.7 pixels"
        case .sharper: "unsharp mask, 50 %"
        case .shiftedAcross: "2 % to the right, enlarged by as much"
        case .shiftedDown: "2 % down, enlarged by as much"
        }
    }

    /// The image after the change, with values in 0...1.
    public func applied(to image: PlanarImage) -> PlanarImage {
        let changed = changed(image)
        return changed.restricted(to: changed.regionOfInterest)
    }

    private func changed(_ image: PlanarImage) -> PlanarImage {
        switch self {
        case .darker: image.scaled([0.9, 0.9, 0.9])
        case .brighter: image.scaled([1.1, 1.1, 1.1])
        case .lessContrast: image.contrast(0.9)
        case .moreContrast: image.contrast(1.1)
        case .warmer: image.scaled([1.04, 1, 0.96])
        case .cooler: image.scaled([0.96, 1, 1.04])
        case .blurred: image.blended(with: image.blurred(sigma: 0.7), share: 1)
        case .sharper: image.blended(with: image.blurred(sigma: 1), share: -0.5)
        case .shiftedAcross: CameraChange.view(of: image, left: 0, top: 0.5)
        case .shiftedDown: CameraChange.view(of: image, left: 0.5, top: 0)
        }
    }

    /// The view of a moved camera. Crops the image by 2 %, off centre, and enlarges it, because filling in a border (by
    /// mirroring, for example) would draw a seam that no camera shows.
    ///
    /// - Parameters:
    ///   - left: the share of the cropped columns that lies on the left.
    ///   - top: the share of the cropped rows that lies at the top.
    private static func view(of image: PlanarImage, left: Float, top: Float) -> PlanarImage {
        let (across, along) = (max(1, image.width / 50), max(1, image.height / 50))
        return image.cropped(
            x: Int(left * Float(across)), y: Int(top * Float(along)), width: image.width - across,
            height: image.height - along
        ).resized(width: image.width, height: image.height)
    }
}
