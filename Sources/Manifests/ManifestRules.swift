/// Checks beyond the schema: relations between keys of a manifest.
struct ManifestRules {
    private let file: String
    let resolved: JSONValue
    private var violations: [ManifestViolation] = []

    private init(file: String, resolved: JSONValue) {
        self.file = file
        self.resolved = resolved
    }

    /// Returns every violation, ordered by position. Relations are checked only if the schema is satisfied; in the
    /// manifest, in each of its variants and for each category.
    static func violations(of document: JSONValue, file: String) -> [ManifestViolation] {
        let violations = singleViolations(of: document, file: file)
        guard violations.isEmpty else { return violations }
        if let excess = ManifestSize(document).violation(file: file) { return [excess] }
        let changes = categoryViolations(of: document.removing("variants"), file: file)
        guard changes.isEmpty else { return changes }
        var found: [ManifestViolation] = []
        for variant in document["variants"]?.members ?? [] {
            let pointer = JSONPointer.root.appending("variants").appending(variant.name)
            let merged = JSONMergePatch.apply(variant.value, to: document.removing("variants"))
            let own = singleViolations(of: merged, file: file)
            for var violation in own.isEmpty ? categoryViolations(of: merged, file: file) : own {
                // The position of the whole document does not lead to the patch.
                if violation.pointer == .root { violation.position = variant.value.position }
                violation.pointer = violation.pointer.within(pointer)
                found.append(violation)
            }
        }
        return found + duplicateCases(of: document, file: file)
    }

    /// Returns the violations of the manifests with the patches of single categories.
    private static func categoryViolations(of document: JSONValue, file: String) -> [ManifestViolation] {
        var found: [ManifestViolation] = []
        for change in document["perCategory"]?.members ?? [] {
            let pointer = JSONPointer.root.appending("perCategory").appending(change.name)
            for key in ["seed", "seeds"] {
                guard let value = change.value["training"]?[key] else { continue }
                found.append(
                    ManifestViolation(
                        file: file, pointer: pointer.appending("training").appending(key), position: value.position,
                        found: "seeds for a single category", expected: "the same seeds for all categories",
                        remedy: "set them in the manifest itself or in a variant"))
            }
            let merged = JSONMergePatch.apply(change.value, to: document.removing("perCategory"))
            for var violation in singleViolations(of: merged, file: file) {
                if violation.pointer == .root { violation.position = change.value.position }
                violation.pointer = violation.pointer.within(pointer)
                found.append(violation)
            }
        }
        return found
    }

    private static func singleViolations(of document: JSONValue, file: String) -> [ManifestViolation] {
        // A preset can be merged only into a document of the right types.
        let violations = ManifestSchema.job.validator.violations(of: document)
        guard violations.isEmpty else { return violations.map { ManifestViolation($0, file: file) } }
        var rules = ManifestRules(file: file, resolved: Preset.resolved(document))
        return rules.check()
    }

    private static func duplicateCases(of document: JSONValue, file: String) -> [ManifestViolation] {
        var names: Set<String> = []
        return CaseExpansion.expand(document).compactMap { expansion in
            guard !names.insert(expansion.name).inserted else { return nil }
            return ManifestViolation(
                file: file, pointer: .root.appending("variants"), position: document["variants"]?.position,
                found: "two cases named \"\(expansion.name)\"", expected: "distinct names of cases",
                remedy: "rename a variant")
        }
    }

