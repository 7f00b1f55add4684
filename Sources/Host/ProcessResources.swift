import Glibc
import Synchronization

/// The processors and the memory available to this process.
///
/// The smallest limit applies: processor affinity (taskset, cpuset), quotas of the control group and its parents, and
/// the allocation by Slurm, and for memory `limitMemory`.
public struct ProcessResources: Sendable, Equatable {
    /// At least 1. A quota of 1.5 processors counts as two, whose threads share the half.
    public let processors: Int
    /// Nil if unknown.
    public let memoryBytes: Int?

    public static var current: ProcessResources { known.withLock { $0 } }

    private static let known = Mutex(ProcessResources(root: "", environment: ProcessResources.environment))
    private static let memoryVariable = "NOMINAL_MEMORY_BYTES"

    /// Limits the memory available to this process, and by its environment to worker processes.
    public static func limitMemory(toBytes bytes: Int) {
        unsafe setenv(memoryVariable, "\(bytes)", 1)
        known.withLock { $0 = ProcessResources(root: "", environment: environment) }
    }

    /// The peak resident memory of this process in MiB; nil if Linux does not say. `getrusage` may give the parent's.
    public static var peakMiB: Int? {
        let line = SystemFile.lines("/proc/self/status").first { $0.hasPrefix("VmHWM:") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 >> 10 }
    }

    /// - Parameters:
    ///   - root: prefix of all system files; "" for the real ones.
    ///   - environment: variables set by Slurm and by `limitMemory`.
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
            // "max" does not parse, and means no limit.
            if let limit = SystemFile.words(folder + "/memory.max").first.flatMap({ Int($0) }) { memory.append(limit) }
        }
        for folder in groups.memory {
            if let limit = SystemFile.words(folder + "/memory.limit_in_bytes").first.flatMap({ Int($0) }) {
                memory.append(limit)
            }
        }
        // In mebibytes; 0 means the whole node.
        if let limit = number("SLURM_MEM_PER_NODE") { memory.append(Self.mebibytes(limit)) }
        if let limit = number("SLURM_MEM_PER_CPU") {
            memory.append(Self.mebibytes(limit.multipliedReportingOverflow(by: number("SLURM_CPUS_PER_TASK") ?? 1)))
        }
        if let limit = number(Self.memoryVariable) { memory.append(limit) }
        memoryBytes = memory.filter { $0 > 0 }.min()
    }

    /// The capacity of a cache in bytes: a sixteenth of the memory, at most `limit`.
    public func cacheBytes(atMost limit: Int) -> Int { min(limit, max(1 << 20, (memoryBytes ?? .max) / 16)) }

    private static func mebibytes(_ count: Int) -> Int { mebibytes((count, false)) }

    private static func mebibytes(_ count: (partialValue: Int, overflow: Bool)) -> Int {
        count.overflow || count.partialValue > Int.max >> 20 ? .max : count.partialValue << 20
    }

    /// The number of processors in the affinity mask, which the kernel reports as groups of hexadecimal digits.
    private static func affinity(_ root: String) -> Int {
        let mask = SystemFile.lines(root + "/proc/self/status").first { $0.hasPrefix("Cpus_allowed:") } ?? ""
        let count = mask.dropFirst("Cpus_allowed:".count).reduce(0) { $0 + ($1.hexDigitValue ?? 0).nonzeroBitCount }
        return count > 0 ? count : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }

    private static var environment: [String: String] {
        var found: [String: String] = [:]
        for name in ["SLURM_CPUS_PER_TASK", "SLURM_MEM_PER_NODE", "SLURM_MEM_PER_CPU", memoryVariable] {
            if let value = unsafe getenv(name) { found[name] = unsafe String(cString: value) }
        }
        return found
    }
}

/// The limit of open files of this process.
public enum OpenFileLimit {
    /// Enough for all uses; programs that iterate over all descriptors are slow if the limit is a billion.
    private static let enough: rlim_t = 1 << 16

    /// The soft limit; the largest integer if unlimited.
    public static var current: Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }

    /// Raises the soft limit towards the hard one, as far as useful. Called at the start of the program.
    public static func raise() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        let wanted = min(limit.rlim_max, enough)
        guard wanted > limit.rlim_cur else { return }
        limit.rlim_cur = wanted
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// True if no further file can be opened now.
    static var isExhausted: Bool {
        let descriptor = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard descriptor < 0 else {
            close(descriptor)
            return false
        }
        return errno == EMFILE || errno == ENFILE
    }

    /// The number of files that one component may keep open merely for speed.
    ///
    /// - Parameter wanted: the number without a low limit.
    public static func share(of wanted: Int) -> Int { min(wanted, max(0, (current - 48) / 4)) }
}
