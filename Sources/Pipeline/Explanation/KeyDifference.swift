import ContentStore

/// A part of a task's key that differs from the key of the last success.
public struct KeyDifference: Sendable, Equatable, CustomStringConvertible {
    public let part: String
    /// The old value; `nil` if the part is new.
    public let old: String?
    /// The new value; `nil` if the part was removed.
    public let new: String?

    /// True if the content of an input differs. Its producer explains the change.
    public var isInput: Bool { part.hasPrefix(Self.inputPrefix) }

    private static let inputPrefix = "input "

    public var description: String {
        let (old, new) = Self.shortened(old ?? "(absent)", new ?? "(absent)")
        return "\(part): \(old) -> \(new)"
    }

    /// Shortens long values, such as lists of images, to the place where they differ.
    private static func shortened(_ old: String, _ new: String) -> (String, String) {
        guard max(old.count, new.count) > 80 else { return (old, new) }
        let context = 20
        let (left, right) = (Array(old), Array(new))
        let shorter = min(left.count, right.count)
        let head = (0..<shorter).first { left[$0] != right[$0] } ?? shorter
        let tail =
            (0..<shorter - head).first { left[left.count - 1 - $0] != right[right.count - 1 - $0] } ?? shorter - head
        func middle(_ text: [Character]) -> String {
            let start = max(head - context, 0)
            let end = min(max(text.count - tail + context, start), text.count)
            return (start > 0 ? "..." : "") + String(text[start..<end]) + (end < text.count ? "..." : "")
        }
        return (middle(left), middle(right))
    }

    /// All differences: stage and version, then parts by name, then inputs in order.
    public static func between(_ old: RecordedKey, _ new: RecordedKey) -> [KeyDifference] {
        var differences: [KeyDifference] = []
        func compare(_ part: String, _ old: String?, _ new: String?) {
            if old != new { differences.append(KeyDifference(part: part, old: old, new: new)) }
        }
        compare("stage", old.stage, new.stage)
        compare("version", "\(old.version)", "\(new.version)")
        let oldParts = Dictionary(old.parts.map { ($0.name, $0) }) { first, _ in first }
        let newParts = Dictionary(new.parts.map { ($0.name, $0) }) { first, _ in first }
        for name in Set(oldParts.keys).union(newParts.keys).sorted() {
            guard oldParts[name]?.digest != newParts[name]?.digest else { continue }
            differences.append(
                KeyDifference(part: name, old: oldParts[name]?.readable, new: newParts[name]?.readable))
        }
        let oldInputs = Dictionary(old.inputs.map { ($0.name, $0.digest.short) }) { first, _ in first }
        for input in new.inputs { compare(inputPrefix + input.name, oldInputs[input.name], input.digest.short) }
        let remaining = Set(new.inputs.map(\.name))
        for input in old.inputs where !remaining.contains(input.name) {
            compare(inputPrefix + input.name, input.digest.short, nil)
        }
        if differences.isEmpty, old.digest != new.digest {
            compare("order of the inputs", names(old.inputs), names(new.inputs))
        }
        return differences
    }

    private static func names(_ inputs: [ActionInput]) -> String { inputs.map(\.name).joined(separator: ", ") }
}
