/// Which keys of a job's manifest a sweep may vary.
enum SearchableKey {
    /// Why a key cannot be varied.
    struct Fault {
        var found: String
        var expected: String
        var remedy: String
    }

    private static let seeds = Fault(
        found: "a seed of the training", expected: "a key that is no seed, as every trial is run with the same seeds",
        remedy: "list the seeds in \"seeds\" of the sweep")

    /// Nil for a key of job manifests that changes the model or its scores, and leaves the images as they are.
    static func fault(_ pointer: JSONPointer) -> Fault? {
        let tokens = pointer.tokens
        if let fault = unknown(tokens) { return fault }
        switch tokens[0] {
        case "$schema", "name", "description", "paths":
            return Fault(
                found: "\(pointer), which changes no result", expected: "a key that shapes the model",
                remedy: "remove it")
        case "variants":
            return Fault(
                found: "the variants of a job", expected: "another key, as trials are variants themselves",
                remedy: "name the keys that the variants change")
        case "dataset":
            return Fault(
                found: "\(pointer), a key of the data set",
                expected: "the same images in every trial, as the criterion compares trials on them",
                remedy: "remove it, or make a sweep for each data set")
        case "training" where tokens.count > 1 && ["seed", "seeds"].contains(tokens[1]): return seeds
        default: return nil
        }
    }

    /// Nil for a value that leaves alone what may not be varied.
    static func fault(_ value: JSONValue, at pointer: JSONPointer) -> Fault? {
        guard pointer.tokens == ["training"], value["seed"] != nil || value["seeds"] != nil else { return nil }
        return seeds
    }

    private static func unknown(_ tokens: [String]) -> Fault? {
        var node = JobSchema.validator.root
        var parent = JSONPointer.root
        for token in tokens {
            if let property = node.properties.first(where: { $0.name.utf8.elementsEqual(token.utf8) }) {
                node = property.schema
                parent = parent.appending(token)
                continue
            }
            let known = node.properties.map(\.name)
            let found = "\"\(parent.appending(token).description.abbreviated)\", which is no key of job manifests"
            guard !known.isEmpty else {
                return Fault(found: found, expected: "no more than \(parent)", remedy: "end the pointer there")
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
