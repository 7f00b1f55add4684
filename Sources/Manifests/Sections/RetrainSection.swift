/// `retrain`: what a night does with new normal images.
public struct RetrainSection: Sendable, Equatable {
    public enum Start: String, Sendable { case warm, scratch }

    /// Which of the images of earlier nights still take part.
    public enum Window: Sendable, Equatable {
        case all
        case days(Int)
        case reservoir(Int)
    }

    /// How much worse than another one the new model may be, as shares from 0 to 1.
    public struct Bounds: Sendable, Equatable {
        public var falseAlarms, recall, criterion: Double

        init(_ object: JSONValue) {
            falseAlarms = object.decimal("falseAlarms")
            recall = object.decimal("recall")
            criterion = object.decimal("criterion")
        }

        /// Those beside the anchor; by default twice as wide as those beside the model in production.
        init(anchor object: JSONValue?, beside bounds: Bounds) {
            func bound(_ key: String, _ usual: Double) -> Double {
                object?[key] == nil ? min(1, 2 * usual) : object!.decimal(key)
            }
            falseAlarms = bound("falseAlarms", bounds.falseAlarms)
            recall = bound("recall", bounds.recall)
            criterion = bound("criterion", bounds.criterion)
        }
    }

    /// What the new model may lose and still be promoted.
    public struct Gate: Sendable, Equatable {
        /// Beside the model in production.
        public var bounds: Bounds
        /// Beside the anchor.
        public var anchor: Bounds
        public var labelled: ManifestPath?
        public var significance: Double
    }

    public var incoming: ManifestPath
    public var settleSeconds: Int
    /// Nil for the job's name.
    public var model: String?
    /// A registered model, or the digest of one in hexadecimal; nil where the first night makes it.
    public var base: String?
    public var start: Start
    public var stepsPerImage, maximumSteps: Int
    public var learningRate: Double
    /// Share of old images, 0 to 0.95.
    public var replay: Double
    public var window: Window
    /// Bits of 256.
    public var nearDuplicate: Int
    /// A normalised score.
    public var screening: Double
    public var gate: Gate

    /// - Parameters:
    ///   - object: the section of a resolved manifest.
    ///   - folder: the folder that relative paths start from.
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
