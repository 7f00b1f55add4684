import ContentStore

/// A batch system that runs elements on many machines, such as Slurm.
///
/// It may run an element twice, and may lose one. Its answers only decide how long to wait, never what a result is.
public protocol ClusterQueue: Sendable {
    /// The maximum number of elements in an array.
    func arrayLimit() throws(ClusterQueueError) -> Int

    /// Queues the elements `0..<array.count` under the token of the array.
    func submit(_ array: ElementArray) throws(ClusterQueueError)

    /// The known states of the elements of these arrays, by token and number. Queries the queue once.
    func states(of tokens: [String]) throws(ClusterQueueError) -> [String: [Int: ElementState]]

    /// Cancels the pending elements under these tokens and, unless `onlyPending`, the running ones.
    func cancel(_ tokens: [String], onlyPending: Bool) throws(ClusterQueueError)

    /// The cluster's capacity; `nil` if unknown.
    func capacity() -> ClusterCapacity?

    /// The reasons why nothing starts, with remedies for the user.
    func obstacles() -> [String]
}

/// Elements that are submitted together.
public struct ElementArray: Sendable, Equatable {
    public let token: String
    public let count: Int
    /// The folder of the array. Each element finds its specification in the subfolder with its number.
    public let folder: String
    /// The file in the element's folder that receives its output.
    public static let logName = "log"
    /// The number of processors per element.
    public let cores: Int
    /// The nodes to exclude, sorted.
    public let avoided: [String]
}

/// The capacity of a cluster for a run.
public struct ClusterCapacity: Sendable, Equatable {
    /// The number of idle processors.
    public let idleCores: Int
    /// The names of the nodes that accept work, now or when their current work ends.
    public internal(set) var nodes: Set<String>

    public init(idleCores: Int, nodes: Set<String>) { (self.idleCores, self.nodes) = (idleCores, nodes) }
}

/// The state of an element according to the queue.
public enum ElementState: Sendable, Equatable {
    case pending
    case running(node: String)
    /// The element is being terminated. A node may hang in this state.
    case ending(node: String)
    /// The element has ended. Its records show which tasks it completed.
    case over(ElementEnd)
}

/// The end of an element as reported by the queue.
public struct ElementEnd: Sendable, Equatable {
    public let kind: FailureClass
    public let reason: String
    /// The node on which the element ended by itself; `nil` if the node is unknown or the element was cancelled.
    public let culprit: String?

    public init(_ kind: FailureClass, _ reason: String, culprit: String? = nil) {
        (self.kind, self.reason, self.culprit) = (kind, reason, culprit)
    }
}

/// An error of a request to a queue.
public enum ClusterQueueError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No usable answer: the request may or may not have been carried out.
    case unavailable(String)
    /// The queue refused the request.
    case rejected(String)
    /// The queue refused the request because it is full.
    case full(String)

    public var description: String {
        switch self {
        case .unavailable(let text), .rejected(let text), .full(let text): text
        }
    }
}

/// The options of a run on a cluster.
public struct ClusterOptions: Sendable {
    public let queue: any ClusterQueue
    /// The version of Nominal that the workers must have.
    public let version: String
    /// The target duration of an element. Short tasks of a kind are combined to reach it.
    public var elementSeconds = 60.0
    /// The maximum number of queued and running elements.
    public var elementLimit = 1000
    /// The number of processors for a whole-machine task. Other tasks get one.
    public var cores: Int
    /// The interval between queries of the queue.
    public var pollSeconds = 1.0
    /// The time that shared folders may take to show files from other machines.
    public var settleSeconds = 2.0
    /// The time after which an element that the queue no longer lists counts as lost.
    public var forgottenSeconds = 30.0
    /// The time that a node may take to terminate an element.
    public var endingSeconds = 120.0
    /// The time after which elements are given up if the queue rejects all queries and no element shows progress.
    public var silenceSeconds = 600.0
    /// The interval between repetitions of the same notice.
    public var reminderSeconds = 600.0
    /// The time for which a node is excluded after an element ended there without beginning a task.
    public var avoidanceSeconds = 600.0
    /// The pause in submissions after the queue did not answer.
    public var silentSeconds = 5.0
    /// The initial delay before resubmitting elements that the queue had no room for or never acknowledged.
    public var refusedSeconds = 15.0
    /// The longest delay before resubmitting elements that the queue had no room for.
    public var longestRefusedSeconds = 120.0
    /// The maximum time for which the queue may have no room while it holds no element of this run.
    public var patienceSeconds = 3600.0
    /// The time limit of an element; `nil` for no limit.
    public var elementLimitSeconds: Double?

    public init(queue: any ClusterQueue, version: String, cores: Int) {
        (self.queue, self.version, self.cores) = (queue, version, cores)
    }
}
