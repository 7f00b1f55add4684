import Imaging

/// A picture for people to judge corruptions by.
public enum ContactSheet {
    private static let gap = 2
    private static let ground: Float = 0.5

    /// One row per sample: clean, corrupted, mask; on grey, two pixels apart. Images of different sizes lie at the top
    /// left of equal cells. At least one sample is needed.
    public static func render(samples: [(clean: PlanarImage, corrupted: CorruptedSample)]) -> PlanarImage {
        guard let cellWidth = samples.map(\.clean.width).max(), let cellHeight = samples.map(\.clean.height).max()
        else { fatalError("a contact sheet needs at least one sample") }
        var sheet = PlanarImage(
            width: 3 * cellWidth + 2 * gap, height: samples.count * (cellHeight + gap) - gap, channels: 3,
            repeating: ground)
        for (row, sample) in samples.enumerated() {
            let mask = sample.corrupted.mask.map { Float($0) }
            let picture = PlanarImage(
                width: sample.clean.width, height: sample.clean.height, channels: 3, values: mask + mask + mask)
            for (column, image) in [sample.clean, sample.corrupted.corrupted, picture].enumerated() {
                paste(image, into: &sheet, x: column * (cellWidth + gap), y: row * (cellHeight + gap))
            }
        }
        return sheet
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
