/// The anomaly map of one test image, with what the folders say about the image.
public struct MapFile: Sendable, Equatable {
    /// `KIND/STEM`, with folders between where the map lies deeper: the image's name everywhere.
    public let name: String
    public let path: String
    /// Nil where there is no mask file.
    public let maskPath: String?
    /// True if there is a mask in a folder of another kind than `good`.
    public let isAnomalous: Bool
}
