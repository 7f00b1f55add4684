/// The Slurm options of each element. Options that are `nil` keep the cluster's defaults.
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

    /// The arguments of sbatch. Only the last `--exclude` takes effect, so it includes the nodes that the user
    /// excludes.
    func arguments(avoiding nodes: [String] = []) -> [String] {
        var arguments = partitionArguments
        if let account { arguments.append("--account=\(account)") }
        if let timeMinutes { arguments.append("--time=\(timeMinutes)") }
        if let memoryMiB { arguments.append("--mem=\(memoryMiB)M") }
        arguments += options
        if !nodes.isEmpty { arguments.append("--exclude=" + (excluded + nodes).joined(separator: ",")) }
        return arguments
    }

    /// The partition argument of all Slurm programs.
    var partitionArguments: [String] { partition.map { ["--partition=\($0)"] } ?? [] }

    /// The nodes that the user excludes, in Slurm's notation.
    private var excluded: [String] {
        let prefix = "--exclude="
        return options.last { $0.hasPrefix(prefix) }.map { [String($0.dropFirst(prefix.count))] } ?? []
    }
}
