/// How much a manifest asks for by few bytes: every variant is checked as a manifest of its own, and with the changes for
/// every category; then each is run with every seed.
struct ManifestSize {
    /// The most cases of a manifest.
    static let caseLimit = 10_000
    /// The most values that are checked, over all variants and categories: some seconds.
    static let valueLimit = 10_000_000

    private let document: JSONValue
    private let variants: [JSONMember]

    /// - Parameter document: that fits the schema.
    init(_ document: JSONValue) {
        self.document = document
        variants = document["variants"]?.members ?? []
    }

    /// Variants times seeds.
    private var cases: Int {
        func seeds(_ value: JSONValue) -> Int? { value["training"]?["seeds"]?.elements?.count }
        let own = seeds(document) ?? 1
        return variants.isEmpty ? own : variants.reduce(0) { $0 + (seeds($1.value) ?? own) }
    }

    /// At most as many as are looked at, counted without doing it.
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

    /// What is too much; nil where nothing is.
    func violation(file: String) -> ManifestViolation? {
        func violation(_ found: String, _ expected: String) -> ManifestViolation {
            let place = document["variants"] == nil ? "perCategory" : "variants"
            return ManifestViolation(
                file: file, pointer: .root.appending(place), position: document[place]?.position, found: found,
                expected: expected, remedy: "divide it into several manifests")
        }
        if cases > Self.caseLimit {
            return violation("\(cases) cases of \(variants.count) variants", "at most \(Self.caseLimit) cases")
        }
        if checkedValues > Self.valueLimit {
            return violation(
                "variants and changes of categories that give more than \(Self.valueLimit) values together",
                "fewer of either")
        }
        return nil
    }
}
