import AnomalyDetection
import ArgumentParser
import Console
import ContentStore
import Host
import Jobs
import Manifests
import ModelRegistry
import Pipeline
import Privacy
import Retraining
import Stages

/// Executes a night of retraining, after finishing an interrupted one.
struct NightSession {
    let session: RunSession
    /// The manifest in the form that the store keeps.
    let manifest: [UInt8]
    /// The digest of the manifest as read, which earlier versions stored.
    let written: Digest
    let job: JobManifest
    let images: NightImages
    let date: CalendarDay
    let decider: String
    /// True to train from scratch on all images.
    let isForced: Bool
    /// The folder of all nights.
    let output: String

    private var store: ContentStore { session.store }

    /// - Parameter tell: a callback for the result of each night.
    /// - Returns: the finished nights, oldest first; empty if there was nothing to do.
    func run(_ tell: (Night) throws -> Void) throws -> [Night] {
        // Fail before hours of work depend on the folder.
        _ = try ExportFolder(path: output)
        var ended: [Night] = []
        func work(_ night: Night) throws {
            ended.append(try finish(night))
            try show(ended[ended.count - 1])
            try tell(ended[ended.count - 1])
        }
        try putBaseIntoProduction()
        let last = try store.nights(of: images.model).last
        if let last, last.state == .open {
            StandardError.note("resuming the interrupted night \(last.label) of \(images.model)")
            try work(last)
        } else if let last, try !ExportFolder.isComplete(folder(last)) {
            // The process ended before the export.
            try show(last)
        }
        if let night = try begin() { try work(night) }
        return ended
    }

    func folder(_ night: Night) -> String { output + "/" + night.label }

    private func show(_ night: Night) throws {
        let folder = try ExportFolder(path: folder(night), isNamed: false)
        _ = try folder.export(try NightSummary(night, store).exports(), from: store, isComplete: true)
    }

    /// Promotes the base model of the manifest if no model is in production.
    private func putBaseIntoProduction() throws {
        guard let base = images.section.base, try store.production(of: images.model) == nil else { return }
        let digest =
            if let known = ModelReference(base), base.count != 64 {
                try store.model(known).digest
            } else { try Digest(hex: base) }
        let network = try Model(bytes: try store.read(digest), name: base)
        try RetrainingJob.requireSameNetwork(network, base, images)
        let (registered, _) = try store.register(model: digest, as: images.model)
        try store.promote(registered.reference, replacing: 0, by: decider, reason: "base of the manifest: \(base)")
        StandardError.note("\(registered.reference) is in production: \(base) is the base of the manifest")
    }

    /// Screens new images and records the night. Returns nil without new images.
    private func begin() throws -> Night? {
        let knowledge = try Roll.Knowledge(of: images.model, store)
        let champion = try store.production(of: images.model)
        var arrivals = images.newBase(knowledge.known)
        var drift: Digest?
        if let champion {
            let network = try model(champion)
            if !isForced { try RetrainingJob.requireSameNetwork(network, "\(champion.reference)", images) }
            if let job = try ScreeningJob(
                images, champion: network, digest: champion.digest,
                threshold: try ChosenThreshold(of: champion, store), known: knowledge.known)
            {
                let summary = try session.execute(job.graph)
                try session.conclude(summary)
                arrivals += try job.arrivals(summary, store)
                drift = job.drift(summary)
            }
        }
        let manifest = try store.put(bytes: manifest)
        var roll = Roll(images, knowledge, arrivals: arrivals, date: date, isForced: isForced)
        roll.backbone = try RetrainingJob.backbone(of: images)
        let hasNews = roll.hasNews(since: try lastTrained(manifest, champion?.version))
        guard !arrivals.isEmpty || hasNews else { return nil }
        return try store.beginNight(
            of: images.model, date: date.text, manifest: manifest, roll: try store.put(bytes: roll.bytes),
            champion: champion, drift: drift, arrivals: arrivals,
            learned: knowledge.isByHand ? roll.members.filter { !$0.isNew }.map(\.source) : [])
    }

    private func finish(_ night: Night) throws -> Night {
        let champion = try store.production(of: night.model)
        guard champion?.version == night.champion else {
            return try end(night, .kept, "another model was promoted meanwhile")
        }
        let roll = try roll(night)
        guard roll.hasNews(since: try lastTrained(night.manifest, night.champion)) else {
            return try end(night, .kept, "nothing new to train on")
        }
        return try train(night, roll)
    }

