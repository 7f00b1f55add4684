/// `detector`: how anomalies are found.
public struct DetectorSection: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        /// The autoencoder.
        case ssae
        /// A memory of the features of normal patches.
        case memory
        /// Normal distributions of such features.
        case gaussian
        /// Distances along random directions of feature space.
        case random
        /// Several of these at once.
        case fusion
        /// The one of these with the highest criterion.
        case auto
        /// A program of the user, or maps that it wrote before.
        case external
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

    /// `detector.gaussian`.
    public struct Gaussian: Sendable, Equatable {
        public enum Place: String, Sendable, CaseIterable {
            case each, all
        }

        public var channels: Int
        public var place: Place
        public var variants: Int
    }

    /// `detector.random`.
    public struct Random: Sendable, Equatable {
        public var directions: Int
        public var variants: Int
    }

    /// `detector.fusion`.
    public struct Fusion: Sendable, Equatable {
        public enum Member: String, Sendable, CaseIterable {
            case memory
            case gaussianEach = "gaussian-each"
            case gaussianAll = "gaussian-all"
            case random
        }

        public enum Rule: String, Sendable, CaseIterable {
            case mean, max
        }

        public var of: [Member]
        public var rule: Rule
    }

    /// `detector.external`.
    public struct External: Sendable, Equatable {
        /// Paths relative to the folder of the manifest, of files and of folders.
        public var files: [String]
        public var fit, score: [String]
        public var scores: Bool
        public var timeoutSeconds: Int
        /// The folder of maps that another program wrote, in place of a program; nil if there is a program.
        public var maps: String?
    }

    public var kind: Kind
    /// A name or a digest. Used by all kinds but `ssae` and `external`.
    public var backbone: String
    public var taps: [String]
    public var memory: Memory
    public var gaussian: Gaussian
    public var random: Random
    public var fusion: Fusion
    public var external: External

    /// - Parameter object: the section of the resolved manifest.
    public init(_ object: JSONValue) {
        kind = object.choice("kind")
        backbone = object.text("backbone")
        taps = (object["taps"]?.elements ?? []).compactMap(\.string)
        let memory = object.member("memory")
        self.memory = Memory(
            points: memory.whole("points"), density: memory.choice("density"),
            neighbours: memory.whole("neighbours"), variants: memory.whole("variants"))
        let gaussian = object.member("gaussian")
        self.gaussian = Gaussian(
            channels: gaussian.whole("channels"), place: gaussian.choice("place"),
            variants: gaussian.whole("variants"))
        let random = object.member("random")
        self.random = Random(directions: random.whole("directions"), variants: random.whole("variants"))
        let fusion = object.member("fusion")
        self.fusion = Fusion(
            of: (fusion["of"]?.elements ?? []).compactMap { $0.string.flatMap(Fusion.Member.init) },
            rule: fusion.choice("rule"))
        let external = object.member("external")
        func texts(_ name: String) -> [String] { (external[name]?.elements ?? []).compactMap(\.string) }
        self.external = External(
            files: texts("files"), fit: texts("fit"), score: texts("score"), scores: external["scores"]?.bool ?? false,
            timeoutSeconds: external.whole("timeoutSeconds"), maps: external["maps"]?.string)
    }
}
