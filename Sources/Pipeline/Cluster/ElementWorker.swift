import ContentStore
import Foundation
import Host

/// Computes the tasks of an element one after the other, and publishes a record of each.
///
/// The element may be computed elsewhere at the same time: the first record of a task counts.
public struct ElementWorker: Sendable {
    private let spec: ElementSpec
    private let own: String
    private let versions: String
    private let blobs: BlobFolder
    private let start: Double

    /// - Parameters:
    ///   - own: a folder in that of the element which no other process writes to.
    ///   - versions: of this program and its libraries.
    ///   - cache: for what is read from the store.
    public init(_ spec: ElementSpec, own: String, versions: String, cache: NodeCache? = nil) {
        (self.spec, self.own, self.versions) = (spec, own, versions)
        blobs = BlobFolder(store: spec.store, cache: cache)
        start = ElementSupervisor.start(own) ?? HostClock.monotonicSeconds()
    }

    /// To be called by the main thread of a process that `ElementSupervisor` has started; says on standard output what is being
    /// done. Otherwise as `run(keyParts:report:find:)`.
    public func run(keyParts: [KeyPart], find: (String) throws -> PipelineTask) throws {
        // Killed with its supervisor, unless that died before it could ask to be.
        guard ProcessTree.becomeRoot() > 1 else { return }
        let reporter = WorkerReporter()
        try run(keyParts: keyParts, report: { reporter.write($0) }, find: find)
    }

    /// Computes what has no record yet, until all is done, the array is cancelled, or there is no time for another task.
    ///
    /// - Parameters:
    ///   - find: the task of that name, as the coordinating process knows it.
    ///   - report: is told what is being done.
    /// - Throws: `StoreError` when not even a record could be left.
    public func run(
        keyParts: [KeyPart], report: @escaping @Sendable (ElementReport) -> Void, find: (String) throws -> PipelineTask
    ) throws {
        var longest = 0.0
        for index in spec.tasks.indices {
            if try spec.isRecorded(index) { continue }
            if spec.isCancelled || !hasTime(for: longest) { return }
            try spec.elementFolder.mark(ElementSpec.beginningName(index))
            report(ElementReport(task: index))
            let folder = "\(own)/\(index)"
            try AtomicFile.createPrivateFolder(folder)
            var record = Worker.attempt(
                spec.worker(index, in: folder), blobs, keyParts: keyParts, Reporter(task: index, report: report), find)
            record.versions = versions
            longest = max(longest, record.seconds)
            try spec.publish(record, of: index, by: folder + "/" + WorkerSpec.recordName)
            try? AtomicFile.removeAll(folder)
        }
    }

    /// True if a task that takes as long as the longest so far would be done in time.
    private func hasTime(for seconds: Double) -> Bool {
        guard let limit = spec.elementLimitSeconds, seconds > 0 else { return true }
        return HostClock.monotonicSeconds() - start + 1.2 * seconds < limit
    }
}

/// How far an element is: the task at work, and what that says of itself. A line of JSON.
public struct ElementReport: Codable, Sendable {
    public let task: Int
    public var progress: WorkerProgress?

    /// In the folder of the element, from time to time.
    static let fileName = "progress.json"
}

extension ElementSpec {
    var elementFolder: ElementFolder { ElementFolder(folder) }

    /// How long a file server that does not answer is waited for.
    private static var patienceSeconds: Double { 60 }

    /// Throws `StoreError` where the file system does not say.
    func isRecorded(_ task: Int) throws -> Bool {
        try elementFolder.holds(Self.recordName(task), patienceSeconds: Self.patienceSeconds)
    }

    /// True if the submitter has removed the folder of the array. Only if the file system says so: a file server that does not
    /// answer ends no work.
    var isGone: Bool { (try? elementFolder.holds(Self.fileName)) == false }

    /// True if the submitter does not want the array any more.
    var isCancelled: Bool {
        isGone || (try? ElementFolder(folder + "/..").holds(Self.cancelledName)) == true
    }

    @discardableResult
    func publish(_ record: WorkerRecord, of task: Int, by temporary: String) throws -> Bool {
        try elementFolder.publish(try record.encoded(), as: Self.recordName(task), by: temporary)
    }
}

private struct Reporter: ExecutionObserver {
    let task: Int
    let report: @Sendable (ElementReport) -> Void

    func taskProgressed(_: TaskID, completed: Int, total: Int, unit: String, note: String?) {
        report(
            ElementReport(
                task: task, progress: WorkerProgress(completed: completed, total: total, unit: unit, note: note)))
    }
}
