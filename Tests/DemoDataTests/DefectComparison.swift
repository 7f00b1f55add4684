import DemoData

/// An image with a defect against the same image without.
struct DefectComparison {
    let mask: [UInt8]?
    /// Largest change of the three colours of each pixel, in grey levels.
    let largestChanges: [Int]
    /// Mean over the mask and the three colours, in grey levels.
    let contrast: Double

    init(_ set: DemoDataSet, _ entry: DemoDataSet.Entry) {
        let image = set.image(for: entry), clean = set.cleanImage(for: entry)
        var largestChanges = [Int](repeating: 0, count: image.width * image.height)
        var sum = 0
        // A plain loop: without optimisation, a chain of sequences takes a hundred times as long.
        var index = 0
        while index < image.rgb.count {
            if image.rgb[index] != clean.rgb[index] {
                let change = abs(Int(image.rgb[index]) - Int(clean.rgb[index]))
                largestChanges[index / 3] = max(largestChanges[index / 3], change)
                sum += change
            }
            index += 1
        }
        mask = image.mask
        self.largestChanges = largestChanges
        contrast = Double(sum) / Double(3 * (image.mask?.count(where: { $0 == 1 }) ?? 0))
    }
}
