/// `network`: the autoencoder.
public struct NetworkSection: Sendable, Equatable {
    /// The network by name.
    public enum Architecture: String, Sendable, CaseIterable {
        /// Encoder-decoder with stacked dilated convolutions.
        case sdc
        /// The same with convex combination modules as skip connections.
        case sdcCCM = "sdc-ccm"
    }

    public var architecture: Architecture
    /// Channels of the first layer.
    public var baseWidth: Int

    /// - Parameter object: the section of a resolved manifest.
    public init(_ object: JSONValue) {
        architecture = object.choice("architecture")
        baseWidth = object.whole("baseWidth")
    }
}
