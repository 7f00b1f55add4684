/// A JSON value with its position in a file.
///
/// Equality ignores positions and the order of members. Numbers compare numerically, strings by scalars, and a boolean
/// never equals a number.
public struct JSONValue: Sendable {
    /// The six kinds of JSON values. Objects keep the order of their members.
    public enum Content: Sendable {
        case null
        case bool(Bool)
        case number(JSONNumber)
        case string(String)
        case array([JSONValue])
        case object([JSONMember])
    }

    public var content: Content
    /// The start of the value in its file; nil for values without a file, such as defaults.
    public var position: SourcePosition?

    public init(_ content: Content, at position: SourcePosition? = nil) {
        self.content = content
        self.position = position
    }

    public static var null: Self { Self(.null) }
    public static func bool(_ value: Bool) -> Self { Self(.bool(value)) }
    public static func number(_ value: JSONNumber) -> Self { Self(.number(value)) }
    public static func number(_ value: Int) -> Self { Self(.number(JSONNumber(value))) }
    public static func number(_ value: Double) -> Self { Self(.number(JSONNumber(value))) }
    public static func string(_ value: String) -> Self { Self(.string(value)) }
    public static func array(_ elements: [JSONValue]) -> Self { Self(.array(elements)) }
    public static func object(_ members: [JSONMember]) -> Self { Self(.object(members)) }

    public var isNull: Bool { if case .null = content { true } else { false } }
    public var bool: Bool? { if case .bool(let value) = content { value } else { nil } }
    public var number: JSONNumber? { if case .number(let value) = content { value } else { nil } }
    public var double: Double? { number?.double }
    public var integer: Int? { number?.integer }
    public var string: String? { if case .string(let value) = content { value } else { nil } }
    public var elements: [JSONValue]? { if case .array(let elements) = content { elements } else { nil } }
    public var members: [JSONMember]? { if case .object(let members) = content { members } else { nil } }

    /// The value of this member; nil without it, and for values other than objects.
    public subscript(name: String) -> JSONValue? { members?.first { $0.isNamed(name) }?.value }

    /// "null", "boolean", "integer", "number", "string", "array" or "object".
    public var typeName: String {
        switch content {
        case .null: "null"
        case .bool: "boolean"
        case .number(let number): number.isWhole ? "integer" : "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// The value with this member set, at its old place if it exists, else at the end. Traps unless it is an object.
    public func setting(_ name: String, to value: JSONValue) -> JSONValue {
        guard var members else { fatalError("a \(typeName) has no member '\(name)' to set") }
        if let index = members.firstIndex(where: { $0.isNamed(name) }) {
            members[index].value = value
        } else {
            members.append(JSONMember(name, value))
        }
        return JSONValue(.object(members), at: position)
    }

    /// The value without this member. Traps unless it is an object.
    public func removing(_ name: String) -> JSONValue {
        guard let members else { fatalError("a \(typeName) has no member '\(name)' to remove") }
        return JSONValue(.object(members.filter { !$0.isNamed(name) }), at: position)
    }
}

extension JSONValue: Equatable {
    public static func == (left: Self, right: Self) -> Bool {
        switch (left.content, right.content) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)):
            left.count == right.count
                && zip(left.sortedByName(), right.sortedByName()).allSatisfy {
                    $0.isNamed($1.name) && $0.value == $1.value
                }
        default: false
        }
    }
}

extension [JSONMember] {
    /// The members sorted by the Unicode scalars of their names, which is the order of their UTF-8 bytes.
    package func sortedByName() -> [JSONMember] {
        sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
}

/// A member of a JSON object.
public struct JSONMember: Sendable {
    public var name: String
    /// The position of the name in its file; nil without a file.
    public var namePosition: SourcePosition?
    public var value: JSONValue

    public init(_ name: String, _ value: JSONValue, namePosition: SourcePosition? = nil) {
        self.name = name
        self.namePosition = namePosition
        self.value = value
    }

    /// Compares Unicode scalars, as JSON does; `==` would equate canonical equivalents.
    package func isNamed(_ other: String) -> Bool { name.utf8.elementsEqual(other.utf8) }
}
