import ContentStore

/// What an element of an array is told: a few tasks to compute one after the other, and where everything is.
///
/// Version history: 1 = first.
public struct ElementSpec: Codable, Sendable, Equatable {
    public static let currentVersion = 1
    public static let fileName = "spec.json"
    /// In the folder of the array: whoever finds it stops.
    public static let cancelledName = "cancelled"
    /// Why an element did nothing at all: because of its node, or because the store is full, which it is on every node.
    public static let refusalName = "refused"
    public static let shortageName = "short-of-space"

    public struct Task: Codable, Sendable, Equatable {
        public let task: String
        /// The action's key, which the worker computes for itself too.
        public let key: String
        public let attempt: Int
        public let inputs: [WorkerSpec.Input]
        public let outputs: [String]
    }

    public var version = ElementSpec.currentVersion
    /// Of Nominal. Another one does not touch the tasks: it may compute something else.
    public let program: String
    /// The file that describes the job.
    public let job: String
    /// The folder of the store.
    public let store: String
    /// The folder of this element.
    public let folder: String
    public let threads: Int
    public let timeLimitSeconds: Double?
    public let memoryLimitBytes: Int?
    /// When the element is ended from outside; no task begins that will not be done by then.
    public let elementLimitSeconds: Double?
    /// Bytes that have to be free in the store before anything begins.
    public var requiredFreeBytes = 256 << 20
    public let tasks: [Task]

    /// What the record of the task of this number is called, and the mark that it has been begun.
    package static func recordName(_ task: Int) -> String { "\(task).json" }
    static func beginningName(_ task: Int) -> String { "\(task).begun" }

    func worker(_ index: Int, in folder: String) -> WorkerSpec {
        let task = tasks[index]
        return WorkerSpec(
            version: WorkerSpec.currentVersion, task: task.task, key: task.key, attempt: task.attempt,
            inputs: task.inputs, outputs: task.outputs, threads: threads, store: store, folder: folder)
    }
}
