import Foundation
import Imaging

/// A picture for people to judge corruptions by: samples from left to right and from top to bottom, on grey, each as
/// three pictures side by side: clean, corrupted, mask.
public struct ContactSheet: Sendable {
    /// Between the pictures of a sample, in pixels.
    private static let gap = 2
    /// Between samples, so that the eye sees which pictures belong together.
    private static let sampleGap = 10
    private static let ground: Float = 0.5
    /// Width by height: that of a screen.
    private static let wantedAspect = 1.6

    private let largestSide: Int
    private var samples: [[PlanarImage]] = []

    /// - Parameter largestSide: larger pictures are shrunk until their longer side has as many pixels.
    public init(largestSide: Int = .max) { self.largestSide = largestSide }

    /// The number of samples so far.
    public var count: Int { samples.count }

    /// Appends a sample. Both images are RGB and of one size; values are clamped to 0...1 only when they are encoded.
    public mutating func add(clean: PlanarImage, corrupted: CorruptedSample) {
        let mask = PlanarImage(
            width: clean.width, height: clean.height, channels: 1, values: corrupted.mask.map(Float.init))
        samples.append([clean, corrupted.corrupted, mask.convertedToRGB()].map(shrunk))
    }

    /// The sheet. Pictures of different sizes lie at the top left of equal cells. At least one sample is needed.
    ///
    /// - Parameter samplesPerRow: nil makes the sheet about as wide as a screen for its height.
    public func render(samplesPerRow: Int? = nil) -> PlanarImage {
        guard let width = samples.map({ $0[0].width }).max(), let height = samples.map({ $0[0].height }).max() else {
            fatalError("a contact sheet needs at least one sample")
        }
        let columns = samplesPerRow ?? ContactSheet.columns(count, width, height)
        let size = ContactSheet.size(count, columns, width, height)
        var sheet = PlanarImage(
            width: size.width, height: size.height, channels: 3, repeating: ContactSheet.ground)
        for (number, sample) in samples.enumerated() {
            let left = number % columns * (3 * width + 2 * ContactSheet.gap + ContactSheet.sampleGap)
            let top = number / columns * (height + ContactSheet.sampleGap)
            for (place, picture) in sample.enumerated() {
                ContactSheet.paste(picture, into: &sheet, x: left + place * (width + ContactSheet.gap), y: top)
            }
        }
        return sheet
    }

    private static func size(
        _ count: Int, _ columns: Int, _ width: Int, _ height: Int
    ) -> (width: Int, height: Int) {
        let rows = (count + columns - 1) / columns
        return (
            columns * (3 * width + 2 * gap + sampleGap) - sampleGap, rows * (height + sampleGap) - sampleGap
        )
    }

    /// The number of samples in a row whose sheet is nearest to the wanted aspect, by the ratio.
    private static func columns(_ count: Int, _ width: Int, _ height: Int) -> Int {
        func distance(_ columns: Int) -> Double {
            let size = size(count, columns, width, height)
            return abs(log(Double(size.width) / Double(size.height) / wantedAspect))
        }
        return (1...count).min { distance($0) < distance($1) } ?? 1
    }

    private func shrunk(_ image: PlanarImage) -> PlanarImage {
        let longer = max(image.width, image.height)
        guard longer > largestSide else { return image }
        return image.resized(
            width: max(1, image.width * largestSide / longer), height: max(1, image.height * largestSide / longer))
    }

    private static func paste(_ image: PlanarImage, into sheet: inout PlanarImage, x: Int, y: Int) {
        for channel in 0..<3 {
            for row in 0..<image.height {
                let source = (channel * image.height + row) * image.width
                let target = (channel * sheet.height + y + row) * sheet.width + x
                for column in 0..<image.width { sheet.values[target + column] = image.values[source + column] }
            }
        }
    }
}
