import AnomalyDetection
import Audit
import Console
import ContentStore
import Datasets
import Folders
import Foundation
import Host
import Jobs
import Manifests
import Privacy
import Stages
import Wording

/// Scoring of a folder that fills. Each round scores the files that have settled since the last one, as a run of its
/// own.
extension ScoreCommand {
    /// The maximum number of images of a round, which a signal lets come to its end.
    private static let roundLimit = 64
    /// The seconds after which the folder is read again without a notice of the file system.
    private static let rescanSeconds = 2.0
    /// The longest wait that ignores a signal.
    private static let waitSeconds = 0.2

    func watchFolder(
        _ source: ManifestPath, _ model: Model, _ threshold: ChosenThreshold?, _ recipe: RunRecipe
    ) throws {
        let named = NamedFolder(source.absolute, followsLinks: links.followLinks)
        let present = try DatasetScan.textures(below: named, leavesOutLinks: true).images
        let usual = ScoreFolder(for: source)
        let target = try ExportFolder(
            path: output ?? usual.path, source: output == nil ? usual.source : nil,
            apartFrom: present.map(\.path) + [source.absolute + "/new"])
        let journal = try WatchJournal(
            in: target.path,
            WatchJournal.Heading(model: Digest.of(model.bytes), threshold: threshold?.value, tolerance: tolerance))
        let redaction = PathRedaction(
            .relative, base: nil, named: [source.absolute], others: [storeOptions.path, target.path])
        let interruption = Interruption()
        var quiet = reporting
        if quiet.progress == .auto { quiet.quiet = true }
        let session = try RunSession(
            storeOptions, machine, keepGoing: true, quiet, subject: "score \(source.name)", interruption,
            folders: [named], redaction: redaction,
            finishesOnSignal: true
        ) { try recipe.origin(manifest: nil, file: redaction.path(folder), in: $0) }
        if programs.allowExternal { try session.allow(nil) }
        if !reporting.isQuiet {
            StandardError.note(
                "watching \(source.name): \(counted(journal.count, "image is", "images are")) finished; results go to \(target.path)"
            )
        }
        let round = WatchRound(
            session: session, target: target, journal: journal, model: model, threshold: threshold, command: self)
        let changes = FolderWatch()
        var watched = WatchedFolder(named)
        var files = SettledFiles(settleSeconds: settle)
        while interruption.exitCode == nil {
            let found = try watched.images(isFinished: journal.hasResults) { StandardError.note($0) }
            guard let all = found else {
                // A folder vanished while it was read.
                usleep(UInt32(Self.waitSeconds * 1e6))
                continue
            }
            changes.watch(Set([source.absolute] + all.images.map { ($0.path as NSString).deletingLastPathComponent }))
            let present = all.images.compactMap { image in FileState(of: image.path).map { (image, $0) } }
            let settled = Set(
                files.take(present.map { ($0.0.file, $0.1) }, now: HostClock.monotonicSeconds()))
            let due = present.map(\.0).filter { settled.contains($0.file) }
            for first in stride(from: 0, to: due.count, by: Self.roundLimit) where interruption.exitCode == nil {
                let group = Array(due[first..<min(first + Self.roundLimit, due.count)])
                if try !round.score(group, of: all) {
                    for image in group { files.giveBack(image.file, now: HostClock.monotonicSeconds()) }
                }
            }
            if due.isEmpty { wait(for: changes, &files, interruption) }
        }
        if !reporting.isQuiet { StandardError.note(counted(journal.count, "image is", "images are") + " finished") }
    }

    /// Waits until the folder should be read again.
    private func wait(for changes: FolderWatch, _ files: inout SettledFiles, _ interruption: Interruption) {
        let now = HostClock.monotonicSeconds()
        let end = now + min(Self.rescanSeconds, files.secondsToNext(now: now) ?? Self.rescanSeconds)
        while interruption.exitCode == nil {
            let left = end - HostClock.monotonicSeconds()
            // A file that is being written gives many notices.
            if left <= 0 || changes.wait(seconds: min(left, Self.waitSeconds)) { break }
        }
        usleep(20_000)
    }
}

/// The scoring of the images that have settled.
private struct WatchRound {
    let session: RunSession
    let target: ExportFolder
    let journal: WatchJournal
    let model: Model
    let threshold: ChosenThreshold?
    let command: ScoreCommand

    /// Scores images and records them, except those that are finished.
    ///
    /// - Returns: false if nothing was recorded because a file changed or vanished meanwhile.
    /// - Throws: `ExitCode` after messages if the run failed, `StoreError`.
    func score(_ images: [SourceImage], of category: SourceCategory) throws -> Bool {
        let states = images.map { FileState(of: $0.path) }
        func haveChanged() -> Bool { zip(images, states).contains { FileState(of: $0.path) != $1 || $1 == nil } }
        let digests: [Digest]
        do { digests = try session.digests(images.map(\.path)) } catch  where haveChanged() { return false }
        let known = zip(images, digests).filter { !journal.isFinished($0.file, $1) }
        guard !known.isEmpty else { return true }
        let lines = try ScoreLines(
            of: model, threshold: threshold, tolerance: command.tolerance, isJSON: command.json)
        session.shared(ScoreListener.self).listen { lines.write($0) }
        var category = category
        category.images = known.map(\.0)
        let job = try ScoringJob(
            model: model, category: category,
            engine: command.engine, setAsideBadImages: true, tolerance: command.tolerance, threshold: threshold,
            maps: !command.omitsMaps, overlays: !command.omitsOverlays, threads: command.machine.threadCount,
            store: session.store
        ) { _ in known.map(\.1) }
        let (summary, exported) = try session.execute(job.graph, exportingTo: target, keepsEarlier: true) {
            try job.exports($0, session.store, tables: false)
        }
        guard summary.isSuccess else {
            if haveChanged() { return false }
            try session.conclude(summary, exported, target.path)
            return false
        }
        let reports =
            try job.scores(summary, session.store).map(ScoreListener.Report.scored)
            + job.rejected(summary, session.store).map(ScoreListener.Report.rejected)
        for report in reports { lines.write(report) }
        try journal.append(try reports.map(lines.line).map { ($0.image, $0.content, $0.json) })
        return true
    }
}
