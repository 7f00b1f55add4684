import Imaging

/// Tells the object from its background.
public protocol ForegroundProvider: Sendable {
    /// height x width values, 1 on the object and 0 on the background. A mask without any 1 is read as "no
    /// background known".
    func foreground(of image: PlanarImage) -> [UInt8]
}
