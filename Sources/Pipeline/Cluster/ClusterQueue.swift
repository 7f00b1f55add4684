import ContentStore

/// What has elements computed on many machines: Slurm, or a stand-in.
///
/// It may run an element twice, and may forget one. So its word is taken for what it is: that there is no use in waiting any longer.
public protocol ClusterQueue: Sendable {
    /// The most elements that one array may have.
    func arrayLimit() throws(ClusterQueueError) -> Int

    /// Queues the elements 0..<count of an array under its token.
    func submit(_ array: ElementArray) throws(ClusterQueueError)

    /// What is known of the elements of these arrays, by token and number. One question for all of them.
    func states(of tokens: [String]) throws(ClusterQueueError) -> [String: [Int: ElementState]]

    /// Ends what is queued, and what is running, if that is not left to end by itself, under these tokens.
    func cancel(_ tokens: [String], onlyPending: Bool) throws(ClusterQueueError)

    /// What the cluster has; `nil` where that cannot be told.
    func capacity() -> ClusterCapacity?

    /// Why nothing moves, and what a person has to do about it.
    func obstacles() -> [String]
}

/// Elements that are queued at once.
public struct ElementArray: Sendable, Equatable {
    public let token: String
    public let count: Int
    /// Each element finds its specification in the folder of its number in it.
    public let folder: String
    /// What an element prints goes to this file in its folder.
    public static let logName = "log"
    /// Processors for each element.
    public let cores: Int
    /// Nodes that none of its elements is to be run on, sorted.
    public let avoided: [String]
}

/// What a cluster has for a run.
public struct ClusterCapacity: Sendable, Equatable {
    /// Processors that are idle now.
    public let idleCores: Int
    /// Names of the nodes that take work, now or when they are done with what they do.
    public internal(set) var nodes: Set<String>

    public init(idleCores: Int, nodes: Set<String>) { (self.idleCores, self.nodes) = (idleCores, nodes) }
}

/// What a queue says of an element.
public enum ElementState: Sendable, Equatable {
    case pending
    case running(node: String)
    /// What is left of it is being ended; a node may never get done with that.
    case ending(node: String)
    /// Whether it did its work is written elsewhere.
    case over(ElementEnd)
}

/// How an element ended, as a queue tells it.
public struct ElementEnd: Sendable, Equatable {
    public let kind: FailureClass
    public let reason: String
    /// The node on which it ended by itself; `nil` where that is unknown, or somebody ended it.
    public let culprit: String?

    public init(_ kind: FailureClass, _ reason: String, culprit: String? = nil) {
        (self.kind, self.reason, self.culprit) = (kind, reason, culprit)
    }
}

/// What came of a question to a queue.
public enum ClusterQueueError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No answer, or none that tells whether what was asked for was done.
    case unavailable(String)
    /// It was understood and not done.
    case rejected(String)
    /// As before, because there is too much in the queue already.
    case full(String)

    public var description: String {
        switch self {
        case .unavailable(let text), .rejected(let text), .full(let text): text
        }
    }
}

/// How a run has its tasks computed on a cluster.
public struct ClusterOptions: Sendable {
    public let queue: any ClusterQueue
    /// The version of Nominal that the workers have to have.
    public let version: String
    /// How long an element should take. Several tasks of a kind are put together until it does.
    public var elementSeconds = 60.0
    /// Elements that are queued or run at once.
    public var elementLimit = 1000
    /// Processors for a task that uses several; those of others get one.
    public var cores: Int
    /// How often the queue is asked, and how long shared folders may take to show what another machine has written.
    public var pollSeconds = 1.0
    public var settleSeconds = 2.0
    /// After how long an element that the queue does not know, though it answers, is given up.
    public var forgottenSeconds = 30.0
    /// How long a node may take to end what is left of an element.
    public var endingSeconds = 120.0
    /// How long a queue may refuse to answer, while nothing is heard of the elements, before they are given up.
    public var silenceSeconds = 600.0
    /// After how long what is still so is said again.
    public var reminderSeconds = 600.0
    /// How long a node is left out on which an element ended before it had begun a task.
    public var avoidanceSeconds = 600.0
    /// How long nothing is submitted after the queue has not answered.
    public var silentSeconds = 5.0
    /// How long to wait before something is submitted again that the queue had no room for, or never owned to: first, and in
    /// the end.
    public var refusedSeconds = 15.0
    public var longestRefusedSeconds = 120.0
    /// How long a queue may have no room while nothing of this run is in it.
    public var patienceSeconds = 3600.0
    /// How long an element may take in all; `nil` where nothing ends it.
    public var elementLimitSeconds: Double?

    public init(queue: any ClusterQueue, version: String, cores: Int) {
        (self.queue, self.version, self.cores) = (queue, version, cores)
    }
}
