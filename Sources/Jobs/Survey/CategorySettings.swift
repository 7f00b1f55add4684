import AnomalyDetection
import Imaging
import Manifests

/// The settings of a job that depend on what the images of a category show.
struct CategorySettings: Equatable {
    let preset: String
    let size: NetworkSize
    let frame: ObjectFrame?
    /// The directions in which the preset would mirror images in training that are not normal then.
    let forbidsHorizontalFlips, forbidsVerticalFlips: Bool
    /// True if an autoencoder sees local contrast in place of pixels, so that it need not learn the light of each
    /// image.
    let seesContrast: Bool
    /// True if an autoencoder sees half of the resolution: of some 128 x 128 pixels, each of its layers sees twice as
    /// far as of 256 x 256.
    let isReduced: Bool
    private static let reducedPixels = 256 * 192

    init(_ seen: ImageSurvey, _ detector: SurveyedDetector) {
        preset = seen.showsObject ? "object" : "texture"
        frame = seen.frame
        size =
            seen.frame.map { NetworkSize(of: $0, in: seen.sizes) }
            ?? NetworkSize(
                of: seen.sizes, smallest: detector == .ssae ? 128 : 256, isSurface: !seen.showsObject)
        forbidsHorizontalFlips = !seen.showsObject && seen.mirroring.forbidsHorizontal
        forbidsVerticalFlips = !seen.showsObject && seen.mirroring.forbidsVertical
        let hasAutoencoder = [.auto, .ssae].contains(detector)
        seesContrast = hasAutoencoder && seen.lightVaries
        isReduced = hasAutoencoder && size.seenPixels >= Self.reducedPixels
    }

    /// The sections of the manifest.
    ///
    /// - Parameter depth: the bits of a sample in files of 16; nil for all.
    func sections(depth: Int?) -> [(String, JSONValue)] {
        var image: [(String, JSONValue)] = [("width", .number(size.width)), ("height", .number(size.height))]
        if let tile = size.tile {
            // A quarter, which is the default for tiles of 256 pixels.
            let overlap = tile == 256 ? [] : [("overlap", JSONValue.number(tile / 4))]
            image.append(("tile", .ordered([("width", .number(tile)), ("height", .number(tile))] + overlap)))
        }
        if let depth { image.append(("depth", .number(depth))) }
        if let frame {
            func hundredths(_ side: Float) -> JSONValue { .number((Double(side) * 100).rounded() / 100) }
            image.append(
                ("frame", .ordered([("width", hundredths(frame.width)), ("height", hundredths(frame.height))])))
        }
        var sections: [(String, JSONValue)] = [("preset", .string(preset)), ("image", .ordered(image))]
        var flips: [(String, JSONValue)] = []
        if forbidsHorizontalFlips { flips.append(("flipHorizontal", .bool(false))) }
        if forbidsVerticalFlips { flips.append(("flipVertical", .bool(false))) }
        if !flips.isEmpty { sections.append(("augmentation", .ordered(flips))) }
        var network: [(String, JSONValue)] = isReduced ? [("reduction", .number(2))] : []
        if seesContrast { network.append(("input", .string("localContrast"))) }
        if !network.isEmpty { sections.append(("network", .ordered(network))) }
        return sections
    }

    /// Lines that say what was seen and decided.
    ///
    /// - Parameter seen: the survey that the settings come from.
    func findings(_ seen: ImageSurvey) -> [String] {
        var lines = [
            (seen.showsObject
                ? "most images show an object on a plain background"
                : "no plain background that an object would stand out from") + ": the preset \(preset)"
        ]
        if let frame {
            lines.append(
                "it lies in any direction: each image is turned, and a frame of \(frame.words) of its shorter side is cut out "
                    + "around the object")
        } else if seen.showsObject, seen.turned > 0 {
            lines.append(
                "\(seen.turned) of \(seen.sizes.count) seen images show it in any direction, but no frame fits all of them, as its "
                    + "size differs or it is cut off: they are not turned")
        }
        let flips =
            (forbidsHorizontalFlips ? ["left to right"] : []) + (forbidsVerticalFlips ? ["top to bottom"] : [])
        if !flips.isEmpty {
            lines.append(
                "mirror images differ from the images: they are not mirrored \(flips.joined(separator: " or ")) in training"
            )
        }
        if frame == nil { lines += size.findings(for: seen.sizes, reduction: isReduced ? 2 : 1) }
        if seesContrast {
            lines.append(
                "brightness varies from image to image: the autoencoder sees local contrast (\"input\": \"localContrast\")"
            )
        }
        return lines
    }
}
