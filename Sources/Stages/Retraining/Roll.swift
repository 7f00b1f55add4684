import ContentStore
import Manifests

/// The images of a night and what is done with them; all that the night trains is a pure function of it, of the manifest and of
/// the model in production.
public struct Roll: Codable, Sendable, Equatable {
    public enum Start: String, Codable, Sendable { case warm, scratch }

    public struct Member: Codable, Sendable, Equatable {
        /// Of the image file.
        public var source: Digest
        /// Where it lay: `train/...` of the base set, `incoming/...`.
        public var file: String
        /// True if the model in production has not learned it.
        public var isNew: Bool
        public var isHeldOut: Bool
    }

    /// Of the format. History: 1 = first.
    static let version = 1

    var version = Roll.version
    /// Of the model that is trained further and compared with; nil where there is none.
    public var champion: Digest?
    public var start: Start
    /// True if it is trained on even if nothing is new.
    public var isForced: Bool
    /// By digest.
    public var members: [Member]
    /// Files that have the bytes of another one, and count once.
    public var copies: Int

    public var newCount: Int { members.count { $0.isNew } }

    /// New images that are trained on, beside those that are held out.
    public var newForTraining: [Digest] { members.filter { $0.isNew && !$0.isHeldOut }.map(\.source) }

    /// What the members are used for.
    struct Parts: Equatable {
        /// Optimiser steps take samples from these.
        var training: [Digest]
        /// Some of all that are not held out: what the expected error is measured on, and corruptions take material from.
        var normals: [Digest]
        /// For the threshold.
        var heldOut: [Digest]
        /// Some of these, for the gate: new and old ones alike, as far as there are.
        var judged: [Digest]
        /// Of `training`, the new ones.
        var newCount: Int
    }

    private static let normalLimit = 256, heldOutLimit = 1000, judgedLimit = 64

    /// - Parameter replay: share of old images among those that a warm start trains on.
    func parts(replay: Double) -> Parts {
        // Another choice for other new images, and always the same for the same ones.
        let salt = Digest.of(text: newForTraining.map(\.hex).joined())
        let heldOut = members.filter(\.isHeldOut)
        let others = members.filter { !$0.isHeldOut }
        let new = others.filter(\.isNew).map(\.source)
        var training = others.map(\.source)
        if start == .warm {
            let wanted = Int((Double(new.count) * replay / (1 - replay)).rounded(.up))
            training = new + Roll.some(wanted, of: others.filter { !$0.isNew }.map(\.source), salt)
        }
        let newJudged = Roll.some(Roll.judgedLimit / 2, of: heldOut.filter(\.isNew).map(\.source), salt)
        let judged =
            newJudged
            + Roll.some(Roll.judgedLimit - newJudged.count, of: heldOut.filter { !$0.isNew }.map(\.source), salt)
        return Parts(
            training: training.sorted(), normals: Roll.some(Roll.normalLimit, of: others.map(\.source), salt).sorted(),
            heldOut: Roll.some(Roll.heldOutLimit, of: heldOut.map(\.source), Digest.of(text: "held out")).sorted(),
            judged: judged.sorted(), newCount: new.count)
    }

    /// As many of some images, by their digests and a salt alone, each with the same chance.
    static func some(_ count: Int, of images: [Digest], _ salt: Digest) -> [Digest] {
        guard images.count > count else { return images }
        return images.map { (place: Digest.of(text: salt.hex + $0.hex), source: $0) }
            .sorted { $0.place < $1.place }.prefix(count).map(\.source)
    }
}

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

/// What a night would begin with, before anything is screened.
public struct NightPreview: Sendable {
    public let baseCount, incomingCount: Int
    /// Files that no night has seen, each content once.
    public let newBase, newIncoming: [String]
    /// Images that earlier nights have seen and the model in production has not learned.
    public let unlearnedCount: Int

    /// - Parameter knowledge: nil where there is no store yet.
    public init(_ images: NightImages, _ knowledge: Roll.Knowledge?, date: CalendarDay) {
        let known = knowledge?.known ?? []
        (baseCount, incomingCount) = (images.base.count, images.incoming.count)
        let newBase = images.newBase(known)
        self.newBase = newBase.map(\.file)
        newIncoming = images.newIncoming(known).map(\.file)
        let unseen = Set(newBase.map(\.source))
        unlearnedCount =
            knowledge.map { knowledge in
                Roll(images, knowledge, arrivals: [], date: date).members.count {
                    $0.isNew && !unseen.contains($0.source)
                }
            } ?? 0
    }
}
