/// What a sweep must fulfil by itself: its schema, and beyond that relations between its keys.
struct SweepRules {
    private let file: String
    private let document: JSONValue
    private var violations: [ManifestViolation] = []

    /// Every violation, by its place: first of the schema, then, where there is none, of the relations.
    static func violations(of document: JSONValue, file: String) -> [ManifestViolation] {
        let violations = SweepSchema.validator.violations(of: document)
        guard violations.isEmpty else { return violations.map { explained($0, file: file) } }
        var rules = SweepRules(file: file, document: document)
        rules.checkParameters()
        if rules.violations.isEmpty { rules.checkCount() }
        return rules.violations.sorted(byPlace: \.position)
    }

    private init(file: String, document: JSONValue) {
        self.file = file
        self.document = document
    }

    private var isRandom: Bool { document["search"]?["method"]?.string == "random" }

    private var members: [JSONMember] { document["parameters"]?.members ?? [] }

    /// Says why, where the schema can only say what.
    private static func explained(_ violation: SchemaViolation, file: String) -> ManifestViolation {
        var result = ManifestViolation(
            file: file, pointer: violation.pointer, position: violation.position, found: violation.found,
            expected: violation.expected, remedy: violation.remedy)
        let tokens = violation.pointer.tokens
        if tokens == ["rankBy"] {
            result.expected =
                "\"criterion\", which needs no label: metrics of test images take no part in any choice, as settings "
                + "that were chosen by them would no longer be tested by them"
            result.remedy = "write \"criterion\", or remove the key; the test metrics are listed beside the ranking"
        } else if tokens.count == 2, tokens[0] == "parameters", violation.keyword == "pattern" {
            result.expected = "a JSON Pointer to a key of the job's manifest, such as /training/learningRate"
            let meant = "/" + tokens[1].replacing(".", with: "/")
            let isKey = JSONPointer(parsing: meant).map { SearchableKey.fault($0) == nil } ?? false
            result.remedy = isKey ? "did you mean \(meant)?" : "write one, beginning with '/'"
        }
        return result
    }

    private mutating func checkParameters() {
        if members.isEmpty {
            report(
                [], document["parameters"], found: "no parameter", expected: "at least one key to vary",
                remedy: "name it by its JSON Pointer, such as /training/learningRate")
        }
        var pointers: [JSONPointer] = []
        for member in members {
            guard let pointer = JSONPointer(parsing: member.name) else { continue }
            if let fault = SearchableKey.fault(pointer) {
                report([member.name], at: member.namePosition, fault)
            } else if let other = pointers.first(where: { $0.contains(pointer) || pointer.contains($0) }) {
                report(
                    [member.name], at: member.namePosition,
                    SearchableKey.Fault(
                        found: "\(pointer) beside \(other)", expected: "keys of which none is a part of another",
                        remedy: "remove one of them"))
            }
            pointers.append(pointer)
            for (index, value) in (member.value.elements ?? []).enumerated() {
                guard let fault = SearchableKey.fault(value, at: pointer) else { continue }
                report([member.name, "\(index)"], at: value.position, fault)
            }
            if member.value.members != nil { checkRange(member) }
        }
    }

    private mutating func checkRange(_ member: JSONMember) {
        let range = SweepRange(member.value)
        if !isRandom {
            report(
                [member.name], member.value, found: "a range", expected: "a list of values, as a grid tries each",
                remedy: "list the values, or set the method of \"search\" to \"random\"")
        }
        for (name, bound) in [("min", range.min), ("max", range.max)] where range.isInteger && bound.integer == nil {
            report(
                [member.name, name], member.value[name], found: "the number \(bound.text)",
                expected: "a whole number, as \"integer\" is true", remedy: "round it")
        }
        if range.min.double >= range.max.double {
            report(
                [member.name, "min"], member.value["min"],
                found: "\(range.min.text) where max is \(range.max.text)", expected: "less than max",
                remedy: "lower it, raise max, or list the values")
        }
        if range.isLogarithmic, range.isInteger ? range.min.double < 1 : range.min.double <= 0 {
            report(
                [member.name, "min"], member.value["min"], found: "\(range.min.text) on a logarithmic scale",
                expected: range.isInteger ? "at least 1" : "more than 0",
                remedy: "raise it, or set scale to \"linear\"")
        }
    }

    /// A grid beyond the limit, or more draws than there are combinations.
    private mutating func checkCount() {
        var combinations: Int? = 1
        for member in members {
            guard let known = combinations, let count = SweepParameter(member).valueCount else {
                combinations = nil
                break
            }
            let (product, isOverflow) = known.multipliedReportingOverflow(by: count)
            combinations = isOverflow ? .max : product
        }
        guard let combinations else { return }
        let samples = document["search"]?["samples"]?.integer
        if isRandom, let samples, samples > combinations {
            violations.append(
                ManifestViolation(
                    file: file, pointer: .root.appending("search").appending("samples"),
                    position: document["search"]?["samples"]?.position,
                    found:
                        "\(samples) samples where there \(combinations == 1 ? "is 1 combination" : "are \(combinations) combinations")",
                    expected: "at most \(combinations)",
                    remedy: "lower it, or set the method to \"grid\""))
        } else if !isRandom, combinations > SearchMethod.trialLimit {
            report(
                [], document["parameters"], found: "\(combinations) combinations",
                expected: "at most \(SearchMethod.trialLimit)",
                remedy: "list fewer values, or set the method of \"search\" to \"random\"")
        }
    }

    private mutating func report(_ path: [String], at position: SourcePosition?, _ fault: SearchableKey.Fault) {
        let pointer = path.reduce(JSONPointer.root.appending("parameters")) { $0.appending($1) }
        violations.append(
            ManifestViolation(
                file: file, pointer: pointer, position: position, found: fault.found, expected: fault.expected,
                remedy: fault.remedy))
    }

    private mutating func report(
        _ path: [String], _ value: JSONValue?, found: String, expected: String, remedy: String
    ) {
        report(
            path, at: value?.position, SearchableKey.Fault(found: found, expected: expected, remedy: remedy))
    }
}
