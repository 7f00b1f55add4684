/// `detector`: how anomalies are found.
public struct DetectorSection: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        /// The autoencoder.
        case ssae
        /// A memory of the features of normal patches.
        case memory
    }

    /// How a patch's distance is related to the density of the memory there.
    public enum Density: String, Sendable, CaseIterable {
        case none, subtract, divide
    }

    /// `detector.memory`.
    public struct Memory: Sendable, Equatable {
        public var points: Int
        public var density: Density
        public var neighbours: Int
        public var variants: Int
    }

    public var kind: Kind
    /// A name or a digest. Used by all kinds but `ssae`.
    public var backbone: String
    public var taps: [String]
    public var memory: Memory

    /// - Parameter object: the section of the resolved manifest.
    public init(_ object: JSONValue) {
        kind = object.choice("kind")
        backbone = object.text("backbone")
        taps = (object["taps"]?.elements ?? []).compactMap(\.string)
        let memory = object.member("memory")
        self.memory = Memory(
            points: memory.whole("points"), density: memory.choice("density"),
            neighbours: memory.whole("neighbours"), variants: memory.whole("variants"))
    }
}