    private mutating func check() -> [ManifestViolation] {
        for range in ["patches", "size", "opacity", "softness"] {
            let path = ["corruption", "structured", range]
            requireOrder(path + ["min"], isAtMost: path + ["max"])
        }
        requireOrder(["corruption", "nsa", "resize", "min"], isAtMost: ["corruption", "nsa", "resize", "max"])
        requireWeight(in: ["corruption", "structured", "shapes"])
        requireWeight(in: ["corruption", "structured", "contents"])
        checkTraining()
        checkImage()
        let levels = number("scoring", "levels")
        if levels.double > 1, string("scoring", "normalization") == "none" {
            report(
                ["scoring", "levels"], found: "\(levels.text) levels without normalization",
                expected: "a normalization, because the levels differ by orders of magnitude",
                remedy: "set scoring.normalization to expectedError or localContrast, or levels to 1")
        }
        let kind = string("detector", "kind") ?? ""
        if ["memory", "gaussian", "random"].contains(kind), string("engine", "precision") == "bfloat16" {
            report(
                ["engine", "precision"], found: "bfloat16 with the detector \(kind)",
                expected: "float32 or auto: features of a pretrained network are computed in float32",
                remedy: "remove \"precision\", or set it for the detector ssae in a variant or category")
        }
        if kind == "external" { checkProgram() }
        if string("engine", "name") == "openblas", string("engine", "precision") == "bfloat16" {
            report(
                ["engine", "precision"], found: "bfloat16 with the engine openblas", expected: "float32 or auto",
                remedy: "choose the engine onednn, or the precision float32")
        }
        return violations.sorted(byPosition: \.position)
    }

    private mutating func checkTraining() {
        let (steps, warmup) = (number("training", "steps"), number("training", "warmupSteps"))
        if warmup.double >= steps.double {
            report(
                ["training", "warmupSteps"], found: "\(warmup.text) warm-up steps in \(steps.text) training steps",
                expected: "fewer warm-up steps than training steps",
                remedy: "set warmupSteps below \(steps.text), or raise steps")
        }
        requireOrder(["training", "finalLearningRate"], isAtMost: ["training", "learningRate"])
        let (candidates, kind) = (number("training", "candidates"), string("detector", "kind") ?? "")
        if candidates.double > 1, ["segmentation", "fusion", "auto"].contains(kind) {
            report(
                ["training", "candidates"],
                found: "\(candidates.text) checkpoints to choose from with the detector \(kind)",
                expected: "1: only ssae chooses among checkpoints", remedy: "remove it, or set detector.kind to ssae")
        }
        if let stop = value(["training"])["stopAfter"]?.number, stop.double > steps.double {
            report(
                ["training", "stopAfter"], found: "a stop after step \(stop.text) of \(steps.text)",
                expected: "at most \(steps.text)", remedy: "lower stopAfter, or remove it to train to the end")
        }
    }

    mutating func requireOrder(_ lower: [String], isAtMost upper: [String]) {
        let (low, high) = (value(lower), value(upper))
        guard let lowNumber = low.number, let highNumber = high.number, lowNumber.double > highNumber.double else {
            return
        }
        let limit = "\(upper[upper.count - 1]) is \(highNumber.text)\(high.position == nil ? " by default" : "")"
        report(
            lower, found: "\(lowNumber.text)\(low.position == nil ? " (the default)" : "") where \(limit)",
            expected: "at most \(highNumber.text)", remedy: "lower it, or raise \(upper[upper.count - 1])")
    }

    mutating func requireWeight(in path: [String]) {
        let members = value(path).members ?? []
        guard members.allSatisfy({ $0.value.double == 0 }) else { return }
        report(path, found: "only weights of 0", expected: "at least one above 0", remedy: "raise one of them")
    }

    func value(_ path: [String]) -> JSONValue {
        path.reduce(resolved) { value, key in
            if let elements = value.elements, let number = Int(key) { elements[number] } else { value.member(key) }
        }
    }

    func string(_ path: String...) -> String? { value(path).string }

    func number(_ path: String...) -> JSONNumber {
        guard let number = value(path).number else { fatalError("\(path) must be a number after validation") }
        return number
    }

    /// Reports a violation at the value, or for a default at the nearest enclosing value in the file.
    mutating func report(_ path: [String], found: String, expected: String, remedy: String) {
        let enclosing = path.indices.map { value(Array(path[...$0])).position }
        let position = enclosing.reversed().compactMap { $0 }.first ?? resolved.position
        violations.append(
            ManifestViolation(
                file: file, pointer: path.reduce(.root) { $0.appending($1) }, position: position, found: found,
                expected: expected, remedy: remedy))
    }
}
