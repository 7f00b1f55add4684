import Imaging

/// A corrupted image and the exact mask of what was changed.
public struct CorruptedSample: Sendable {
    /// Bit-equal to the clean image where `mask` is 0; 0...1.
    public var corrupted: PlanarImage
    /// height x width values, 1 where any channel differs from the clean image by more than 1/255.
    public var mask: [UInt8]

    public init(corrupted: PlanarImage, mask: [UInt8]) {
        self.corrupted = corrupted
        self.mask = mask
    }

    /// Settles an edited image: clamps it to 0...1, takes back every change that is too small to see or lies off the
    /// foreground, and marks the others.
    ///
    /// - Parameter box: holds every pixel that differs from `clean`.
    init(
        settling edited: consuming PlanarImage, against clean: PlanarImage, within box: PixelBox,
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
