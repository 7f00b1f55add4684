/// One way in which a document departs from its schema.
public struct SchemaViolation: Sendable, Hashable {
    /// The keyword of JSON Schema that the value fails.
    public var keyword: String
    /// The faulty value; for a missing member its object, for an unknown member the member.
    public var pointer: JSONPointer
    /// Where that stands in the file; nil for values that no file holds.
    public var position: SourcePosition?
    /// What stands there.
    public var found: String
    /// What the schema allows.
    public var expected: String
    /// What to do about it.
    public var remedy: String
}

extension SchemaViolation: CustomStringConvertible {
    public var description: String {
        let place = pointer == .root ? "the document" : pointer.description
        return "\(place): found \(found); expected \(expected); \(remedy)"
    }
}
