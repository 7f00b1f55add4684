/// `detector`: how anomalies are found.
public struct DetectorSection: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        /// The autoencoder.
        case ssae
        /// A network that marks defects in an image and the autoencoder's reconstruction of it.
        case segmentation
        /// A memory of the features of normal patches.
        case memory
        /// Normal distributions of such features.
        case gaussian
        /// Distances along random directions of feature space.
        case random
        /// Several of these at once.
        case fusion
        /// Candidates, of which one is taken by its criterion.
        case auto
        /// A program of the user, or maps that it wrote before.
        case external
    }

    /// A detector of one kind, as a part of `fusion` or a candidate of `auto`.
    public enum Single: String, Sendable, CaseIterable {
        case ssae, segmentation, memory
        case gaussianEach = "gaussian-each"
        case gaussianAll = "gaussian-all"
        case random
    }

    /// How a patch's distance is related to the density of the memory there.
    public enum Density: String, Sendable, CaseIterable {
        case none, subtract, divide
    }

    /// `detector.segmentation`.
    public struct Segmentation: Sendable, Equatable {
        public var baseWidth: Int
        /// The share of the autoencoder's shards on which the network is trained, the last ones.
        public var share: Double
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
        public enum Rule: String, Sendable, CaseIterable {
            case mean, max, learned
        }

        public var of: [Single]
        public var rule: Rule
    }

    /// `detector.auto`.
    public struct Auto: Sendable, Equatable {
        public enum Candidate: Sendable, Equatable {
            case single(Single)
            case fusion

            init?(_ name: String) {
                if name == "fusion" {
                    self = .fusion
                } else if let single = Single(rawValue: name) {
                    self = .single(single)
                } else {
                    return nil
                }
            }
        }

        public var of: [Candidate]
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
    /// A name or a digest. Used by kinds on features of a pretrained network.
    public var backbone: String
    public var taps: [String]
    /// True if patches outside the object are left out. Used by kinds on features of a
    /// pretrained network.
    public var foreground: Bool
    public var segmentation: Segmentation
    public var memory: Memory
    public var gaussian: Gaussian
    public var random: Random
    public var fusion: Fusion
    public var auto: Auto
    public var external: External

    /// - Parameter object: the section of the resolved manifest.
    public init(_ object: JSONValue) {
        kind = object.choice("kind")
        backbone = object.text("backbone")
        taps = (object["taps"]?.elements ?? []).compactMap(\.string)
        foreground = object.flag("foreground")
        let segmentation = object.member("segmentation")
        self.segmentation = Segmentation(
            baseWidth: segmentation.whole("baseWidth"), share: segmentation.decimal("share"))
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
            of: (fusion["of"]?.elements ?? []).compactMap { $0.string.flatMap(Single.init) },
            rule: fusion.choice("rule"))
        auto = Auto(
            of: (object.member("auto")["of"]?.elements ?? []).compactMap { $0.string.flatMap(Auto.Candidate.init) })
        let external = object.member("external")
        func texts(_ name: String) -> [String] { (external[name]?.elements ?? []).compactMap(\.string) }
        self.external = External(
            files: texts("files"), fit: texts("fit"), score: texts("score"), scores: external["scores"]?.bool ?? false,
            timeoutSeconds: external.whole("timeoutSeconds"), maps: external["maps"]?.string)
    }
}
