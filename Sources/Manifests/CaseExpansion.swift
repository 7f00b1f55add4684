/// The cases of a manifest before they are checked: variants times seeds.
struct CaseExpansion {
    /// "", "VARIANT", "seedN" or "VARIANT.seedN".
    let name: String
    /// "" in a manifest without variants.
    let variant: String
    /// A manifest with at most one seed, and without seeds and variants; defaults are not filled in.
    let document: JSONValue

    /// Variants in the order of the text, seeds in theirs.
    static func expand(_ document: JSONValue) -> [CaseExpansion] {
        let plain = document.removing("variants")
        guard let variants = document["variants"]?.members else { return seeded(plain, variant: "") }
        return variants.flatMap { seeded(JSONMergePatch.apply($0.value, to: plain), variant: $0.name) }
    }

    private static func seeded(_ document: JSONValue, variant: String) -> [CaseExpansion] {
        guard let training = document["training"], let seeds = training["seeds"]?.elements else {
            return [CaseExpansion(name: variant, variant: variant, document: document)]
        }
        return seeds.map { seed in
            let single = training.removing("seeds").setting("seed", to: seed)
            let suffix = "seed\(seed.integer ?? 0)"
            return CaseExpansion(
                name: variant.isEmpty ? suffix : "\(variant).\(suffix)", variant: variant,
                document: document.setting("training", to: single))
        }
    }
}
