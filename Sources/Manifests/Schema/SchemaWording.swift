import Wording

/// Describes in words what a schema allows, for messages and the reference page.
struct SchemaWording {
    let definitions: [String: SchemaNode]

    /// The type of value, or the schema's `title` if it has one: "a whole number", `"sum" or "max"`, "a path".
    func type(of schema: SchemaNode) -> String {
        guard case .keywords(let keywords) = schema else { return "anything" }
        if let title = keywords.title { return title }
        for assertion in keywords.assertions {
            switch assertion {
            case .constant(let value): return JSONSerializer.canonical(value)
            case .enumeration(let values): return Self.list(values.map(JSONSerializer.canonical))
            case .reference(let reference): return type(of: definitions[reference] ?? .constant(true))
            case .oneOf(let schemas), .anyOf(let schemas): return Self.list(schemas.map { type(of: $0) })
            default: continue
            }
        }
        for case .type(let names) in keywords.assertions { return Self.list(names.map(Self.phrase)) }
        return "anything"
    }

    /// Type and range: "a whole number from 1 to 128".
    func expectation(of schema: SchemaNode) -> String {
        let (type, range) = (type(of: schema), range(of: schema))
        return range.isEmpty ? type : "\(type) \(range)"
    }

    /// The range of a number, or the size and form of a text or list: "from 1 to 128", "above 0". "" without a limit.
    func range(of schema: SchemaNode) -> String {
        schema.assertions.flatMap { assertion -> [String] in
            switch assertion {
            case .bounds(let bounds): return Self.words(for: bounds)
            case .not(let excluded):
                for case .bounds(let bounds) in excluded.assertions {
                    return bounds.multipleOf.map { ["not a multiple of \($0.text)"] } ?? []
                }
                return []
            case .minLength(let count): return ["at least \(counted(count, "character"))"]
            case .maxLength(let count): return ["at most \(counted(count, "character"))"]
            case .pattern(let pattern): return ["matches `\(pattern)`"]
            case .minItems(let count): return ["at least \(counted(count, "element"))"]
            case .maxItems(let count): return ["at most \(counted(count, "element"))"]
            case .uniqueItems: return ["no duplicates"]
            case .reference(let reference): return [range(of: definitions[reference] ?? .constant(true))]
            case .oneOf(let schemas), .anyOf(let schemas): return schemas.map { range(of: $0) }
            default: return []
            }
        }.filter { !$0.isEmpty }.joined(separator: ", ")
    }

    private static func words(for bounds: SchemaKeyword.Bounds) -> [String] {
        let upper = bounds.maximum.map { "to \($0.text)" } ?? bounds.exclusiveMaximum.map { "below \($0.text)" }
        let lower = bounds.minimum.map { "from \($0.text)" } ?? bounds.exclusiveMinimum.map { "above \($0.text)" }
        let interval =
            switch (bounds.minimum, bounds.maximum) {
            case (let minimum?, nil) where upper == nil: "at least \(minimum.text)"
            case (nil, let maximum?) where lower == nil: "at most \(maximum.text)"
            default: [lower, upper].compactMap { $0 }.joined(separator: " ")
            }
        return [interval, bounds.multipleOf.map { "a multiple of \($0.text)" } ?? ""]
    }

    /// "a", "a or b", "a, b or c".
    static func list(_ items: [String]) -> String {
        items.count < 2 ? items.joined() : items.dropLast().joined(separator: ", ") + " or " + items[items.count - 1]
    }

    static func phrase(_ type: String) -> String {
        switch type {
        case "null": "null"
        case "boolean": "true or false"
        case "integer": "a whole number"
        case "number": "a number"
        case "string": "a string"
        case "array": "an array"
        default: "an object"
        }
    }
}

extension JSONValue {
    /// A short description for messages: `the string "abc"`, `an array of 3 elements`.
    var summary: String {
        switch content {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let number): "the number \(number.text.abbreviated)"
        case .string(let string): "the string " + JSONSerializer.canonical(.string(string.abbreviated))
        case .array(let elements): "an array of \(counted(elements.count, "element"))"
        case .object(let members): "an object of \(counted(members.count, "member"))"
        }
    }
}

/// Suggests corrections of misspelt names.
package enum Spelling {
    /// Longer names are not compared, which limits the cost of hostile input.
    private static let lengthLimit = 64

    /// Returns the nearest known name within an edit distance of a third of its length, at least 1.
    package static func nearest(to name: String, among known: [String]) -> String? {
        guard name.unicodeScalars.prefix(lengthLimit + 1).count <= lengthLimit else { return nil }
        let typed = Array(name.lowercased().unicodeScalars)
        var best: (name: String, distance: Int)?
        for candidate in known {
            let distance = distance(typed, Array(candidate.lowercased().unicodeScalars))
            let limit = max(1, candidate.unicodeScalars.count / 3)
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// The optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for (row, scalar) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var cost = min(
                    previous[column] + (scalar == other ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, scalar == right[column - 1], left[row - 1] == other {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
