import Foundation
import Imaging

/// An overview of corruptions for visual inspection: a grid of samples on grey, each with its clean image, corrupted
/// image and mask side by side.
public struct ContactSheet: Sendable {
    /// The distance between the pictures of a sample, in pixels.
    private static let gap = 2
    /// The distance between samples, in pixels. It is larger, so that the pictures of a sample form a group.
    private static let sampleGap = 10
    private static let background: Float = 0.5
    /// The width of the sheet divided by its height, as on a screen.
    private static let wantedAspect = 1.6

    private let largestSide: Int
    private var samples: [[PlanarImage]] = []

    /// - Parameter largestSide: the maximum side of a picture in pixels. Larger pictures are shrunk.
    public init(largestSide: Int = .max) { self.largestSide = largestSide }

    /// The number of samples.
    public var count: Int { samples.count }

    /// Appends a sample. Both images are RGB and have the same size.
    public mutating func add(clean: PlanarImage, corrupted: CorruptedSample) {
        let mask = PlanarImage(
            width: clean.width, height: clean.height, channels: 1, values: corrupted.mask.map(Float.init))
        samples.append([clean, corrupted.corrupted, mask.convertedToRGB()].map(shrunk))
    }

    /// Draws the sheet. Pictures of different sizes lie at the top left of equal cells. Requires at least one sample.
    ///
    /// - Parameter samplesPerRow: nil for the number that gives the sheet the aspect ratio of a screen.
    public func render(samplesPerRow: Int? = nil) -> PlanarImage {
        guard let width = samples.map({ $0[0].width }).max(), let height = samples.map({ $0[0].height }).max() else {
            fatalError("a contact sheet needs at least one sample")
        }
        let columns = samplesPerRow ?? ContactSheet.columns(count, width, height)
        let size = ContactSheet.size(count, columns, width, height)
        var sheet = PlanarImage(
            width: size.width, height: size.height, channels: 3, repeating: ContactSheet.background)
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

    /// The number of samples per row whose sheet is nearest to the wanted aspect ratio.
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
