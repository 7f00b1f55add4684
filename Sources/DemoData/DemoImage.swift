/// One image of the demo data set.
public struct DemoImage: Equatable, Sendable {
    public let width: Int
    public let height: Int
    /// height x width x 3: red, green and blue of each pixel, in rows.
    public let rgb: [UInt8]
    /// height x width: 1 where the pixel differs from the same image without its defect, else 0. Nil for a normal image.
    public let mask: [UInt8]?

    public init(width: Int, height: Int, rgb: [UInt8], mask: [UInt8]?) {
        self.width = width
        self.height = height
        self.rgb = rgb
        self.mask = mask
    }
}
