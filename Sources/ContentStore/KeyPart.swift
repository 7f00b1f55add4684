/// A named value in an action key: a parameter of a stage, a version, a setting that changes the result.
public struct KeyPart: Sendable, Hashable {
    public let name: String
    public let value: KeyValue

    public init(_ name: String, _ value: KeyValue) {
        self.name = name
        self.value = value
    }
}
