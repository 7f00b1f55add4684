import ContentStore
import Pipeline

/// A stage whose work is a closure, for tests of the machinery around stages.
public struct ClosureStage: Stage {
    public static let name = "closure"
    public static let version = 1

    /// Stands in the key for what the closure does.
    private let label: String
    public let outputs: [String]
    private let work: @Sendable (TaskContext) throws -> Void

    private enum CodingKeys: String, CodingKey { case label }

    public init(
        _ label: String, outputs: [String] = ["out"], work: @escaping @Sendable (TaskContext) throws -> Void
    ) {
        self.label = label
        self.outputs = outputs
        self.work = work
    }

    public init(from decoder: any Decoder) throws { fatalError("a closure cannot be decoded") }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(label, forKey: .label)
    }

    public static func == (left: ClosureStage, right: ClosureStage) -> Bool { left.label == right.label }

    public func run(_ context: TaskContext) throws { try work(context) }
}
