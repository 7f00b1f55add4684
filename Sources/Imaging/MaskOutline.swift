/// The line around a mask's regions: light just inside of the border, dark just outside, so that it shows on any ground.
struct MaskOutline {
    /// Pixels of the mask that are near its border, or near the edge of the image: regions are closed there.
    private(set) var light: [Bool]
    /// Pixels next to the mask.
    private(set) var dark: [Bool]

    /// - Parameter thickness: of the light line, in pixels; the dark one is one pixel wide.
    init(_ mask: Mask, thickness: Int) {
        let (width, height) = (mask.width, mask.height)
        light = [Bool](repeating: false, count: mask.values.count)
        dark = light

        for y in 0..<height {
            for x in 0..<width where mask.values[y * width + x] != 0 {
                light[y * width + x] = min(x, y, width - 1 - x, height - 1 - y) < thickness
                Self.visit(around: x, y, radius: 1, width, height) { if mask.values[$0] == 0 { dark[$0] = true } }
            }
        }
        // A pixel of the mask is near one outside of it exactly where it is near one of those next to the mask.
        for y in 0..<height {
            for x in 0..<width where dark[y * width + x] {
                Self.visit(around: x, y, radius: thickness, width, height) {
                    if mask.values[$0] != 0 { light[$0] = true }
                }
            }
        }
    }

    /// Calls with the indices of the pixels of a square, as far as they are inside of the image.
    private static func visit(
        around x: Int, _ y: Int, radius: Int, _ width: Int, _ height: Int, _ body: (Int) -> Void
    ) {
        for row in max(0, y - radius)...min(height - 1, y + radius) {
            for column in max(0, x - radius)...min(width - 1, x + radius) { body(row * width + column) }
        }
    }
}
