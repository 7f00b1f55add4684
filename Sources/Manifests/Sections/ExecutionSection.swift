/// `execution`: the isolation, limits and retries of tasks. It does not affect results.
public struct ExecutionSection: Sendable, Equatable {
    /// True if each task runs in its own process. Limits imply isolation.
    public var isolated: Bool
    public var timeLimitSeconds: Double?
    public var memoryLimitMiB: Int?
    /// The memory that the run may take on this machine, in bytes.
    public var memoryBytes: Int?
    public var backOffSeconds: Double
    public var runner: RunnerSection
    /// The number of retries by class of failure.
    public var retries: [String: Int]

    public var needsWorkers: Bool { isolated || timeLimitSeconds != nil || memoryLimitMiB != nil }

    /// True if other processes run the tasks, which only `nominal run` supports.
    public var asksForOtherProcesses: Bool { needsWorkers || runner.kind == .slurm }

    /// - Parameter object: the section of the resolved manifest.
    public init(_ object: JSONValue) {
        isolated = object.flag("isolated")
        timeLimitSeconds = object["timeLimitSeconds"]?.double
        memoryLimitMiB = object["memoryLimitMiB"]?.integer
        memoryBytes = object["memory"].flatMap { $0.integer ?? $0.string.flatMap(Self.bytes) }
        backOffSeconds = object.decimal("backOffSeconds")
        runner = RunnerSection(object.member("runner"))
        let retries = object.member("retries")
        self.retries = Dictionary(
            uniqueKeysWithValues: (retries.members ?? []).map { ($0.name, retries.whole($0.name)) })
    }

    /// The bytes of a number with a unit: MB, GB and TB have factors of 1000, MiB, GiB and TiB of 1024.
    private static func bytes(_ text: String) -> Int? {
        let unit = text.drop { $0.isNumber || $0 == "." || $0 == " " }
        guard let value = Double(text.dropLast(unit.count).filter { $0 != " " }), let letter = unit.first,
            let power = ["M", "G", "T"].firstIndex(of: letter)
        else { return nil }
        let base = unit.contains("i") ? 1024.0 : 1000.0
        return Int((0..<power + 2).reduce(value) { product, _ in product * base })
    }
}

/// `execution.runner`: where tasks run.
public struct RunnerSection: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        case local, slurm
    }

    public var kind: Kind
    public var partition, account: String?
    public var timeMinutes, memoryMiB: Int?
    public var cpus: Int
    public var elementSeconds: Double
    public var elements: Int
    public var options: [String]

    /// - Parameter object: the section of the resolved manifest.
    init(_ object: JSONValue) {
        kind = object.choice("kind")
        (partition, account) = (object["partition"]?.string, object["account"]?.string)
        (timeMinutes, memoryMiB) = (object["timeMinutes"]?.integer, object["memoryMiB"]?.integer)
        cpus = object.whole("cpus")
        elementSeconds = object.decimal("elementSeconds")
        elements = object.whole("elements")
        options = (object.member("options").elements ?? []).compactMap(\.string)
    }
}
