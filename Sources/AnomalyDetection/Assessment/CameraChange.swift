import Imaging

/// What a camera or its light may do from one day to the next without anything being wrong with the object.
public enum CameraChange: String, Sendable, CaseIterable, Codable {
    case darker, brighter, lessContrast, moreContrast, warmer, cooler, blurred, sharper, shiftedAcross, shiftedDown

    /// In words, with its size.
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
        case .shiftedAcross: "2 % to the right"
        case .shiftedDown: "2 % down"
        }
    }

    /// The image as it would then look; values stay within 0...1.
    public func applied(to image: PlanarImage) -> PlanarImage {
        switch self {
        case .darker: image.scaled([0.9, 0.9, 0.9])
        case .brighter: image.scaled([1.1, 1.1, 1.1])
        case .lessContrast: image.contrast(0.9)
        case .moreContrast: image.contrast(1.1)
        case .warmer: image.scaled([1.04, 1, 0.96])
        case .cooler: image.scaled([0.96, 1, 1.04])
        case .blurred: image.blended(with: image.blurred(sigma: 0.7), share: 1)
        case .sharper: image.blended(with: image.blurred(sigma: 1), share: -0.5)
        case .shiftedAcross: image.shifted(x: max(1, image.width / 50), y: 0)
        case .shiftedDown: image.shifted(x: 0, y: max(1, image.height / 50))
        }
    }
}
