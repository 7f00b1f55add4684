/// Checks beyond the schema: relations between keys of a manifest.
struct ManifestRules {
    private let file: String
    private let resolved: JSONValue
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
        if let stop = value(["training"])["stopAfter"]?.number, stop.double > steps.double {
            report(
                ["training", "stopAfter"], found: "a stop after step \(stop.text) of \(steps.text)",
                expected: "at most \(steps.text)", remedy: "lower stopAfter, or remove it to train to the end")
        }
    }

    private mutating func checkProgram() {
        let program = ["detector", "external"]
        let section = value(program)
        func words(_ key: String) -> [JSONValue] { section[key]?.elements ?? [] }
        if section["maps"] != nil { return checkMaps(program, words) }
        if words("score").isEmpty {
            report(
                program + ["score"], found: "no command", expected: "the program that scores images, and its arguments",
                remedy: "write it as a list, such as [\"python3\", \"detector.py\", \"score\"]")
        }
        for key in ["fit", "score"] {
            for (number, word) in words(key).enumerated() {
                let text = word.string ?? ""
                guard number == 0 && text.isEmpty || text.utf8.contains(0) else { continue }
                report(
                    program + [key, "\(number)"],
                    found: text.isEmpty ? "an empty name of a program" : "the character U+0000",
                    expected: "a word that a command can have", remedy: "correct it")
            }
        }
        for (number, file) in words("files").enumerated() {
            let parts = (file.string ?? "").split(separator: "/", omittingEmptySubsequences: false)
            let place = program + ["files", "\(number)"]
            if parts.contains("..") || parts.contains(".") || parts.contains("") {
                report(
                    place, found: "\"\(file.string ?? "")\"",
                    expected: "a path within the folder of the manifest, without . and ..",
                    remedy: "put the file beside the manifest or into a folder there")
            } else if ["train", "model", "images", "maps", "scores.json", "tmp"].contains(parts[0]) {
                report(
                    place, found: "\"\(parts[0])\", a name that the working folder uses for images and results",
                    expected: "another name", remedy: "rename it")
            }
        }
    }

    /// Only the images as they are have maps.
    private mutating func checkMaps(_ program: [String], _ words: (String) -> [JSONValue]) {
        for key in ["files", "fit", "score"] where !words(key).isEmpty {
            report(
                program + [key], found: "a program beside \"maps\"", expected: "either a program or maps",
                remedy: "remove \"\(key)\" or \"maps\"")
        }
        for change in value(["augmentation"]).members ?? [] where change.value.bool ?? (change.value.double != 0) {
            report(
                ["augmentation", change.name], found: "an augmentation with \"maps\"",
                expected: "none: changed images have no map", remedy: "remove it, or the preset that sets it")
        }
        if value(["image"])["frame"] != nil {
            report(
                ["image", "frame"], found: "a frame with \"maps\"", expected: "whole images, which the maps show",
                remedy: "remove \"frame\"")
        }
        if resolved["retrain"] != nil {
            report(
                program + ["maps"], found: "maps in a manifest with the section retrain",
                expected: "a detector that scores new images", remedy: "give the program itself: \"score\"")
        }
    }

    private mutating func checkImage() {
        let (width, height) = (number("image", "width"), number("image", "height"))
        if let box = value(["scoring"])["boxSize"]?.number, box.double >= min(width.double, height.double) {
            report(
                ["scoring", "boxSize"], found: "\(box.text) for an image of \(width.text) x \(height.text) pixels",
                expected: "less than both sides", remedy: "lower it")
        }
        if let range = value(["image"])["range"], let bounds = range.elements?.compactMap(\.number), bounds.count == 2,
            // Samples have single precision.
            Float(bounds[0].double) >= Float(bounds[1].double)
        {
            report(
                ["image", "range"], found: "the range \(bounds[0].text) to \(bounds[1].text)",
                expected: "the sample value of black, then a larger one of white",
                remedy: "write [0, 4095] for a 12-bit camera, or remove \"range\"")
        }
        if let depth = value(["image"])["depth"]?.number, value(["image"])["range"] != nil {
            report(
                ["image", "depth"], found: "\(depth.text) together with \"range\"",
                expected: "one of them, as both state the sample value of white", remedy: "remove one")
        }
        checkRegion()
        if value(["image", "colour"]).string == "sRGB",
            let key = ["range", "depth"].first(where: { value(["image"])[$0] != nil })
        {
            report(
                ["image", "colour"], found: "\"sRGB\" together with \"\(key)\"",
                expected: "the full range of the files, to which colour profiles apply", remedy: "remove \"\(key)\"")
        }
        checkReduction()
        let tile = value(["image"])["tile"]
        if let tile { checkTile(tile, width, height) }
        let (seenWidth, seenHeight) = (tile?.member("width").number ?? width, tile?.member("height").number ?? height)
        if value(["augmentation", "quarterTurns"]).bool == true, seenWidth != seenHeight {
            report(
                ["augmentation", "quarterTurns"],
                found:
                    "true for \(tile == nil ? "an image" : "tiles") of \(seenWidth.text) x \(seenHeight.text) pixels",
                expected: "quarter turns of square images only",
                remedy: "set it to false, or make width and height equal")
        }
    }

    private mutating func checkRegion() {
        guard let region = value(["image"])["region"] else { return }
        let path = ["image", "region"]
        if let keys = region.members?.map(\.name), keys.count != 1 {
            report(
                path, found: keys.isEmpty ? "an empty object" : keys.joined(separator: " and "),
                expected: "one of polygon, mask and masks", remedy: "keep one; in a patch, null removes the other")
        }
        if value(["image"])["frame"] != nil {
            report(
                path, found: "a region together with \"frame\"",
                expected: "one of them: the frame moves with the object",
                remedy: "remove one")
        }
        if region["masks"] != nil, resolved["retrain"] != nil {
            report(
                path + ["masks"], found: "a mask for each image in a manifest with the section retrain",
                expected: "a region that new images have too", remedy: "use \"polygon\", \"mask\" or \"auto\"")
        }
        let external = value(["detector"])["external"]
        if string("detector", "kind") == "external", external?["maps"] != nil, external?["scores"]?.bool == true {
            report(
                path, found: "a region with scores of another program", expected: "scores of the region alone",
                remedy: "set detector.external.scores to false, which computes them from the maps")
        }
    }

    /// A network needs multiples of 8 pixels.
    private mutating func checkReduction() {
        guard let reduction = value(["network"])["reduction"]?.number, reduction.double > 1 else { return }
        let tile = value(["image"])["tile"] == nil ? [] : [["image", "tile", "width"], ["image", "tile", "height"]]
        for (path, multiple, least) in ([["image", "width"], ["image", "height"]] + tile).map({ ($0, 8.0, 32.0) })
            + (tile.isEmpty ? [] : [(["image", "tile", "overlap"], 1.0, 0.0)])
        {
            guard let number = value(path).number else { continue }
            let (step, lowest) = (multiple * reduction.double, least * reduction.double)
            guard number.double.truncatingRemainder(dividingBy: step) != 0 || number.double < lowest else { continue }
            report(
                path, found: "\(number.text) where network.reduction is \(reduction.text)",
                expected: "a multiple of \(Int(step))" + (lowest > 0 ? " of at least \(Int(lowest))" : ""),
                remedy: "change it, or lower network.reduction")
        }
    }

    private mutating func checkTile(_ tile: JSONValue, _ width: JSONNumber, _ height: JSONNumber) {
        for (side, whole) in [("width", width), ("height", height)] {
            guard let number = tile.member(side).number, number.double > whole.double else { continue }
            report(
                ["image", "tile", side], found: "\(number.text) in an image of \(width.text) x \(height.text) pixels",
                expected: "at most \(whole.text)", remedy: "lower it, or remove \"tile\"")
        }
        let sides = [tile.member("width"), tile.member("height")].compactMap(\.double)
        guard let overlap = tile.member("overlap").number, let least = sides.min(), 2 * overlap.double >= least else {
            return
        }
        report(
            ["image", "tile", "overlap"],
            found: "\(overlap.text) pixels for a tile with a shorter side of \(Int(least))",
            expected: "less than half the shorter side", remedy: "lower it, or enlarge the tile")
    }

    private mutating func requireOrder(_ lower: [String], isAtMost upper: [String]) {
        let (low, high) = (value(lower), value(upper))
        guard let lowNumber = low.number, let highNumber = high.number, lowNumber.double > highNumber.double else {
            return
        }
        let limit = "\(upper[upper.count - 1]) is \(highNumber.text)\(high.position == nil ? " by default" : "")"
        report(
            lower, found: "\(lowNumber.text)\(low.position == nil ? " (the default)" : "") where \(limit)",
            expected: "at most \(highNumber.text)", remedy: "lower it, or raise \(upper[upper.count - 1])")
    }

    private mutating func requireWeight(in path: [String]) {
        let members = value(path).members ?? []
        guard members.allSatisfy({ $0.value.double == 0 }) else { return }
        report(path, found: "only weights of 0", expected: "at least one above 0", remedy: "raise one of them")
    }

    private func value(_ path: [String]) -> JSONValue {
        path.reduce(resolved) { value, key in
            if let elements = value.elements, let number = Int(key) { elements[number] } else { value.member(key) }
        }
    }

    private func string(_ path: String...) -> String? { value(path).string }

    private func number(_ path: String...) -> JSONNumber {
        guard let number = value(path).number else { fatalError("\(path) must be a number after validation") }
        return number
    }

    /// Reports a violation at the value, or for a default at the nearest enclosing value in the file.
    private mutating func report(_ path: [String], found: String, expected: String, remedy: String) {
        let enclosing = path.indices.map { value(Array(path[...$0])).position }
        let position = enclosing.reversed().compactMap { $0 }.first ?? resolved.position
        violations.append(
            ManifestViolation(
                file: file, pointer: path.reduce(.root) { $0.appending($1) }, position: position, found: found,
                expected: expected, remedy: remedy))
    }
}
