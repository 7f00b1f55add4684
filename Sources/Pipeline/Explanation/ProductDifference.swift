import ContentStore

/// The differences between two results: those between the keys of the actions that made them, and of the actions that
/// made their inputs, as far as the store records them.
public struct ProductDifference: Sendable, Equatable {
    public struct Step: Sendable, Equatable {
        public let stage: String
        public let differences: [KeyDifference]
    }

    /// Steps from the results back to their sources. Each difference appears once per stage.
    public let steps: [Step]
    /// True if the store records the origins of both results.
    public let isComplete: Bool

    /// Compares two results. Throws `StoreError`.
    public init(_ old: Digest, _ new: Digest, store: ContentStore) throws {
        var stages: [String] = []
        var found: [String: [KeyDifference]] = [:]
        var isComplete = true
        var pairs = [(old, new)]
        var seen: Set<[Digest]> = []
        var next = 0
        while next < pairs.count {
            let pair = pairs[next]
            next += 1
            guard pair.0 != pair.1, seen.insert([pair.0, pair.1]).inserted else { continue }
            guard let left = try store.maker(of: pair.0), let right = try store.maker(of: pair.1) else {
                isComplete = isComplete && next > 1
                continue
            }
            let stage = right.key.stage
            for difference in KeyDifference.between(left.key, right.key) where !difference.isInput {
                if found[stage] == nil { stages.append(stage) }
                if found[stage]?.contains(difference) != true { found[stage, default: []].append(difference) }
            }
            let former = Dictionary(left.key.inputs.map { ($0.name, $0.digest) }) { first, _ in first }
            for input in right.key.inputs {
                if let other = former[input.name] { pairs.append((other, input.digest)) }
            }
        }
        steps = stages.map { Step(stage: $0, differences: found[$0] ?? []) }
        self.isComplete = isComplete
    }
}
