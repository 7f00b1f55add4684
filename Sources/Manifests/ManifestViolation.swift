/// One fault of a manifest.
public struct ManifestViolation: Sendable, Hashable {
    public var file: String
    /// The faulty value; for a missing key its object, for an unknown key the key. The root for faults of the whole file.
    public var pointer: JSONPointer
    /// Where that stands in the file; nil for files that could not be read.
    public var position: SourcePosition?
    /// What stands there.
    public var found: String
    /// What a manifest has there.
    public var expected: String
    /// What to do about it.
    public var remedy: String

    public init(
        file: String, pointer: JSONPointer = .root, position: SourcePosition? = nil, found: String, expected: String,
        remedy: String
    ) {
        self.file = file
        self.pointer = pointer
        self.position = position
        self.found = found
        self.expected = expected
        self.remedy = remedy
    }
}

extension ManifestViolation: CustomStringConvertible {
    /// "FILE:LINE:COLUMN: POINTER: found ...; expected ...; remedy".
    public var description: String {
        let place = position.map { "\(file):\($0): " } ?? "\(file): "
        return place + (pointer == .root ? "" : "\(pointer): ") + "found \(found); expected \(expected); \(remedy)"
    }
}
