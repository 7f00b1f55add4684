/// What is asked of Slurm for each element. What is `nil` is left to the cluster's defaults.
public struct SlurmSettings: Sendable, Equatable {
    public var partition: String?
    public var account: String?
    public var timeMinutes: Int?
    public var memoryMiB: Int?
    /// Further options of sbatch, such as `--qos=night`.
    public var options: [String]

    public init(
        partition: String? = nil, account: String? = nil, timeMinutes: Int? = nil, memoryMiB: Int? = nil,
        options: [String] = []
    ) {
        (self.partition, self.account, self.timeMinutes) = (partition, account, timeMinutes)
        (self.memoryMiB, self.options) = (memoryMiB, options)
    }

    /// As sbatch takes them.
    var arguments: [String] {
        var arguments: [String] = []
        if let partition { arguments.append("--partition=\(partition)") }
        if let account { arguments.append("--account=\(account)") }
        if let timeMinutes { arguments.append("--time=\(timeMinutes)") }
        if let memoryMiB { arguments.append("--mem=\(memoryMiB)M") }
        return arguments + options
    }
}
