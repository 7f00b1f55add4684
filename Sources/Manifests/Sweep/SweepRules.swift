import Wording

/// Checks of a sweep: its schema and relations between its keys.
struct SweepRules {
    private let file: String
    private let document: JSONValue
    private var violations: [ManifestViolation] = []

    /// Returns every violation, ordered by position. Relations are checked only if the schema is satisfied.
    static func violations(of document: JSONValue, file: String) -> [ManifestViolation] {
        let violations = ManifestSchema.sweep.validator.violations(of: document)
        guard violations.isEmpty else { return violations.map { explained($0, file: file) } }
        var rules = SweepRules(file: file, document: document)
        rules.checkParameters()
        if rules.violations.isEmpty { rules.checkCount() }
        return rules.violations.sorted(byPosition: \.position)
    }

    private init(file: String, document: JSONValue) {
        self.file = file
        self.document = document
    }

    private var isRandom: Bool { document["search"]?["method"]?.string == "random" }

    private var members: [JSONMember] { document["parameters"]?.members ?? [] }

    /// Adds reasons that the schema cannot express.
    private static func explained(_ violation: SchemaViolation, file: String) -> ManifestViolation {
        var result = ManifestViolation(violation, file: file)
        let tokens = violation.pointer.tokens
        if tokens == ["rankBy"] {
            result.expected =
                "\"criterion\", which needs no labels: test metrics must not select the settings that they evaluate"
            result.remedy = "write \"criterion\", or remove the key; test metrics are listed separately"
        } else if tokens.count == 2, tokens[0] == "parameters", violation.keyword == "pattern" {
            result.expected = "a JSON Pointer to a key of the job's manifest, such as /training/learningRate"
            let meant = "/" + tokens[1].replacing(".", with: "/")
            let isKey = JSONPointer(parsing: meant).map { SearchableKey.fault($0) == nil } ?? false
            result.remedy = isKey ? "did you mean \(meant)?" : "start with '/'"
        }
        return result
    }

    private mutating func checkParameters() {
        if members.isEmpty {
            report(
                [], document["parameters"], found: "no parameters", expected: "at least one key to vary",
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
                        found: "\(pointer) beside \(other)", expected: "keys that do not contain each other",
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
                [member.name], member.value, found: "a range", expected: "a list of values for a grid search",
                remedy: "list the values, or set the method of \"search\" to \"random\"")
        }
        for (name, bound) in [("min", range.min), ("max", range.max)] where range.isInteger && bound.integer == nil {
            report(
                [member.name, name], member.value[name], found: "the number \(bound.text)",
                expected: "a whole number, because \"integer\" is true", remedy: "round it")
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

    /// Reports a grid above the limit, or more samples than combinations.
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
                        counted(samples, "sample") + " of " + counted(combinations, "combination"),
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

/// Decides whether a sweep may vary a key of the job manifest.
enum SearchableKey {
    struct Fault {
        var found: String
        var expected: String
        var remedy: String
    }

    private static let seeds = Fault(
        found: "a seed of the training", expected: "another key, because all trials use the same seeds",
        remedy: "list seeds in \"seeds\" of the sweep")

    /// Returns `nil` for a key that affects the model or its scores, but not the data set.
    static func fault(_ pointer: JSONPointer) -> Fault? {
        let tokens = pointer.tokens
        if let fault = unknown(tokens) { return fault }
        switch tokens[0] {
        case "$schema", "name", "description", "paths":
            return Fault(
                found: "\(pointer), which changes no result", expected: "a key that affects the model",
                remedy: "remove it")
        case "variants":
            return Fault(
                found: "the variants of a job", expected: "another key, because trials are variants themselves",
                remedy: "vary the keys that the variants change")
        case "dataset":
            return Fault(
                found: "\(pointer), a key of the data set",
                expected: "another key, because the criterion compares trials on the same images",
                remedy: "remove it, or write a sweep for each data set")
        case "training" where tokens.count > 1 && ["seed", "seeds"].contains(tokens[1]): return seeds
        default: return nil
        }
    }

    /// Returns `nil` for a value that changes no seeds.
    static func fault(_ value: JSONValue, at pointer: JSONPointer) -> Fault? {
        guard pointer.tokens == ["training"], value["seed"] != nil || value["seeds"] != nil else { return nil }
        return seeds
    }

    private static func unknown(_ tokens: [String]) -> Fault? {
        var node = ManifestSchema.job.validator.root
        var parent = JSONPointer.root
        for token in tokens {
            if let property = node.properties.first(where: { $0.name.utf8.elementsEqual(token.utf8) }) {
                node = property.schema
                parent = parent.appending(token)
                continue
            }
            let known = node.properties.map(\.name)
            let found = "\"\(parent.appending(token).description.abbreviated)\", which is not a key of job manifests"
            guard !known.isEmpty else {
                return Fault(found: found, expected: "the pointer \(parent)", remedy: "end the pointer there")
            }
            let keys = known.map { parent.appending($0) }.filter { fault($0) == nil }.map(\.description)
            let nearest = Spelling.nearest(to: token, among: known).map { parent.appending($0) }
            return Fault(
                found: found, expected: "one of \(keys.joined(separator: ", "))",
                remedy: nearest.map { "did you mean \($0)?" } ?? "write one of these")
        }
        return nil
    }
}
