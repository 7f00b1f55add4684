import ContentStore
import Foundation
import Pipeline
import Synchronization

/// A cluster for benchmarks that takes no time: what is submitted has been computed when the call returns. The results are
/// made up; what is left is what the coordinating process does.
final class InstantQueue: ClusterQueue {
    private struct State: Sendable {
        var seconds = 0.0
        var arrays = 0
        var elements = 0
    }

    private let store: String
    private let state = Mutex(State())

    /// - Parameter store: its folder.
    init(store: String) { self.store = store }

    /// Time that was spent here, and what came in.
    var seconds: Double { state.withLock { $0.seconds } }
    var arrays: Int { state.withLock { $0.arrays } }
    var elements: Int { state.withLock { $0.elements } }

    func arrayLimit() -> Int { 1000 }
    func capacity() -> ClusterCapacity? { nil }
    func obstacles() -> [String] { [] }
    func cancel(_ tokens: [String], onlyPending: Bool) {}
    func states(of tokens: [String]) -> [String: [Int: ElementState]] { [:] }

    func submit(_ array: ElementArray) throws(ClusterQueueError) {
        let start = ContinuousClock.now
        do {
            for number in 0..<array.count { try compute("\(array.folder)/\(number)") }
        } catch {
            throw .rejected("\(error)")
        }
        state.withLock { state in
            state.seconds += (ContinuousClock.now - start) / .seconds(1)
            state.arrays += 1
            state.elements += array.count
        }
    }

    private func compute(_ folder: String) throws {
        let spec = try ElementSpec.read("\(folder)/\(ElementSpec.fileName)")
        for (index, task) in spec.tasks.enumerated() {
            let content = Array(task.key.utf8)
            let digest = Digest.of(content)
            try AtomicFile.writePrivate(content, to: BlobFolder.path(of: digest, in: store))
            var record = WorkerRecord(key: task.key, attempt: task.attempt)
            record.outputs = ["out"].map {
                WorkerRecord.Output(name: $0, digest: digest.hex, sizeBytes: content.count)
            }
            // As long as scoring an image takes.
            record.seconds = 0.05
            try AtomicFile.writePrivate(try record.encoded(), to: "\(folder)/\(ElementSpec.recordName(index))")
        }
    }
}
