import ContentStore
import Manifests
import ModelRegistry

/// The data set of a night: its images and their roles. Training is a pure function of it, the manifest and the model in
/// production.
public struct Roll: Codable, Sendable, Equatable {
    public enum Start: String, Codable, Sendable { case warm, scratch }

    public struct Member: Codable, Sendable, Equatable {
        /// The digest of the image file.
        public var source: Digest
        /// The path of the file: `train/...` in the base set, or `incoming/...`.
        public var file: String
        /// True if the model in production was not trained on it.
        public var isNew: Bool
        public var isHeldOut: Bool
    }

    /// The version of the format. History: 1 = first.
    static let version = 1

    var version = Roll.version
    /// The digest of the model in production; nil if there is none.
    public var champion: Digest?
    public var start: Start
    /// True to train even if no image is new.
    public var isForced: Bool
    /// Sorted by digest.
    public var members: [Member]
    /// The number of files that are exact copies of another.
    public var copies: Int

    public var newCount: Int { members.count { $0.isNew } }

    /// The new images for training, without those held out.
    public var newForTraining: [Digest] { members.filter { $0.isNew && !$0.isHeldOut }.map(\.source) }

    /// The uses of the members.
    struct Parts: Equatable {
        /// The training set.
        var training: [Digest]
        /// A sample of all images that are not held out: the source of the expected error and of patches for corruptions.
        var normals: [Digest]
        /// The images for calibration.
        var heldOut: [Digest]
        /// A sample of these for the gate, half of them new if possible.
        var judged: [Digest]
        /// The number of new images in `training`.
        var newCount: Int
    }

    private static let normalLimit = 256, heldOutLimit = 1000, judgedLimit = 64

    /// - Parameter replay: the fraction of old images in the training set of a warm start.
    func parts(replay: Double) -> Parts {
        // A pure function of the new images.
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

    /// A uniform sample of images that depends on their digests and a salt only.
    static func some(_ count: Int, of images: [Digest], _ salt: Digest) -> [Digest] {
        guard images.count > count else { return images }
        return images.map { (place: Digest.of(text: salt.hex + $0.hex), source: $0) }
            .sorted { $0.place < $1.place }.prefix(count).map(\.source)
    }
}

extension Roll {
    /// The store's knowledge at the start of a night.
    public struct Knowledge: Sendable {
        /// The arrivals of earlier nights.
        public let known: [KnownArrival]
        /// Nil if no model is in production.
        var champion: Digest?
        /// The night that made the champion, or the first one that found it in production if it was registered by hand; nil
        /// before that.
        var championNight: Int64?
        /// The roll of the last night, whatever its outcome.
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

        /// True if the model in production was registered by hand since the last night. It counts as trained on the base set.
        public var isByHand: Bool { champion != nil && championNight == nil }
    }

    /// Without a model in production, the roll contains only the base set, because no incoming image was screened. A model
    /// that no night made counts as trained on the base set and on the images of its predecessor.
    ///
    /// - Parameters:
    ///   - images: the present files.
    ///   - arrivals: the images that this night sees for the first time.
    ///   - date: the date of this night.
    ///   - isForced: trains from scratch on all images, even if none is new.
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

    /// The decision for each image is permanent; else a model could be judged on its training images.
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

    /// The incoming images that are members.
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

    /// True if training has new images that the night of `trained` did not have.
    public func hasNews(since trained: Roll?) -> Bool {
        if isForced { return true }
        let former = Set(trained?.members.map(\.source) ?? [])
        return newForTraining.contains { !former.contains($0) }
    }

    public var bytes: [UInt8] { get throws { try StageJSON.encode(self) } }

    /// - Throws: `RetrainingError.newerFormat`, and errors of the decoder.
    public init(bytes: [UInt8]) throws {
        self = try StageJSON.decode(Roll.self, bytes)
        guard version <= Roll.version else { throw RetrainingError.newerFormat(what: "roll", found: version) }
    }
}

extension KnownArrival {
    /// The day on which it was accepted from quarantine, in UTC.
    fileprivate var acceptedOn: String? {
        guard let decision, decision.isAccepted else { return nil }
        return CalendarDay(nanosecondsSince1970: decision.decidedAt).text
    }
}

/// The images that a night would start with, before screening.
public struct NightPreview: Sendable {
    public let baseCount, incomingCount: Int
    /// Files that no night has seen, without exact copies.
    public let newBase, newIncoming: [String]
    /// The number of images from earlier nights that the model in production was not trained on.
    public let unlearnedCount: Int

    /// - Parameter knowledge: nil if there is no store yet.
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
