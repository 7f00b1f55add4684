import AnomalyDetection
import ArgumentParser
import ContentStore
import Pipeline
import Stages

/// Does the work of a night, and of one before it that was interrupted.
struct NightShift {
    let session: RunSession
    let images: NightImages
    /// `2026-11-26`.
    let date: String
    let decider: String
    /// Folder of the nights.
    let output: String

    private var store: ContentStore { session.store }

    /// The nights that were ended, oldest first; empty where there was nothing to do.
    func run() throws -> [Night] {
        var ended: [Night] = []
        if let open = try store.nights(of: images.model).last(where: { $0.state == .open }) {
            StandardError.note("the night \(open.label) of \(images.model) was interrupted and goes on")
            ended.append(try finish(open))
        }
        if let night = try begin() { ended.append(try finish(night)) }
        return ended
    }

    /// Ends an open night without a new model.
    func abandon() throws -> Night? {
        guard let open = try store.nights(of: images.model).last(where: { $0.state == .open }) else { return nil }
        return try store.end(open, .kept, challenger: nil, verdict: nil, by: decider, reason: "abandoned")
    }

    /// Screens what is new and writes it down; nil where nothing is.
    private func begin() throws -> Night? {
        let known = try store.arrivals(of: images.model)
        let nights = try store.nights(of: images.model)
        let champion = try store.production(of: images.model)
        var arrivals = images.newBase(known)
        var drift: Digest?
        if let champion, ScreeningJob.newImages(images, known) > 0 {
            let network = try model(champion)
            try RetrainingJob.requireSameNetwork(network, "\(champion.reference)", images)
            let job = try ScreeningJob(images, champion: network, digest: champion.digest, known: known)
            let summary = try session.execute(job.graph)
            try session.conclude(summary)
            arrivals += try job.arrivals(summary, store)
            drift = job.drift(summary)
        }
        let trained = champion.flatMap { champion in nights.last { $0.challenger == champion.version } }
        let roll = Roll(
            images, known: known, arrivals: arrivals, champion: champion?.digest, trained: try trained.map(self.roll),
            date: date)
        let hasNews = roll.hasNews(since: try nights.last { $0.state != .failed }.map(self.roll))
        guard !arrivals.isEmpty || hasNews else { return nil }
        return try store.beginNight(
            of: images.model, date: date, roll: try store.put(bytes: roll.bytes), champion: champion, drift: drift,
            arrivals: arrivals)
    }

    private func finish(_ night: Night) throws -> Night {
        let champion = try store.production(of: night.model)
        let nights = try store.nights(of: night.model)
        let last = nights.last { $0.number < night.number && $0.state != .failed }
        let roll = try roll(night)
        var ended = night
        if champion?.version != night.champion {
            ended = try store.end(
                night, .kept, challenger: nil, verdict: nil, by: decider,
                reason: "another model came into production meanwhile")
        } else if !roll.hasNews(since: try last.map(self.roll)) {
            ended = try store.end(
                night, .kept, challenger: nil, verdict: nil, by: decider, reason: "nothing to learn from")
        } else {
            ended = try train(night, roll, champion)
        }
        let folder = try ExportFolder(path: folder(ended))
        _ = try folder.export(try NightSummary(ended, store).exports(), from: store, isComplete: true)
        return ended
    }

    func folder(_ night: Night) -> String { output + "/" + night.label }

    private func train(_ night: Night, _ roll: Roll, _ champion: RegisteredModel?) throws -> Night {
        let job = try job(night, roll, champion)
        let summary = try session.execute(job.graph)
        do {
            try session.conclude(summary)
        } catch let code as ExitCode where code.rawValue == ExitStatus.taskFailed.rawValue {
            return try store.end(
                night, .failed, challenger: nil, verdict: nil, by: decider,
                reason: summary.failures.first.map { "\($0.task.path) failed" } ?? "a task failed")
        }
        guard let digest = job.challenger(summary), let (verdict, verdictDigest) = try job.verdict(summary, store) else {
            throw StoreError.modelRefused(model: night.model, reason: "the night \(night.label) made no model")
        }
        let (challenger, _) = try store.register(model: digest, as: night.model)
        return try store.end(
            night, verdict.isPromoted ? .promoted : .kept, challenger: challenger, verdict: verdictDigest, by: decider,
            reason: "night of \(night.label): \(verdict.reason)")
    }

    private func job(_ night: Night, _ roll: Roll, _ champion: RegisteredModel?) throws -> RetrainingJob {
        try RetrainingJob(
            images, roll, rollDigest: night.roll, champion: try champion.map(model),
            championName: champion.map { "\($0.reference)" } ?? "")
    }

    /// Computes a night that is over again and compares with what is stored.
    func check(_ night: Night) throws {
        let roll = try roll(night)
        let champion = try night.champion.map {
            try store.model(ModelReference(name: night.model, .version($0)))
        }
        let summary = try session.execute(try job(night, roll, champion).graph)
        try session.conclude(summary)
    }

    private func roll(_ night: Night) throws -> Roll { try Roll(bytes: try store.read(night.roll)) }

    private func model(_ registered: RegisteredModel) throws -> Model {
        try Model(bytes: try store.read(registered.digest), name: "\(registered.reference)")
    }
}
