/// One case of a job: a manifest with one seed and without variants.
public struct JobCase: Sendable, Equatable {
    /// Unique within the job: "" for the only case of a plain manifest, else "VARIANT", "seedN" or "VARIANT.seedN".
    public let name: String
    /// "" in a manifest without variants.
    public let variant: String
    /// The manifest of the case. Its name is the job's.
    public let manifest: JobManifest
}

/// A case before validation: one variant with one seed.
struct CaseExpansion {
    /// "", "VARIANT", "seedN" or "VARIANT.seedN".
    let name: String
    /// "" in a manifest without variants.
    let variant: String
    /// A manifest with at most one seed, without `seeds` and `variants`, and without defaults.
    let document: JSONValue

    /// The cases in the order of the text: seeds within variants.
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

/// Limits on the expansion of a manifest, where few bytes can demand much work.
///
/// Every variant is checked as a manifest, and again with the patch of every category. Then it runs with every seed.
struct ManifestSize {
    static let caseLimit = 10_000
    /// The limit of values checked over all variants and categories, which takes some seconds.
    static let valueLimit = 10_000_000

    private let document: JSONValue
    private let variants: [JSONMember]

    /// - Parameter document: a manifest that follows the schema.
    init(_ document: JSONValue) {
        self.document = document
        variants = document["variants"]?.members ?? []
    }

    private var cases: Int {
        func seeds(_ value: JSONValue) -> Int? { value["training"]?["seeds"]?.elements?.count }
        let own = seeds(document) ?? 1
        return variants.isEmpty ? own : variants.reduce(0) { $0 + (seeds($1.value) ?? own) }
    }

    /// An upper bound of the number of checked values, limited to `valueLimit + 1`.
    private var checkedValues: Int {
        let plain = document.removing("variants")
        func changes(_ value: JSONValue) -> Int { value["perCategory"]?.members?.count ?? 0 }
        let own = (count: Self.count(plain), changes: changes(plain))
        return variants.reduce(own.count * (own.changes + 1)) { sum, variant in
            let (product, isHuge) = (own.count + Self.count(variant.value)).multipliedReportingOverflow(
                by: own.changes + changes(variant.value) + 1)
            return isHuge || product > Self.valueLimit ? Self.valueLimit + 1 : min(sum + product, Self.valueLimit + 1)
        }
    }

    private static func count(_ value: JSONValue) -> Int {
        switch value.content {
        case .array(let elements): elements.reduce(1) { $0 + count($1) }
        case .object(let members): members.reduce(1) { $0 + count($1.value) }
        default: 1
        }
    }

    /// The violation of a limit, if any.
    func violation(file: String) -> ManifestViolation? {
        func violation(_ found: String, _ expected: String) -> ManifestViolation {
            let key = document["variants"] == nil ? "perCategory" : "variants"
            return ManifestViolation(
                file: file, pointer: .root.appending(key), position: document[key]?.position, found: found,
                expected: expected, remedy: "split the manifest")
        }
        if cases > Self.caseLimit {
            return violation("\(cases) cases of \(variants.count) variants", "at most \(Self.caseLimit) cases")
        }
        if checkedValues > Self.valueLimit {
            return violation(
                "more than \(Self.valueLimit) values in all variants and categories",
                "fewer variants or patches of categories")
        }
        return nil
    }
}
