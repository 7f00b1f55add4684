/// How a run has its tasks computed on a cluster.
public struct ClusterOptions: Sendable {
    public let queue: any ClusterQueue
    /// What the workers need to know the tasks: written to a file that each element's specification names.
    public let job: [UInt8]
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

    public init(queue: any ClusterQueue, job: [UInt8], version: String, cores: Int) {
        (self.queue, self.job, self.version, self.cores) = (queue, job, version, cores)
    }
}
