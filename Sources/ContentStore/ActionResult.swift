/// What the store knows about a finished action.
public struct ActionResult: Sendable, Hashable {
    /// In the order in which the stage declares them.
    public let outputs: [ActionOutput]
    /// Further blobs that the outputs refer to; they live as long as the action does. Sorted, without repetition.
    public let references: [Digest]
    /// What the stage warned about, so that a cached result still does.
    public let warnings: [String]

    public init(outputs: [ActionOutput], references: [Digest] = [], warnings: [String] = []) {
        self.outputs = outputs
        self.references = references.count < 2 ? references : Array(Set(references)).sorted()
        self.warnings = warnings
    }

    /// The digest of the output called `name`.
    public func digest(of name: String) -> Digest? { outputs.first { $0.name == name }?.digest }
}
