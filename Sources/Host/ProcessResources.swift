import Glibc

/// The processors and the memory that this process may use of its machine.
///
/// The smallest of all limits holds: the processors that it may run on (taskset, cpuset), the quotas of its control group and of
/// all above it, and what Slurm gave to the job.
public struct ProcessResources: Sendable, Equatable {
    /// At least 1. A quota of one and a half processors counts as two: threads then share the half.
    public let processors: Int
    /// Nil where nothing is known.
    public let memoryBytes: Int?

    public static let current = ProcessResources(
        root: "", environment: ProcessResources.environment)

    /// - Parameters:
    ///   - root: where the files of the system lie: "" for the real ones.
    ///   - environment: what Slurm says in it.
    public init(root: String, environment: [String: String]) {
        let groups = ControlGroups(root: root)
        var quotas: [Double] = []
        for folder in groups.unified {
            let words = SystemFile.words(folder + "/cpu.max")
            if let quota = words.first.flatMap(Double.init) {
                quotas.append(quota / (words.dropFirst().first.flatMap(Double.init) ?? 100_000))
            }
        }
        for folder in groups.processors {
            if let quota = SystemFile.words(folder + "/cpu.cfs_quota_us").first.flatMap(Double.init), quota > 0,
                let period = SystemFile.words(folder + "/cpu.cfs_period_us").first.flatMap(Double.init)
            {
                quotas.append(quota / period)
            }
        }
        var processors = [Self.affinity(root)]
        for quota in quotas where quota.isFinite && quota >= 0 && quota < 1e6 {
            processors.append(Int(quota.rounded(.up)))
        }
        func number(_ name: String) -> Int? { environment[name].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } }
        if let given = number("SLURM_CPUS_PER_TASK") { processors.append(given) }
        self.processors = max(1, processors.min() ?? 1)

        var memory: [Int] = []
        for line in SystemFile.lines(root + "/proc/meminfo") where line.hasPrefix("MemTotal:") {
            if let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) {
                memory.append(kibibytes.multipliedReportingOverflow(by: 1024).partialValue)
            }
        }
        for folder in groups.unified {
            // "max" is no number.
            if let limit = SystemFile.words(folder + "/memory.max").first.flatMap({ Int($0) }) { memory.append(limit) }
        }
        for folder in groups.memory {
            if let limit = SystemFile.words(folder + "/memory.limit_in_bytes").first.flatMap({ Int($0) }) {
                memory.append(limit)
            }
        }
        // In mebibytes, and 0 for all that the node has.
        if let limit = number("SLURM_MEM_PER_NODE") { memory.append(Self.mebibytes(limit)) }
        if let limit = number("SLURM_MEM_PER_CPU") {
            memory.append(Self.mebibytes(limit.multipliedReportingOverflow(by: number("SLURM_CPUS_PER_TASK") ?? 1)))
        }
        memoryBytes = memory.filter { $0 > 0 }.min()
    }

    /// Bytes that a cache may hold: a sixteenth of the memory, at most the number given.
    public func cacheBytes(atMost limit: Int) -> Int { min(limit, max(1 << 20, (memoryBytes ?? .max) / 16)) }

    private static func mebibytes(_ count: Int) -> Int { mebibytes((count, false)) }

    private static func mebibytes(_ count: (partialValue: Int, overflow: Bool)) -> Int {
        count.overflow || count.partialValue > Int.max >> 20 ? .max : count.partialValue << 20
    }

    /// The number of processors that the kernel lets a process run on, which it tells as groups of hexadecimal digits.
    private static func affinity(_ root: String) -> Int {
        let mask = SystemFile.lines(root + "/proc/self/status").first { $0.hasPrefix("Cpus_allowed:") } ?? ""
        let count = mask.dropFirst("Cpus_allowed:".count).reduce(0) { $0 + ($1.hexDigitValue ?? 0).nonzeroBitCount }
        return count > 0 ? count : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }

    private static var environment: [String: String] {
        var found: [String: String] = [:]
        for name in ["SLURM_CPUS_PER_TASK", "SLURM_MEM_PER_NODE", "SLURM_MEM_PER_CPU"] {
            if let value = unsafe getenv(name) { found[name] = unsafe String(cString: value) }
        }
        return found
    }
}
