import Imaging
import SeededRandom

/// Turns normal images into corrupted ones with exact masks: what the network learns to remove.
///
/// A sample is a pure function of the parameters, the images and the generator's state.
public struct CorruptionModel: Sendable {
    /// Part of every key that a stored corruption goes by; raised whenever the same inputs give other bytes.
    /// History: 1, the first; 2, corruptions of a grey data set are grey in every model, those of a grey image of another one are not.
    public static let version = 2

    public let parameters: CorruptionParameters
    private let normals: any ImageSource
    private let textures: (any ImageSource)?
    private let foreground: any ForegroundProvider

    /// How often a sample is drawn anew when nothing in it came out changed.
    private static let attempts = 8

    /// - Parameters:
    ///   - parameters: without `problems`; check those first where a user wrote them.
    ///   - normals: other normal images, of the size of those to corrupt. Where there is none, material comes from the
    ///     image itself.
    ///   - textures: foreign textures, of any size; where there is none, textures are computed.
    ///   - foreground: finds the object when `foregroundOnly` is set.
    public init(
        parameters: CorruptionParameters, normals: any ImageSource, textures: (any ImageSource)?,
        foreground: any ForegroundProvider = ForegroundEstimator()
    ) {
        if let problem = parameters.problems.first { fatalError("corruption parameters were not checked: \(problem)") }
        self.parameters = parameters
        self.normals = RGBImageSource(base: normals)
        self.textures = textures.map { RGBImageSource(base: $0) }
        self.foreground = foreground
    }

    /// Draws one corrupted sample of an RGB image with values of 0...1. A share of `cleanFraction` stays clean; another sample is clean only
    /// where no visible corruption could be drawn in several attempts, as on an image without any structure.
    public func corrupt(_ clean: PlanarImage, using generator: inout SeededGenerator) -> CorruptedSample {
        guard clean.channels == 3 && clean.width > 0 && clean.height > 0 else {
            fatalError(
                "corruption needs an RGB image with pixels, not \(clean.width) x \(clean.height) x \(clean.channels)")
        }
        let untouched = CorruptedSample(
            corrupted: clean, mask: [UInt8](repeating: 0, count: clean.width * clean.height))
        if generator.chance(parameters.cleanFraction) { return untouched }
        let object = parameters.foregroundOnly ? objectMask(of: clean) : nil
        for _ in 0..<Self.attempts {
            var edited = clean
            let changed = edit(&edited, clean: clean, on: object, using: &generator)
            if parameters.isGrey { edited.takeColour(whereDifferentFrom: clean, within: changed) }
            let sample = CorruptedSample(settling: edited, against: clean, within: changed, on: object)
            if sample.mask.contains(1) { return sample }
        }
        return untouched
    }

    private func objectMask(of image: PlanarImage) -> [UInt8]? {
        let mask = foreground.foreground(of: image)
        guard mask.count == image.width * image.height else {
            fatalError("a foreground mask has \(mask.count) values for \(image.width) x \(image.height) pixels")
        }
        return mask.contains { $0 != 0 } ? mask : nil
    }

    /// Corrupts an image that starts as a copy of `clean`; returns a box that holds every changed pixel.
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
    /// Gives the channels of every pixel that is not the same as in another image their mean.
    fileprivate mutating func takeColour(whereDifferentFrom other: PlanarImage, within box: PixelBox) {
        let plane = width * height
        for y in box.rows {
            for index in (y * width + box.x)..<(y * width + box.x + box.width) {
                let colour = SIMD3(values[index], values[plane + index], values[2 * plane + index])
                guard colour != SIMD3(other.values[index], other.values[plane + index], other.values[2 * plane + index])
                else { continue }
                let grey = colour.sum() / 3
                for channel in 0..<3 { values[channel * plane + index] = grey }
            }
        }
    }
}
