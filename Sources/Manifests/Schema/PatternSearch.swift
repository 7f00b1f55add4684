/// Regular expressions as JSON Schema uses them: searched for anywhere in the string, over Unicode scalars.
///
/// `$` is the end of the string alone, as in ECMA-262, so "name\n" does not match `^name$`.
struct PatternSearch {
    private var compiled: [String: Regex<AnyRegexOutput>] = [:]

    static func isValid(_ pattern: String?) -> Bool {
        guard let pattern else { return false }
        return (try? Regex(pattern)) != nil
    }

    /// - Parameter pattern: one for which ``isValid(_:)`` holds.
    mutating func matches(_ pattern: String, in text: String) -> Bool {
        let regex: Regex<AnyRegexOutput>
        if let known = compiled[pattern] {
            regex = known
        } else if let new = try? Regex(pattern).matchingSemantics(.unicodeScalar) {
            regex = new
            compiled[pattern] = new
        } else {
            fatalError("the pattern '\(pattern)' was not checked before its use")
        }
        return text.firstMatch(of: regex) != nil
    }
}
