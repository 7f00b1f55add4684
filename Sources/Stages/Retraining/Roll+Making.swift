import AnomalyDetection
import ContentStore
import Manifests

extension Roll {
    /// The roll of a night.
    ///
    /// - Parameters:
    ///   - images: what lies in the folders now.
    ///   - known: what earlier nights have seen.
    ///   - arrivals: what this night sees for the first time.
    ///   - champion: nil where no model is in production: then the base set alone is trained on, as nothing has screened the others.
    ///   - trained: what the champion was trained on; nil for a model that was not made by a night: then the base set.
    ///   - date: of this night, such as `2026-11-26`.
    public init(
        _ images: NightImages, known: [KnownArrival], arrivals: [Arrival], champion: Digest?, trained: Roll?,
        date: String
    ) {
        let present = images.present
        let base = Set(images.base.map(images.source))
        let fraction = images.manifest.dataset.heldOutFraction
        let heldOutBase = images.heldOutBase
        let trainedOn = trained.map { Set($0.members.map(\.source)) } ?? (champion == nil ? [] : base)
        var admitted: [Digest] = []
        if champion != nil {
            let earlier = known.filter { $0.arrival.state != .base && $0.isAdmitted }
            switch images.section.window {
            case .all: admitted = earlier.map(\.arrival.source)
            case .days(let days):
                let first = CalendarDay(date)?.advanced(by: -days).text ?? ""
                admitted = earlier.filter { $0.date >= first }.map(\.arrival.source)
            case .reservoir: admitted = earlier.map(\.arrival.source)
            }
            admitted += arrivals.filter { $0.state == .admitted }.map(\.source)
            admitted = Set(admitted).subtracting(base).filter { present[$0] != nil }.sorted()
            if case .reservoir(let size) = images.section.window { admitted = Roll.reservoir(admitted, size) }
        }
        self.champion = champion
        start = champion == nil ? RetrainSection.Start.scratch.rawValue : images.section.start.rawValue
        members = (base.sorted() + admitted).map { source in
            Member(
                source: source, file: present[source]?.file ?? "", isNew: !trainedOn.contains(source),
                isHeldOut: base.contains(source)
                    ? heldOutBase.contains(source) : HeldOut.contains(source, fraction: fraction))
        }.sorted { $0.source < $1.source }
    }

    /// As many of some images, each with the same chance, whenever it came. Not the smallest digests, which are those held out.
    private static func reservoir(_ images: [Digest], _ size: Int) -> [Digest] {
        images.map { (place: Digest.of(Array("reservoir \($0.hex)".utf8)), source: $0) }
            .sorted { $0.place < $1.place }.prefix(size).map(\.source)
    }

    /// Whether there is anything to learn that the last night did not have.
    public func hasNews(since last: Roll?) -> Bool {
        let former = Set(last?.members.map(\.source) ?? [])
        return members.contains { $0.isNew && !$0.isHeldOut && !former.contains($0.source) }
    }

    public var bytes: [UInt8] { get throws { try StageJSON.encode(self) } }

    public init(bytes: [UInt8]) throws { self = try StageJSON.decode(Roll.self, bytes) }
}
