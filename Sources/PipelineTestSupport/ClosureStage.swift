import ContentStore
import Pipeline

/// A stage whose work is a closure, for tests of the machinery around stages.
public struct ClosureStage: Stage {
    public static let name = "closure"
    public static let version = 1

    public let parameters: [KeyPart]
    public let outputs: [String]
    private let work: @Sendable (TaskContext) throws -> Void

    /// `label` stands in the key for what the closure does.
    public init(
        _ label: String, outputs: [String] = ["out"], work: @escaping @Sendable (TaskContext) throws -> Void
    ) {
        parameters = [KeyPart("label", .text(label))]
        self.outputs = outputs
        self.work = work
    }

    public func run(_ context: TaskContext) throws { try work(context) }
}