    /// Returns the data set of the last night that trained with the same manifest and production model. Training on it
    /// again would give the same model.
    private func lastTrained(_ manifest: Digest, _ champion: Int?) throws -> Roll? {
        try store.nights(of: images.model).last {
            let isSame = $0.manifest == manifest || (manifest == Digest.of(self.manifest) && $0.manifest == written)
            return $0.verdict != nil && isSame && $0.champion == champion
        }.map(roll)
    }

    private func end(_ night: Night, _ state: Night.State, _ reason: String) throws -> Night {
        try store.end(night, state, challenger: nil, verdict: nil, by: decider, reason: reason)
    }

    private func train(_ night: Night, _ roll: Roll) throws -> Night {
        let job = try job(night, roll)
        if let note = job.note { StandardError.note(note) }
        let summary = try session.execute(job.graph)
        do {
            try session.conclude(summary)
        } catch let code as ExitCode where code.rawValue == ExitStatus.taskFailed.rawValue {
            return try end(night, .failed, summary.failures.first.map { "\($0.task.path) failed" } ?? "a task failed")
        }
        guard let challenger = job.challenger(summary), let verdictDigest = job.verdict(summary) else {
            throw RetrainingError.unfinished(task: "\(night.model)/gate")
        }
        let verdict = try Verdict(bytes: try store.read(verdictDigest))
        let (registered, _) = try store.register(model: challenger, as: night.model)
        return try store.end(
            night, verdict.isPromoted ? .promoted : .kept, challenger: registered, verdict: verdictDigest, by: decider,
            reason: verdict.reason, learned: roll.members.map(\.source))
    }

    /// Returns the job by the manifest that the night started with.
    private func job(_ night: Night, _ roll: Roll) throws -> RetrainingJob {
        var images = images
        let bytes = try store.read(night.manifest)
        if bytes != manifest {
            StandardError.note("the night \(night.label) uses the manifest that it started with")
            images = try NightImages(
                try self.job.restored(bytes, PathRedaction.isHidden), now: HostClock.wallNanoseconds(),
                backbones: images.backbones
            ) { try session.digests($0) }
        }
        func known(_ version: Int?) throws -> RetrainingJob.Known? {
            guard let version else { return nil }
            let registered = try store.model(ModelReference(name: night.model, .version(version)))
            guard try store.contains(registered.digest) else {
                throw RegistryError.modelRefused(
                    model: "\(registered.reference)",
                    reason:
                        "the night \(night.label) started with it, but garbage collection has removed its file; nominal models "
                        + "pin protects models")
            }
            return RetrainingJob.Known(try model(registered), registered.digest)
        }
        return try RetrainingJob(
            images, roll, rollDigest: night.roll, champion: try known(night.champion), anchor: try known(night.anchor))
    }

    /// Returns the manifest in the form that the store keeps with a night. Hidden folders are omitted; a resumed night
    /// takes them from the current manifest, because images are identified by content.
    static func kept(_ bytes: [UInt8], _ manifest: JobManifest) -> [UInt8] {
        manifest.kept(bytes, PathRedaction(manifest).written)
    }

    /// Recomputes a finished night and compares with the stored results.
    func check(_ night: Night) throws {
        guard let verdict = night.verdict, let version = night.challenger else {
            throw RegistryError.unknownNight(night: night.label, reason: "this night made no model")
        }
        let job = try job(night, try roll(night))
        let summary = try session.execute(job.graph)
        try session.conclude(summary)
        let challenger = try store.model(ModelReference(name: night.model, .version(version)))
        guard job.challenger(summary) == challenger.digest, job.verdict(summary) == verdict else {
            StandardError.error(
                "the night \(night.label) was recomputed with another result: images, textures or the program have changed; "
                    + "compare the versions of nominal, and restore the images"
            )
            throw ExitCode(ExitStatus.taskFailed.rawValue)
        }
        print("\(night.model), night \(night.label): recomputed version \(version) and its verdict; both are equal")
    }

    private func roll(_ night: Night) throws -> Roll { try Roll(bytes: try store.read(night.roll)) }

    private func model(_ registered: RegisteredModel) throws -> Model {
        try Model(bytes: try store.read(registered.digest), name: "\(registered.reference)")
    }
}
