/// The anomaly map of one test image with its ground truth.
public struct LabelledMap: Sendable {
    /// Names the image in errors, such as `test/scratch/003`.
    public let name: String
    public let width: Int
    public let height: Int
    /// height x width anomaly scores in rows, at the size of the ground truth; higher means more anomalous.
    public let values: [Float]
    /// height x width, not 0 where the pixel belongs to a defect. Nil or all zero: no labelled pixel.
    /// All pixels without label, of anomalous images too, count as normal ones, as in MVTec's evaluation.
    public let mask: [UInt8]?
    /// True if the image shows a defect. A normal image must not have labelled pixels.
    public let isAnomalous: Bool

    /// The sizes are checked when the map is evaluated.
    public init(name: String, width: Int, height: Int, values: [Float], mask: [UInt8]?, isAnomalous: Bool) {
        self.name = name
        self.width = width
        self.height = height
        self.values = values
        self.mask = mask
        self.isAnomalous = isAnomalous
    }
}
