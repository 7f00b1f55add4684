extension SchemaEvaluation {
    /// A value with its address, and where messages about it point to.
    struct Place {
        var value: JSONValue
        var pointer: JSONPointer
        var position: SourcePosition?

        init(_ value: JSONValue, at pointer: JSONPointer, position: SourcePosition? = nil) {
            self.value = value
            self.pointer = pointer
            self.position = position ?? value.position
        }

        func violation(_ keyword: String, found: String? = nil, expected: String, remedy: String) -> SchemaViolation {
            SchemaViolation(
                keyword: keyword, pointer: pointer, position: position, found: found ?? value.summary,
                expected: expected, remedy: remedy)
        }
    }
}
