import Imaging

/// The colour of a data set, decided once from all of its normal images.
///
/// It applies wherever images are changed: a grey camera shows neither white balance nor coloured defects, and colour
/// alone would give away every synthetic defect.
public struct DataSetColour: Sendable, Equatable, Codable {
    /// True if every normal image is grey.
    public var isGrey: Bool

    public init(isGrey: Bool) { self.isGrey = isGrey }
}
