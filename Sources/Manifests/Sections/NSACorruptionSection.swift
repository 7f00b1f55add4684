/// `corruption.nsa`: settings of the model `nsa`.
public struct NSACorruptionSection: Sendable, Equatable {
    /// Which gradients a patch keeps when it is blended in.
    public enum Gradients: String, Sendable, CaseIterable { case patch, mixed }

    /// Most patches of a corrupted image.
    public var patches: Int
    /// Bounds of the factor that a patch is resized by.
    public var resize: ClosedRange<Double>
    public var gradients: Gradients

    /// - Parameter object: the section of a resolved manifest.
    public init(_ object: JSONValue) {
        patches = object.whole("patches")
        let bounds = object.member("resize")
        resize = bounds.decimal("min")...bounds.decimal("max")
        gradients = object.choice("gradients")
    }
}
