/// `retrain`: the nightly training on new normal images.
public struct RetrainSection: Sendable, Equatable {
    public enum Start: String, Sendable { case warm, scratch }

    /// The images of earlier nights that are still used.
    public enum Window: Sendable, Equatable {
        case all
        case days(Int)
        case reservoir(Int)
    }

    /// The allowed losses of a new model compared with another one, from 0 to 1.
    public struct Bounds: Sendable, Equatable {
        public var falseAlarms, recall, criterion: Double

        init(_ object: JSONValue) {
            falseAlarms = object.decimal("falseAlarms")
            recall = object.decimal("recall")
            criterion = object.decimal("criterion")
        }

        /// The bounds compared with the anchor, by default twice those compared with the model in production.
        init(anchor object: JSONValue?, beside bounds: Bounds) {
            func bound(_ key: String, _ bound: Double) -> Double { object?[key]?.double ?? min(1, 2 * bound) }
            falseAlarms = bound("falseAlarms", bounds.falseAlarms)
            recall = bound("recall", bounds.recall)
            criterion = bound("criterion", bounds.criterion)
        }
    }

    /// The conditions of promotion.
    public struct Gate: Sendable, Equatable {
        /// Compared with the model in production.
        public var bounds: Bounds
        /// Compared with the anchor.
        public var anchor: Bounds
        public var labelled: ManifestPath?
        public var significance: Double
    }

    public var incoming: ManifestPath
    public var settleSeconds: Int
    /// The registered name of the models; `nil` for the job's name.
    public var model: String?
    /// A registered model or the hexadecimal digest of a model; `nil` if the first night trains it.
    public var base: String?
    public var start: Start
    public var stepsPerImage, maximumSteps: Int
    public var learningRate: Double
    /// The fraction of old images, 0 to 0.95.
    public var replay: Double
    public var window: Window
    /// The Hamming distance of 256-bit hashes up to which images are duplicates.
    public var nearDuplicate: Int
    /// The normalised score from which images are quarantined.
    public var screening: Double
    public var gate: Gate

    /// - Parameters:
    ///   - object: the section of the resolved manifest.
    ///   - folder: the base of relative paths.
    public init(_ object: JSONValue, folder: String) {
        incoming = ManifestPath(object.text("incoming"), relativeTo: folder)
        settleSeconds = object.whole("settleSeconds")
        model = object["model"]?.string
        base = object["base"]?.string
        start = object.choice("start")
        stepsPerImage = object.whole("stepsPerImage")
        maximumSteps = object.whole("maximumSteps")
        learningRate = object.decimal("learningRate")
        replay = object.decimal("replay")
        let window = object.member("window")
        self.window =
            switch window.text("kind") {
            case "days": .days(window.whole("days"))
            case "reservoir": .reservoir(window.whole("size"))
            default: .all
            }
        nearDuplicate = object.whole("nearDuplicate")
        screening = object.decimal("screening")
        let gate = object.member("gate")
        let bounds = Bounds(gate)
        self.gate = Gate(
            bounds: bounds, anchor: Bounds(anchor: gate["anchor"], beside: bounds),
            labelled: gate["labelled"]?.string.map { ManifestPath($0, relativeTo: folder) },
            significance: gate.decimal("significance"))
    }
}
