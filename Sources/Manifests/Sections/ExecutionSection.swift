/// `execution`: how tasks are run, what they may take, and what happens after a failure. Without influence on any result.
public struct ExecutionSection: Sendable, Equatable {
    /// True if each task runs in a process of its own; so it does where there is a limit, too.
    public var isolated: Bool
    public var timeLimitSeconds: Double?
    public var memoryLimitMiB: Int?
    public var backOffSeconds: Double
    public var runner: RunnerSection
    /// Further attempts by class of failure, in the order of the schema.
    public var retries: [String: Int]

    public var needsWorkers: Bool { isolated || timeLimitSeconds != nil || memoryLimitMiB != nil }

    /// True if tasks are to be computed by other processes than that of the command, which is for `nominal run` alone.
    public var asksForOtherProcesses: Bool { needsWorkers || runner.kind == .slurm }

    /// - Parameter object: the section of a resolved manifest.
    public init(_ object: JSONValue) {
        isolated = object.flag("isolated")
        timeLimitSeconds = object["timeLimitSeconds"]?.double
        memoryLimitMiB = object["memoryLimitMiB"]?.integer
        backOffSeconds = object.decimal("backOffSeconds")
        runner = RunnerSection(object.member("runner"))
        let retries = object.member("retries")
        self.retries = Dictionary(
            uniqueKeysWithValues: (retries.members ?? []).map { ($0.name, retries.whole($0.name)) })
    }
}
