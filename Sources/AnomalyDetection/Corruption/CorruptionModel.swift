import Imaging
import SeededRandom

/// Corrupts normal images and returns exact masks: the training data of the network.
///
/// A sample is a pure function of the parameters, the images and the generator's state.
public struct CorruptionModel: Sendable {
    /// Part of the action key of stored corruptions. Raised whenever the same inputs give other bytes. Version 5:
    /// objects in light from one side are objects, and marks on a surface are not. Version 4: nothing is copied from
    /// outside of a region of interest. Version 3: richer computed textures. Version 2: corruptions are grey if the
    /// data set is grey, not if the image is. Version 1: initial.
    public static let version = 5

    public let parameters: CorruptionParameters
    private let normals: any ImageSource
    private let textures: (any ImageSource)?

    /// The maximum number of draws for a sample without a visible change.
    private static let attempts = 8

    /// - Parameters:
    ///   - parameters: valid parameters, see `CorruptionParameters.problems`.
    ///   - normals: other normal images, of the same size as the images to corrupt. If empty, material comes from the
    ///     image itself.
    ///   - textures: foreign textures of any size. If nil or empty, textures are computed.
    public init(parameters: CorruptionParameters, normals: any ImageSource, textures: (any ImageSource)?) {
        if let problem = parameters.problems.first { fatalError("invalid corruption parameters: \(problem)") }
        self.parameters = parameters
        self.normals = RGBImageSource(base: normals)
        self.textures = textures.map { RGBImageSource(base: $0) }
    }

    /// Draws a corrupted sample of an RGB image with values in 0...1. A share of `cleanFraction` of the samples stays
    /// clean. Any other sample is clean only if several draws changed nothing visible, as on a flat image.
    ///
    /// - Parameter foreground: the image's mask by `ForegroundEstimator`, if it is known already.
    public func corrupt(
        _ clean: PlanarImage, foreground: [UInt8]? = nil, using generator: inout SeededGenerator
    ) -> CorruptedSample {
        guard clean.channels == 3 && clean.width > 0 && clean.height > 0 else {
            fatalError("an image to corrupt is \(clean.width) x \(clean.height) x \(clean.channels), not RGB")
        }
        let untouched = CorruptedSample(
            corrupted: clean, mask: [UInt8](repeating: 0, count: clean.width * clean.height))
        if generator.chance(parameters.cleanFraction) { return untouched }
        let object = clean.regionOfInterest ?? (parameters.foregroundOnly ? foreground ?? objectMask(of: clean) : nil)
        if let object, !object.contains(where: { $0 != 0 }) { return untouched }
        let material = clean.continuedOutside
        for _ in 0..<Self.attempts {
            var edited = material
            let changed = edit(&edited, clean: material, on: object, using: &generator)
            if parameters.isGrey { edited.convertChangesToGrey(comparedWith: material, within: changed) }
            edited = edited.restricted(to: clean.regionOfInterest)
            let sample = CorruptedSample(clamping: edited, comparedWith: clean, within: changed, on: object)
            if sample.mask.contains(1) { return sample }
        }
        return untouched
    }

    /// The region of interest, or the object's pixels; nil if absent.
    private func objectMask(of image: PlanarImage) -> [UInt8]? {
        let mask = image.regionOfInterest ?? ForegroundEstimator().foreground(of: image)
        return mask.contains { $0 != 0 } ? mask : nil
    }

    /// Corrupts an image that starts as a copy of `clean`. Returns a box that contains every changed pixel.
    private func edit(
        _ image: inout PlanarImage, clean: PlanarImage, on object: [UInt8]?, using generator: inout SeededGenerator
    ) -> PixelBox {
        switch parameters.model {
        case .structured:
            let contents = PatchContents(
                weights: parameters.structured.contents, normals: normals, textures: textures)
            return StructuredCorruption(
                patches: PatchSampler(parameters: parameters.structured), contents: contents, isGrey: parameters.isGrey
            ).corrupt(&image, clean: clean, on: object, using: &generator)
        case .perlin:
            return PerlinCorruption(textures: textures).corrupt(&image, using: &generator)
        case .nsa:
            return NSACorruption(
                parameters: parameters.nsa, normals: normals,
                objectMask: object == nil ? nil : { objectMask(of: $0) }
            ).corrupt(&image, clean: clean, on: object, using: &generator)
        case .cutpaste:
            return CutPasteCorruption().corrupt(&image, clean: clean, using: &generator)
        }
    }
}

extension PlanarImage {
    /// Replaces the channels of every pixel that differs from another image with their mean.
    fileprivate mutating func convertChangesToGrey(comparedWith other: PlanarImage, within box: PixelBox) {
        for y in box.rows {
            for index in (y * width + box.x)..<(y * width + box.x + box.width) {
                let colour = colour(at: index)
                guard colour != other.colour(at: index) else { continue }
                setColour(SIMD3(repeating: colour.sum() / 3), at: index)
            }
        }
    }
}

/// A corrupted image with the exact mask of its changes.
public struct CorruptedSample: Sendable {
    /// Values in 0...1. Bit-equal to the clean image where `mask` is 0.
    public var corrupted: PlanarImage
    /// height x width values, 1 where any channel differs from the clean image by more than 1/255.
    public var mask: [UInt8]

    public init(corrupted: PlanarImage, mask: [UInt8]) {
        self.corrupted = corrupted
        self.mask = mask
    }

    /// Clamps an edited image to 0...1, reverts changes that are invisible or outside the foreground, and marks the
    /// rest in the mask.
    ///
    /// - Parameter box: contains every pixel that differs from `clean`.
    init(
        clamping edited: consuming PlanarImage, comparedWith clean: PlanarImage, within box: PixelBox,
        on foreground: [UInt8]?
    ) {
        let width = clean.width, plane = clean.width * clean.height
        var values = edited.values
        edited.values = []
        var mask = [UInt8](repeating: 0, count: plane)
        for y in box.rows {
            for index in (y * width + box.x)..<(y * width + box.x + box.width) {
                var isChanged = false
                if foreground.map({ $0[index] != 0 }) ?? true {
                    for channel in 0..<3 {
                        let position = channel * plane + index
                        values[position] = min(max(values[position], 0), 1)
                        if abs(values[position] - clean.values[position]) > 1 / 255 { isChanged = true }
                    }
                }
                if isChanged {
                    mask[index] = 1
                } else {
                    for channel in 0..<3 { values[channel * plane + index] = clean.values[channel * plane + index] }
                }
            }
        }
        edited.values = values
        self.init(corrupted: edited, mask: mask)
    }
}
