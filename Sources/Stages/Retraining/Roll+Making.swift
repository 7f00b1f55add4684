import ContentStore
import Manifests
import ModelRegistry

extension Roll {
    /// What the store knows when a night begins.
    public struct Knowledge: Sendable {
        /// What earlier nights have seen.
        public let known: [KnownArrival]
        /// Nil where no model is in production.
        var champion: Digest?
        /// The night that the champion is of: that made it, or, of a model that was registered by hand, that first met it; nil
        /// where there is none yet.
        var championNight: Int64?
        /// The roll of the last night, whatever came of it.
        var last: Roll?

        init(known: [KnownArrival], champion: Digest?, championNight: Int64?, last: Roll?) {
            (self.known, self.champion, self.championNight, self.last) = (known, champion, championNight, last)
        }

        public init(of model: String, _ store: ContentStore) throws {
            let nights = try store.nights(of: model)
            let production = try store.production(of: model)
            let night = production.flatMap { champion in
                nights.last { $0.challenger == champion.version } ?? nights.first { $0.champion == champion.version }
            }
            self.init(
                known: try store.arrivals(of: model), champion: production?.digest, championNight: night?.number,
                last: try nights.last.map { try Roll(bytes: try store.read($0.roll)) })
        }

        /// True if the model in production was registered by hand and is new to nights: then it is taken to have learned the
        /// base set.
        public var isByHand: Bool { champion != nil && championNight == nil }
    }

    /// The roll of a night.
    ///
    /// Without a model in production it is of the base set alone, as nothing has screened the other images. A model that no night has
    /// made is taken to have learned the base set, and what the one before it had.
    ///
    /// - Parameters:
    ///   - images: what lies in the folders now.
    ///   - arrivals: what this night sees for the first time.
    ///   - date: of this night.
    ///   - isForced: whether to train from scratch on all, whatever is new.
    public init(
        _ images: NightImages, _ knowledge: Knowledge, arrivals: [Arrival], date: CalendarDay, isForced: Bool = false
    ) {
        let present = images.present
        let base = Set(images.base.map(images.source))
        let learned = Roll.learned(knowledge, base)
        let isHeldOut = Roll.heldOut(images, knowledge.last)
        champion = knowledge.champion
        copies = images.copyCount
        self.isForced = isForced
        start = isForced || champion == nil || images.section.start == .scratch ? .scratch : .warm
        let incoming = champion == nil ? [] : Roll.incoming(images, knowledge.known, arrivals, base, date)
        members = (base.sorted() + incoming).map { source in
            Member(
                source: source, file: present[source]?.file ?? "", isNew: !learned.contains(source),
                isHeldOut: isHeldOut(source))
        }.sorted { $0.source < $1.source }
    }

    private static func learned(_ knowledge: Knowledge, _ base: Set<Digest>) -> Set<Digest> {
        guard knowledge.champion != nil else { return [] }
        let night = knowledge.championNight ?? .max
        var learned = Set(
            knowledge.known.filter { $0.learned.map { $0 <= night } ?? false }.map(\.arrival.source))
        if knowledge.championNight == nil { learned.formUnion(base) }
        return learned
    }

    /// Once decided, it stays so: else a model would be judged on what it was trained on.
    private static func heldOut(_ images: NightImages, _ last: Roll?) -> (Digest) -> Bool {
        let decided = Dictionary((last?.members ?? []).map { ($0.source, $0.isHeldOut) }) { first, _ in first }
        let ofRun = last == nil ? images.heldOutOfRun : nil
        let base = Set(last == nil ? images.base.map(images.source) : [])
        let fraction = images.manifest.dataset.heldOutFraction
        return { source in
            if let known = decided[source] { return known }
            if let ofRun, base.contains(source) { return ofRun.contains(source) }
            return HeldOut.contains(source, fraction: fraction)
        }
    }

    /// Images of the folder of new ones that take part.
    private static func incoming(
        _ images: NightImages, _ known: [KnownArrival], _ arrivals: [Arrival], _ base: Set<Digest>, _ date: CalendarDay
    ) -> [Digest] {
        let present = images.present
        let labelled = images.labelledSources
        func isThere(_ source: Digest) -> Bool {
            present[source] != nil && !base.contains(source) && !labelled.contains(source)
        }
        var earlier = known.filter { $0.isAdmitted && isThere($0.arrival.source) }
        if case .days(let days) = images.section.window {
            let first = date.advanced(by: -days).text
            earlier.removeAll { max($0.date, $0.acceptedOn ?? "") < first }
        }
        var admitted = earlier.map(\.arrival.source)
        if case .reservoir(let size) = images.section.window {
            admitted = some(size, of: admitted, Digest.of(text: "reservoir"))
        }
        let own = arrivals.filter { $0.state == .admitted && isThere($0.source) }.map(\.source)
        return Set(admitted).union(own).sorted()
    }

    /// True if there is anything to learn that an earlier night was not trained on.
    public func hasNews(since trained: Roll?) -> Bool {
        if isForced { return true }
        let former = Set(trained?.members.map(\.source) ?? [])
        return newForTraining.contains { !former.contains($0) }
    }

    public var bytes: [UInt8] { get throws { try StageJSON.encode(self) } }

    /// - Throws: `RetrainingError.newerFormat`, and what the decoder throws.
    public init(bytes: [UInt8]) throws {
        self = try StageJSON.decode(Roll.self, bytes)
        guard version <= Roll.version else { throw RetrainingError.newerFormat(what: "roll", found: version) }
    }
}

extension KnownArrival {
    /// The day of a decision that let it out of quarantine, in UTC.
    fileprivate var acceptedOn: String? {
        guard let decision, decision.isAccepted else { return nil }
        return CalendarDay(nanosecondsSince1970: decision.decidedAt).text
    }
}
