import AnomalyDetection
import ContentStore
import Datasets
import Manifests
import ModelRegistry
import Stages

extension Roll {
    /// The state of the store at the start of a night.
    package struct Knowledge: Sendable {
        /// The arrivals of earlier nights.
        package let known: [KnownArrival]
        /// Nil if no model is in production.
        var champion: Digest?
        /// The night that made the champion, or the first one that found it in production if it was registered by hand;
        /// nil before that.
        var championNight: Int64?
        /// The roll of the last night, whatever its outcome.
        var last: Roll?
        /// The images of which the champion holds parts.
        var held: Set<Digest>

        init(
            known: [KnownArrival], champion: Digest?, championNight: Int64?, last: Roll?, held: Set<Digest> = []
        ) {
            (self.known, self.champion, self.championNight, self.last) = (known, champion, championNight, last)
            self.held = held
        }

        package init(of model: String, _ store: ContentStore) throws {
            let nights = try store.nights(of: model)
            let production = try store.production(of: model)
            let night = production.flatMap { champion in
                nights.last { $0.challenger == champion.version } ?? nights.first { $0.champion == champion.version }
            }
            var held: [Digest] = []
            if let production, try store.contains(production.digest) {
                let name = "\(production.reference)"
                held = try Model(bytes: try store.read(production.digest), name: name).images(name: name)
            }
            self.init(
                known: try store.arrivals(of: model), champion: production?.digest, championNight: night?.number,
                last: try nights.last.map { try Roll(bytes: try store.read($0.roll)) }, held: Set(held))
        }

        /// True if the model in production was registered by hand since the last night. It counts as trained on the
        /// base set.
        package var isByHand: Bool { champion != nil && championNight == nil }
    }

    /// Composes the roll of a night.
    ///
    /// Without a model in production, the roll contains only the base set, because no incoming image was screened. A
    /// model that no night made counts as trained on the base set and on its predecessor's images. If the model in
    /// production holds parts of images that are not trained on, the night starts from scratch.
    package init(
        _ images: NightImages, _ knowledge: Knowledge, arrivals: [Arrival], date: CalendarDay, isForced: Bool = false
    ) {
        let present = images.present
        let base = Set(images.base.map(images.source))
        let learned = Roll.learned(knowledge, base)
        let isHeldOut = Roll.heldOut(images, knowledge.last)
        let champion = knowledge.champion
        let incoming = champion == nil ? [] : Roll.incoming(images, knowledge.known, arrivals, base, date)
        let members = (base.sorted() + incoming).map { source in
            Member(
                source: source, file: present[source]?.file ?? "", isNew: !learned.contains(source),
                isHeldOut: isHeldOut(source))
        }.sorted { $0.source < $1.source }
        let missing = knowledge.held.subtracting(members.filter { !$0.isHeldOut }.map(\.source))
        let allowed = base.union(knowledge.known.filter(\.isAdmitted).map(\.arrival.source))
        self.init(
            champion: champion,
            start: isForced || champion == nil || images.section.start == .scratch || !missing.isEmpty
                ? .scratch : .warm,
            isForced: isForced, members: members, copies: images.copyCount, missing: missing.count,
            withdrawn: missing.count { present[$0] == nil || !allowed.contains($0) })
    }

    private static func learned(_ knowledge: Knowledge, _ base: Set<Digest>) -> Set<Digest> {
        guard knowledge.champion != nil else { return [] }
        let night = knowledge.championNight ?? .max
        var learned = Set(
            knowledge.known.filter { $0.learned.map { $0 <= night } ?? false }.map(\.arrival.source))
        if knowledge.championNight == nil { learned.formUnion(base) }
        return learned
    }

    /// Returns the decision function for held-out images. Each decision is permanent; otherwise a model could be judged
    /// on its training images. A new image of a group follows the group.
    private static func heldOut(_ images: NightImages, _ last: Roll?) -> (Digest) -> Bool {
        let groupOf = images.groupOf
        var decided: [Digest: Bool] = [:]
        /// True if all known images of the group are held out.
        var decidedGroups: [Digest: Bool] = [:]
        func decide(_ source: Digest, _ group: Digest, _ isHeldOut: Bool) {
            decided[source] = isHeldOut
            decidedGroups[group] = isHeldOut && decidedGroups[group] ?? true
        }
        if let last {
            for member in last.members {
                let group = groupOf[member.source] ?? images.group(of: member.file, own: member.source)
                decide(member.source, group, member.isHeldOut)
            }
        } else {
            let ofRun = images.heldOutOfRun
            for source in images.base.map(images.source) { decide(source, groupOf[source]!, ofRun.contains(source)) }
        }
        let fraction = images.manifest.dataset.heldOutFraction
        return { source in
            let group = groupOf[source] ?? source
            return decided[source] ?? decidedGroups[group] ?? HeldOut.contains(group, fraction: fraction)
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

    /// True if training has new images that the night of `trained` did not have, or lacks images that the model in
    /// production must not keep.
    package func hasNews(since trained: Roll?) -> Bool {
        if isForced { return true }
        let former = Set(trained?.members.map(\.source) ?? [])
        if withdrawn ?? 0 > 0, former != Set(members.map(\.source)) { return true }
        return newForTraining.contains { !former.contains($0) }
    }
}

extension KnownArrival {
    /// The day of acceptance from quarantine, in UTC.
    fileprivate var acceptedOn: String? {
        guard let decision, decision.isAccepted else { return nil }
        return CalendarDay(nanosecondsSince1970: decision.decidedAt).text
    }
}
