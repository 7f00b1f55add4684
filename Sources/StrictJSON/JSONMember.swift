/// One name and value of a JSON object, in the order of the text.
public struct JSONMember: Sendable {
    public var name: String
    /// Where the name stands in its file; nil for members that no file holds.
    public var namePosition: SourcePosition?
    public var value: JSONValue

    public init(_ name: String, _ value: JSONValue, namePosition: SourcePosition? = nil) {
        self.name = name
        self.namePosition = namePosition
        self.value = value
    }

    /// JSON names are equal when their Unicode scalars are; Swift's `==` would also equate canonical equivalents.
    package func isNamed(_ other: String) -> Bool { name.utf8.elementsEqual(other.utf8) }
}
